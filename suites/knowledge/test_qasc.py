"""Questions of school science with eight options, which two facts together answer.

QASC: Khot et al. 2019, A Dataset for Question Answering via Sentence Composition, arXiv:1910.11473.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "qasc",
    version="2",
    pretty_name="QASC",
    dataset=hub("extraordinarylab/qasc", split="validation").counted(926),
    prompt=prompts.CHOICE,
    scorer=scoring.choice_answer(),
    tags=["knowledge", "multiple_choice"],
)
def test_qasc(record) -> Sample:
    if "answerKey" in record:  # the authors' shape
        question = record["question"]
        return Sample(question["stem"], record["answerKey"], [choice["text"] for choice in question["choices"]])
    return Sample(input=record["question"], choices=record["choices"], target=record["answer"])
