"""Why people do what they do in everyday situations, what they feel, and what they will do next.

Social IQa: Sap et al. 2019, Commonsense Reasoning about Social Interactions, arXiv:1904.09728.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "siqa",
    version="2",
    pretty_name="SIQA",
    dataset=hub("extraordinarylab/siqa", split="validation").counted(1954),
    prompt=prompts.CHOICE,
    scorer=scoring.choice_answer(),
    tags=["commonsense", "reasoning", "multiple_choice"],
)
def test_siqa(record) -> Sample:
    question = " ".join(filter(None, [record.get("context"), record["question"]]))
    if "answerA" in record:  # the authors' shape
        return Sample(question, "ABC"[int(record["label"]) - 1], [record[f"answer{letter}"] for letter in "ABC"])
    return Sample(input=question, choices=record["choices"], target=record["answer"])
