"""Problems of thirteen physics olympiads with their figures, marked by the official schemes where there are some.

HiPhO: Yu et al. 2025, How Far Are (M)LLMs from Humans in the Latest High School Physics Olympiads, arXiv:2509.07894.
"""

import json

from evalscope_pytest import Sample, benchmark, hub, image, text

from .own_media import listed
from .physics_marks import marked

EN = (
    "This is a problem of a physics olympiad for high schools. Solve it step by step, with formulas in LaTeX, between "
    "<think> and </think>. Then state the final answers, without units, between <answer> and </answer>, in the order "
    "of the questions: [\\boxed{{first}}, \\boxed{{second}}]. Of a multiple-choice question, box the letter.\n\n"
    "Constants and formulas:\n{information}\n\nContext:\n{context}\n\nAnswer this question only:\n{question}"
)
ZH = (
    "这是一道高中物理竞赛题。请在 <think> 与 </think> 之间用 LaTeX 公式逐步求解，再在 <answer> 与 </answer> 之间"
    "按小题顺序写出不带单位的最终答案：[\\boxed{{答案一}}, \\boxed{{答案二}}]。选择题在框中写选项字母。\n\n"
    "常数与公式：\n{information}\n\n背景：\n{context}\n\n只需回答以下问题：\n{question}"
)
EXAMS = ["APhO_2025", "CPhO_2025", "EuPhO_2024", "EuPhO_2025", "F=MA_2024", "F=MA_2025", "IPhO_2024", "IPhO_2025"]
EXAMS += ["NBPhO_2024", "NBPhO_2025", "PanMechanics_2024", "PanMechanics_2025", "PanPhO_2024", "PanPhO_2025"]
CHINESE = ("CPhO", "PanMechanics")


def records(read, subset, params):
    problems = [problem for found in read(f"*{subset}.json") for problem in json.loads(found)]
    information = next((problem["information"] for problem in problems if problem.get("information")), "")
    return [{"information": information, **problem} for problem in problems if problem.get("question")]


@benchmark(
    "hipho",
    pretty_name="HiPhO",
    dataset=hub("evalscope/HiPhO", subsets=EXAMS).counted(403),
    records=records,
    prompt=EN,
    prompts={exam: ZH for exam in EXAMS if exam.startswith(CHINESE)},
    judge=marked(),
    tags=["multimodal", "physics", "reasoning", "multilingual"],
)
def test_hipho(record) -> Sample:
    answers = [answer.removeprefix("\\boxed{").removesuffix("}") for answer in listed(record["answer"] or [], "answer")]
    marking = listed(record.get("marking") or [], "marking")
    marking = [marking] if marking and isinstance(marking[0], str) else marking
    figures = [image(path) for path in listed(record.get("image_question") or [], "image_question")]
    about = {"information": record.get("information") or "None.", "context": record.get("context") or ""}
    target = " | ".join(answers) or f"graded on {sum(map(len, marking))} marking criteria"
    metadata = {**about, "answers": answers, "marking": marking}
    question = [text(record["question"]), *figures]
    return Sample(question, target, metadata=metadata, id=record["id"], cluster=about["context"])
