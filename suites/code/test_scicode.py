"""Problems of research in the natural sciences, solved step by step: each step is a function that may use the earlier.

SciCode: Tian et al. 2024, A Research Coding Benchmark Curated by Scientists, arXiv:2407.13168. A problem is solved if
all its steps are. ``provide_background`` adds what scientists wrote about each step. ``test_data.h5`` of the release,
with the values that tests compare with, lies beside the records. All steps are asked for, also the three whose code the
authors hand out (13.6, 62.1, 76.3), as EvalScope does.
"""

from evalscope_pytest import Message, benchmark, hub

from .research_steps import METRICS, prompts, sample_of, steps_of, steps_pass, with_values


@benchmark(
    "scicode",
    pretty_name="SciCode",
    dataset=hub("evalscope/SciCode"),
    records=with_values,
    to_sample=sample_of,
    scorer=steps_pass(),
    metrics=METRICS,
    extra_params={"provide_background": False},
    variant=lambda params: prompts(bool(params["provide_background"])),
    environment="scicode",
    timeout_s=300,
    tags=["coding", "science", "multi_turn"],
)
async def test_scicode(sample, model, messages_of):
    messages: list[Message] = []
    replies = []
    for step in steps_of(sample):
        *system, request = messages_of(step)
        messages += [request] if messages else [*system, request]
        replies.append((await model.generate(messages)).text)
        messages.append(Message("assistant", replies[-1]))
    return tuple(replies)
