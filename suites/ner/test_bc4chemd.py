"""Names of chemicals and drugs in abstracts of PubMed.

BC4CHEMD: Krallinger et al. 2015, The CHEMDNER corpus of chemicals and drugs, Journal of Cheminformatics 7.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import NER, entity_sample


@benchmark("bc4chemd", version="2", pretty_name="BC4CHEMD", dataset=hub("extraordinarylab/bc4chemd"), **NER)
def test_bc4chemd(record) -> Sample:
    return entity_sample(record, "CHEMICAL chemical: chemicals and drugs by name")
