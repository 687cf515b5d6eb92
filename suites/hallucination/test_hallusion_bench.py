"""Questions on figures and on edited copies of them, alike in all but the answer.

HallusionBench: Guan et al. 2023, An Advanced Diagnostic Suite for Entangled Language Hallucination and Visual Illusion,
arXiv:2310.14566. Questions are asked without their figures. qAcc counts a question that is right for all its figures,
fAcc a figure all of whose questions are right.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import YES_NO
from evalscope_pytest.scoring import yes_no_in_groups

GROUPS = {"qAcc": ("subcategory", "set_id", "question_id"), "fAcc": ("subcategory", "set_id", "figure_id")}
FIELDS = ("category", "subcategory", "visual_input", "set_id", "figure_id", "question_id")


def to_sample(record) -> Sample:
    answer = "NO" if str(record["gt_answer"]) == "0" else "YES"
    return Sample(input=record["question"], target=answer, metadata={name: record[name] for name in FIELDS})


@benchmark("hallusion_bench", version="2",
           pretty_name="HallusionBench", dataset=hub("lmms-lab/HallusionBench", split="image"),
           to_sample=to_sample, prompt=YES_NO, scorer=yes_no_in_groups(GROUPS),
           tags=["hallucination", "yes_no"])  # fmt: skip
async def test_hallusion_bench(sample, model):
    return await model.generate(sample)
