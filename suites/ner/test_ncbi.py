"""Names of diseases in abstracts of PubMed.

NCBI disease corpus: Dogan et al. 2014, A resource for disease name recognition and concept normalization, Journal of
Biomedical Informatics 47.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import NER, entity_sample


@benchmark("ncbi", version="2", pretty_name="NCBI", dataset=hub("extraordinarylab/ncbi").counted(940), **NER)
def test_ncbi(record) -> Sample:
    return entity_sample(record, "DISEASE disease: diseases, disorders and syndromes by name")
