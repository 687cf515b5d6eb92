"""Questions of experts at the edge of what is known, in eight fields.

Humanity's Last Exam: Phan et al. 2025, arXiv:2501.14249. A reply states how sure it is, from which the calibration
error follows. Questions with a picture are left out, unless ``extra_params`` has ``include_multi_modal``.
"""

from dataclasses import replace

from evalscope_pytest import Message, Sample, Score, benchmark, hub, image, text
from evalscope_pytest.judge import Labels, graded

from .confidence import stated_confidence

FIELDS = (
    "Biology/Medicine, Chemistry, Computer Science/AI, Engineering, Humanities/Social Science, Math, Physics, Other"
)
SYSTEM = """\
Reply in this form:
Explanation: {the reasoning for your answer}
%s: {your answer}
Confidence: {your confidence in your answer, from 0%% to 100%%}"""
GRADING = """\
Decide whether the final answer of a reply is the reference answer.

Question: {question}

Reference answer: {gold}

Reply:
{pred}

Compare only the two answers: do not solve the problem, do not argue for another answer, and ignore how the reply \
reached its answer. Answers that differ in any meaningful way are different; small rounding differences do not matter. \
A reply without a final answer is incorrect.

The verdict is C if the answers are the same, and I if they are not."""


def wanted(record, params) -> bool:
    return params["include_multi_modal"] or not record.get("image")


def score(sample, reply, decided) -> Score:
    return Score(accuracy=decided[0]["accuracy"], calibration_error=stated_confidence(reply))


GRADES = Labels({"C": {"accuracy": 1.0}, "I": {"accuracy": 0.0}})
JUDGING = replace(
    graded("hle", GRADING, GRADES),
    metrics=("accuracy", "calibration_error"),
    score=score,
    aggregation={"calibration_error": "calibration_error"},
)


@benchmark(
    "hle",
    version="2",
    pretty_name="Humanity's-Last-Exam",
    dataset=hub("cais/hle", subsets=FIELDS.split(", "), subset_by="category"),
    keep=wanted,
    judge=JUDGING,
    extra_params={"include_multi_modal": False},
    tags=["knowledge", "qa"],
)
def test_hle(record) -> Sample:
    system = SYSTEM % ("Exact Answer" if record["answer_type"] == "exactMatch" else "Answer")
    question = [text(record["question"]), image(record["image"])] if record.get("image") else record["question"]
    conversation = (Message("system", system), Message("user", question))
    return Sample(conversation, record["answer"], metadata={"subject": record.get("raw_subject", "")}, id=record["id"])
