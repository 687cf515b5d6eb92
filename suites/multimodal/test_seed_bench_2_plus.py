"""Questions on pictures full of text: charts, maps and web pages.

SEED-Bench-2-Plus: Li et al. 2024, Benchmarking Multimodal Large Language Models with Text-Rich Visual Comprehension,
arXiv:2404.16790.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "seed_bench_2_plus",
    pretty_name="SEED-Bench-2-Plus",
    dataset=hub("evalscope/SEED-Bench-2-Plus", subsets=["chart", "web", "map"], subset_by="question_image_type"),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    tags=["multimodal", "multiple_choice"],
)
def test_seed_bench_2_plus(record) -> Sample:
    options = [record[f"choice_{letter}"] for letter in "ABCD"]
    question, picture = prompts.with_picture(record), record["data_id"]
    return Sample(question, record["answer"], options, id=record["question_id"], cluster=picture)
