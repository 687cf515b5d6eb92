"""Proteins, nucleic acids and cells in abstracts of molecular biology.

GENIA: Kim et al. 2003, GENIA corpus: a semantically annotated corpus for bio-textmining, Bioinformatics 19.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import CELLS, NER, entity_sample


@benchmark("genia_ner", version="2", pretty_name="GeniaNER", dataset=hub("extraordinarylab/genia-ner"), **NER)
def test_genia_ner(record) -> Sample:
    return entity_sample(record, *CELLS)
