"""People, organizations, places and other names in news of Reuters.

CoNLL-2003: Tjong Kim Sang & De Meulder 2003, Introduction to the CoNLL-2003 Shared Task, CoNLL 2003.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import LOC, MISC, NER, ORG, PER, entity_sample


@benchmark("conll2003", version="2", pretty_name="CoNLL2003", dataset=hub("extraordinarylab/conll2003"), **NER)
def test_conll2003(record) -> Sample:
    return entity_sample(record, PER, ORG, LOC, MISC)
