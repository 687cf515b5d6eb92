"""Questions on magnetic resonance imaging: its physics, its protocols, its use in the clinic.

MRI-MCQA, published as a dataset without a paper.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "mri_mcqa",
    pretty_name="MRI-MCQA",
    dataset=hub("extraordinarylab/mri-mcqa"),
    prompt=prompts.CHOICE,
    scorer=scoring.choice_answer(),
    tags=["knowledge", "medical", "multiple_choice"],
)
def test_mri_mcqa(record) -> Sample:
    return Sample(record["question"], record["answer"], record["choices"])
