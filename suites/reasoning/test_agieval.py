"""Exams that people sit: Gaokao, SAT, law school admission, civil service, lawyer qualification, mathematics.

AGIEval: Zhong et al. 2023, A Human-Centric Benchmark for Evaluating Foundation Models, arXiv:2304.06364.
"""

from ast import literal_eval

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring

from .letter_order import in_letter_order

ENGLISH = [
    "aqua-rat",
    "logiqa-en",
    "lsat-ar",
    "lsat-lr",
    "lsat-rc",
    "sat-math",
    "sat-en",
    "sat-en-without-passage",
    "gaokao-english",
]
CHINESE = [
    "logiqa-zh",
    "gaokao-chinese",
    "gaokao-geography",
    "gaokao-history",
    "gaokao-biology",
    "gaokao-chemistry",
    "gaokao-physics",
    "gaokao-mathqa",
    "jec-qa-kd",
    "jec-qa-ca",
]
SEVERAL = ["jec-qa-kd", "jec-qa-ca", "gaokao-physics"]  # several options may be right
CLOZE = ["math", "gaokao-mathcloze"]
PROMPTS = {
    **dict.fromkeys(CHINESE, prompts.CHOICE_STEPWISE_ZH),
    **dict.fromkeys(SEVERAL, prompts.CHOICES_STEPWISE_ZH),
    **dict.fromkeys(CLOZE, prompts.BOXED),
}
# Four answers of gaokao-mathqa have several letters, too.
CHOOSE_ALL = dict.fromkeys([*SEVERAL, "gaokao-mathqa"], scoring.choice_answer(multiple=True, language="zh"))
SCORERS = {
    **dict.fromkeys(CHINESE, scoring.choice_answer(language="zh")),
    **CHOOSE_ALL,
    **dict.fromkeys(CLOZE, scoring.math_answer()),
}


@benchmark(
    "agieval",
    version="2",
    pretty_name="AGIEval",
    dataset=hub("opencompass/agieval", subsets=ENGLISH + CHINESE + CLOZE).counted(6269),
    prompt=prompts.CHOICE_STEPWISE,
    prompts=PROMPTS,
    scorer=scoring.by_subset(scoring.choice_answer(), SCORERS),
    tags=["reasoning", "knowledge", "math", "multiple_choice", "multilingual"],
)
def test_agieval(record, subset) -> Sample:
    question = "\n\n".join(filter(None, [record.get("passage"), record["question"]]))
    if subset in CLOZE:
        return Sample(question, str(record["answer"] if record.get("label") is None else record["label"]))
    label = record["label"]
    letters = literal_eval(label) if isinstance(label, str) and label.startswith("[") else label
    target = sorted(letter for letter in "".join(letters) if letter.isalpha())
    return Sample(question, target, in_letter_order(record["options"]), cluster=record.get("passage"))
