"""Questions on Chinese culture: food, festivals, buildings, calligraphy, people.

CCBench, a part of MMBench: Liu et al. 2023, arXiv:2307.06281.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "cc_bench",
    pretty_name="CCBench",
    dataset=hub("lmms-lab/MMBench", subsets=["cc"]),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    tags=["multimodal", "multiple_choice", "chinese"],
)
def test_cc_bench(record) -> Sample:
    options = [str(record[letter]) for letter in "ABCD"]
    return Sample(prompts.with_picture(record), record["answer"], options, id=str(record["index"]))
