"""Proteins, nucleic acids and cells in abstracts of PubMed.

JNLPBA: Collier & Kim 2004, Introduction to the Bio-entity Recognition Task at JNLPBA.
"""

from evalscope_pytest import benchmark, hub

from .records import CELLS, entities


@benchmark("jnlpba", version="2", pretty_name="JNLPBA", dataset=hub("extraordinarylab/jnlpba", split="test"),
           **entities(*CELLS))  # fmt: skip
async def test_jnlpba(sample, model):
    return await model.generate(sample)
