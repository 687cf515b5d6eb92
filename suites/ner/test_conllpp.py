"""CoNLL-2003 with the labels of its test set corrected.

CoNLL++: Wang et al. 2019, CrossWeigh: Training Named Entity Tagger from Imperfect Annotations, arXiv:1909.01441.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import LOC, MISC, NER, ORG, PER, entity_sample


@benchmark("conllpp", version="2", pretty_name="CoNLL++", dataset=hub("extraordinarylab/conllpp"), **NER)
def test_conllpp(record) -> Sample:
    return entity_sample(record, PER, ORG, LOC, MISC)
