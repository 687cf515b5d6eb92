"""Chemicals and diseases in articles of PubMed.

BC5CDR: Li et al. 2016, BioCreative V CDR task corpus, Database 2016.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import NER, entity_sample

KINDS = ["CHEMICAL chemical: chemicals and drugs by name", "DISEASE disease: diseases, disorders and syndromes by name"]


@benchmark("bc5cdr", version="2", pretty_name="BC5CDR", dataset=hub("extraordinarylab/bc5cdr"), **NER)
def test_bc5cdr(record) -> Sample:
    return entity_sample(record, *KINDS)
