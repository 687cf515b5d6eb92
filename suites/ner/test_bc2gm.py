"""Names of genes in sentences of PubMed.

BC2GM: Smith et al. 2008, Overview of BioCreative II gene mention recognition, Genome Biology 9.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import NER, entity_sample


@benchmark("bc2gm", version="2", pretty_name="BC2GM", dataset=hub("extraordinarylab/bc2gm"), **NER)
def test_bc2gm(record) -> Sample:
    return entity_sample(record, "GENE gene: genes and their products by name")
