"""Why people do what they do in everyday situations, what they feel, and what they will do next.

Social IQa: Sap et al. 2019, Commonsense Reasoning about Social Interactions, arXiv:1904.09728.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.benchmarks.wording import CHOICE
from evalscope_pytest.scoring import choice_answer


def to_sample(record) -> Sample:
    question = " ".join(filter(None, [record.get("context"), record["question"]]))
    if "answerA" in record:  # the authors' shape
        choices = [record[f"answer{letter}"] for letter in "ABC"]
        return Sample(input=question, choices=choices, target="ABC"[int(record["label"]) - 1])
    return Sample(input=question, choices=record["choices"], target=record["answer"])


@benchmark("siqa", version="2", pretty_name="SIQA", to_sample=to_sample, prompt=CHOICE, scorer=choice_answer(),
           dataset=hub("extraordinarylab/siqa", split="validation"),
           tags=["commonsense", "reasoning", "multiple_choice"])  # fmt: skip
async def test_siqa(sample, model):
    return await model.generate(sample)
