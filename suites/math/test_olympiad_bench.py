"""Problems of mathematics and physics olympiads and of the Chinese college entrance exam, in text and with pictures.

OlympiadBench: He et al. 2024, A Challenging Benchmark for Promoting AGI with Olympiad-Level Bilingual Multimodal
Scientific Problems, arXiv:2402.14008. Its proofs (TP) are left out: nothing but people can score them.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, text

from .olympiad import bracketed, olympiad_answer

EN = (
    "Here is an open-ended problem from an international competition in {subject}.{kind} Work out the answer from the "
    "given conditions, with variables and formulas in LaTeX, and end with the sentence "
    '"So the final answer is {form}."{unit}\n{question}\n\n'
    "Reason step by step and give the final answer inside \\boxed{{}}."
)
ZH = (
    "下面是一道中国{subject}竞赛的解答题{kind}。请由题目所给条件求出答案，变量与公式用 LaTeX 书写，"
    "最后写一句“所以最终答案是{form}。”{unit}\n{question}\n\n请逐步推理，把最终答案写在 \\boxed{{}} 里。"
)
SUBSETS = [
    "OE_MM_maths_en_COMP",
    "OE_MM_maths_zh_CEE",
    "OE_MM_maths_zh_COMP",
    "OE_MM_physics_en_COMP",
    "OE_MM_physics_zh_CEE",
    "OE_TO_maths_en_COMP",
    "OE_TO_maths_zh_CEE",
    "OE_TO_maths_zh_COMP",
    "OE_TO_physics_en_COMP",
    "OE_TO_physics_zh_CEE",
]
# English, Chinese
SUBJECTS = {"maths": ("mathematics", "数学"), "physics": ("physics", "物理")}
KINDS = {
    "Numerical": ("a number", "数值"),
    "Expression": ("an expression", "表达式"),
    "Equation": ("an equation", "方程"),
    "Interval": ("an interval", "区间"),
}
ONE = (" The answer is {}.", "，答案为{}")
SEVERAL = (" It has several answers, each {}.", "，有多个答案，均为{}")
FORM = ("\\boxed{answer}", "\\boxed{答案}")
FORMS = ("\\boxed{answers joined by commas}", "\\boxed{用英文逗号连接的各个答案}")
UNIT = (" Leave the unit outside \\boxed{}.", "单位不要写在 \\boxed{} 里。")


@benchmark(
    "olympiad_bench",
    version="3",
    pretty_name="OlympiadBench",
    dataset=hub("AI-ModelScope/OlympiadBench", subsets=SUBSETS, split="train"),
    prompt=EN,
    prompts={subset: ZH for subset in SUBSETS if "_zh_" in subset},
    scorer=olympiad_answer(),
    tags=["math", "reasoning", "multilingual", "multimodal"],
)
def test_olympiad_bench(record, subset) -> Sample:
    zh, several = int("_zh_" in subset), record["is_multiple_answer"]
    kinds = dict.fromkeys(KINDS[kind][zh] for kind in record["answer_type"].split(",") if kind in KINDS)
    asked = {
        "subject": SUBJECTS[subset.split("_")[2]][zh],
        "kind": (SEVERAL if several else ONE)[zh].format((" or ", "或")[zh].join(kinds)) if kinds else "",
        "form": (FORMS if several else FORM)[zh],
        "unit": UNIT[zh] if record["unit"] else "",
    }
    words, target = record["question"], ",".join(record["final_answer"])
    figures = prompts.pictures(record, optional="_MM_" not in subset)
    question = [text(bracketed(words, len(figures))), *figures] if figures else words
    return Sample(question, target, metadata={**asked, "error": record["error"]})
