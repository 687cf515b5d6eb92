"""Questions on genes, diseases and drugs, written from a graph of biomedical knowledge.

BiomixQA: Soman et al. 2023, Biomedical knowledge graph-optimized prompt generation for large language models,
arXiv:2311.17330.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, scoring


@benchmark(
    "biomix_qa",
    pretty_name="BioMixQA",
    dataset=hub("extraordinarylab/biomix-qa"),
    prompt=prompts.CHOICE,
    scorer=scoring.choice_answer(),
    tags=["knowledge", "medical", "multiple_choice"],
)
def test_biomix_qa(record) -> Sample:
    return Sample(record["question"], record["answer"], record["choices"])
