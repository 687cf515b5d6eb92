"""Questions on figures and on edited copies of them, alike in all but the answer.

HallusionBench: Guan et al. 2023, An Advanced Diagnostic Suite for Entangled Language Hallucination and Visual Illusion,
arXiv:2310.14566. Questions of records that hold no figure are sent without it. qAcc counts a question that is right for
all its figures, fAcc a figure all of whose questions are right.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

GROUPS = {"qAcc": ("subcategory", "set_id", "question_id"), "fAcc": ("subcategory", "set_id", "figure_id")}
FIELDS = ("category", "subcategory", "visual_input", "set_id", "figure_id", "question_id")


@benchmark(
    "hallusion_bench",
    version="3",
    pretty_name="HallusionBench",
    dataset=hub("lmms-lab/HallusionBench", split="image").counted(1129),
    prompt=prompts.YES_NO,
    scorer=scoring.yes_no_in_groups(GROUPS),
    tags=["hallucination", "yes_no", "multimodal"],
)
def test_hallusion_bench(record) -> Sample:
    answer, copies = "NO" if str(record["gt_answer"]) == "0" else "YES", f"{record['subcategory']}/{record['set_id']}"
    question = prompts.with_held_picture({**record, "image": record.get("image") or record.get("filename")})
    return Sample(question, answer, metadata={key: record[key] for key in FIELDS}, cluster=copies)
