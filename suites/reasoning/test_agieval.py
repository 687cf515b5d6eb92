"""Exams that people sit: Gaokao, SAT, law school admission, civil service, lawyer qualification, mathematics.

AGIEval: Zhong et al. 2023, A Human-Centric Benchmark for Evaluating Foundation Models, arXiv:2304.06364.
"""

from ast import literal_eval

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.benchmarks.options import in_letter_order
from evalscope_pytest.benchmarks.wording import BOXED, CHOICE_STEPWISE, CHOICE_STEPWISE_ZH, CHOICES_STEPWISE_ZH
from evalscope_pytest.scoring import by_subset, choice_answer, math_answer

ENGLISH = ["aqua-rat", "logiqa-en", "lsat-ar", "lsat-lr", "lsat-rc", "sat-math", "sat-en", "sat-en-without-passage",
           "gaokao-english"]  # fmt: skip
CHINESE = ["logiqa-zh", "gaokao-chinese", "gaokao-geography", "gaokao-history", "gaokao-biology", "gaokao-chemistry",
           "gaokao-physics", "gaokao-mathqa", "jec-qa-kd", "jec-qa-ca"]  # fmt: skip
SEVERAL = ["jec-qa-kd", "jec-qa-ca", "gaokao-physics"]  # several options may be right
CLOZE = ["math", "gaokao-mathcloze"]
PROMPTS = {**dict.fromkeys(CHINESE, CHOICE_STEPWISE_ZH), **dict.fromkeys(SEVERAL, CHOICES_STEPWISE_ZH),
           **dict.fromkeys(CLOZE, BOXED)}  # fmt: skip
# Four answers of gaokao-mathqa have several letters, too.
CHOOSE_ALL = dict.fromkeys([*SEVERAL, "gaokao-mathqa"], choice_answer(multiple=True, language="zh"))
SCORERS = {**dict.fromkeys(CHINESE, choice_answer(language="zh")), **CHOOSE_ALL, **dict.fromkeys(CLOZE, math_answer())}


def to_sample(record, subset) -> Sample:
    question = "\n\n".join(filter(None, [record.get("passage"), record["question"]]))
    if subset in CLOZE:
        return Sample(question, str(record["answer"] if record.get("label") is None else record["label"]))
    label = record["label"]
    letters = literal_eval(label) if isinstance(label, str) and label.startswith("[") else label
    target = sorted(letter for letter in "".join(letters) if letter.isalpha())
    return Sample(input=question, choices=in_letter_order(record["options"]), target=target)


@benchmark("agieval", version="2", pretty_name="AGIEval", to_sample=to_sample, prompt=CHOICE_STEPWISE, prompts=PROMPTS,
           dataset=hub("opencompass/agieval", subsets=ENGLISH + CHINESE + CLOZE),
           scorer=by_subset(choice_answer(), SCORERS),
           tags=["reasoning", "knowledge", "math", "multiple_choice", "chinese"])  # fmt: skip
async def test_agieval(sample, model):
    return await model.generate(sample)
