"""Proteins, nucleic acids and cells in abstracts of PubMed.

JNLPBA: Collier & Kim 2004, Introduction to the Bio-entity Recognition Task at JNLPBA.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import CELLS, NER, entity_sample


@benchmark("jnlpba", version="2", pretty_name="JNLPBA", dataset=hub("extraordinarylab/jnlpba"), **NER)
def test_jnlpba(record) -> Sample:
    return entity_sample(record, *CELLS)
