"""Questions of school science, grade 1 to 12, about half of them with a picture.

ScienceQA: Lu et al. 2022, Learn to Explain: Multimodal Reasoning via Thought Chains for Science Question Answering,
arXiv:2209.09513.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "science_qa",
    pretty_name="ScienceQA",
    dataset=hub("AI-ModelScope/ScienceQA"),
    prompt=prompts.CHOICE_STEPWISE,
    scorer=scoring.choice_answer(),
    tags=["multimodal", "multiple_choice", "knowledge"],
)
def test_science_qa(record) -> Sample:
    context = f"Context: {record['hint']}\n" if record.get("hint") else ""
    question = prompts.with_picture(record, context + record["question"], optional=True)
    about = {"subject": record["subject"]}
    return Sample(question, "ABCDEFGH"[int(record["answer"])], record["choices"], metadata=about)
