"""The first wrong paragraph of a solution, if any: from school sums to olympiads.

ProcessBench: Zheng et al. 2024, Identifying Process Errors in Mathematical Reasoning, arXiv:2412.06559.
"""

from evalscope_pytest import Sample, benchmark, hub

from .first_error import first_error

PROMPT = """\
Below are a mathematical problem and its solution, whose paragraphs are tagged and numbered from 0.

[Math Problem]

{problem}

[Solution]

{tagged_response}

Check the solution paragraph by paragraph. Find the first paragraph that contains an error and give its number, or -1 \
if there is none. Put that number inside \\boxed{{}}.
"""


@benchmark(
    "process_bench",
    version="2",
    pretty_name="ProcessBench",
    dataset=hub("Qwen/ProcessBench", subsets=["gsm8k", "math", "olympiadbench", "omnimath"]),
    prompt=PROMPT,
    scorer=first_error(),
    cluster="problem",
    tags=["math", "reasoning"],
)
def test_process_bench(record) -> Sample:
    steps = [f"<paragraph_{n}>\n{step}\n</paragraph_{n}>" for n, step in enumerate(record["steps"])]
    metadata = {"problem": record["problem"], "tagged_response": "\n\n".join(steps)}
    return Sample(input=record["problem"], target=str(record["label"]), metadata=metadata)
