"""School questions in Chinese with a picture, in seven subjects: one right option, several, or blanks to fill in.

CMMU: He et al. 2024, A Benchmark for Chinese Multi-modal Multi-type Question Understanding and Reasoning,
arXiv:2401.14011. A judge counts the blanks that are right; without one, all of them have to be right by rule.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts

from .chinese_exam import BLANKS, ONE, PROMPT, SEVERAL, exam_answer, filled_in, target_of, words_of

SUBJECTS = ["biology", "chemistry", "geography", "history", "math", "physics", "politics"]
KINDS = {"multiple-choice": ONE, "multiple-response": SEVERAL, "fill-in-the-blank": BLANKS}


@benchmark(
    "cmmu",
    pretty_name="CMMU",
    dataset=hub("evalscope/CMMU", subsets=SUBJECTS, subset_by="subject", split="val"),
    prompt=PROMPT,
    scorer=exam_answer(),
    judge=filled_in("cmmu"),
    tags=["multimodal", "multiple_choice", "knowledge", "chinese"],
)
def test_cmmu(record) -> Sample:
    kind, answers, words = KINDS[record["type"]], list(record["answer"]), record["question_info"]
    about = {**words_of(kind), "grade_band": record.get("grade_band")}
    if kind != BLANKS:
        question, target = prompts.with_picture(record, words), target_of(answers[0], kind)
        return Sample(question, target, record["options"], metadata=about, id=record["id"])
    words += "\n".join(f"问题 ({n}): {part}" for n, part in enumerate(record["sub_questions"] or (), 1))
    target = "\n".join(f"答案 ({n}): {answer}" for n, answer in enumerate(answers, 1))
    return Sample(prompts.with_picture(record, words), target, metadata={**about, "blanks": answers}, id=record["id"])
