"""Parts of the body in abstracts and articles of PubMed, from structures in cells to organs.

AnatEM: Pyysalo & Ananiadou 2014, Anatomical entity mention recognition at literature scale, Bioinformatics 30.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import NER, entity_sample

KINDS = ["ANATOMY anatomy: parts of a body, from structures in cells to organs and organ systems"]


@benchmark("anat_em", version="2", pretty_name="AnatEM", dataset=hub("extraordinarylab/anat-em"), **NER)
def test_anat_em(record) -> Sample:
    return entity_sample(record, *KINDS)
