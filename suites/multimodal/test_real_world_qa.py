"""Questions on photographs of the real world, many taken from cars; some list options.

RealWorldQA: published with Grok-1.5 Vision by xAI, 2024.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts

from .choice_or_short import choice_or_short


@benchmark(
    "real_world_qa",
    version="2",
    pretty_name="RealWorldQA",
    dataset=hub("lmms-lab/RealWorldQA"),
    prompt=prompts.SHORT_ANSWER_STEPWISE,
    scorer=choice_or_short(),
    tags=["multimodal", "qa"],
)
def test_real_world_qa(record) -> Sample:
    options = prompts.options_in(record["question"]) if record["answer"] in "ABCDEF" else ()
    return Sample(prompts.with_picture(record), record["answer"], options)
