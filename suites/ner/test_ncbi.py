"""Names of diseases in abstracts of PubMed.

NCBI disease corpus: Dogan et al. 2014, A resource for disease name recognition and concept normalization, Journal of
Biomedical Informatics 47.
"""

from evalscope_pytest import benchmark, hub

from .records import entities


@benchmark("ncbi", version="2", pretty_name="NCBI", dataset=hub("extraordinarylab/ncbi", split="test"),
           **entities("DISEASE disease: diseases, disorders and syndromes by name"))  # fmt: skip
async def test_ncbi(sample, model):
    return await model.generate(sample)
