"""Chemicals and diseases in articles of PubMed.

BC5CDR: Li et al. 2016, BioCreative V CDR task corpus, Database 2016.
"""

from evalscope_pytest import benchmark, hub

from .records import entities

KINDS = ["CHEMICAL chemical: chemicals and drugs by name",
         "DISEASE disease: diseases, disorders and syndromes by name"]  # fmt: skip


@benchmark("bc5cdr", version="2", pretty_name="BC5CDR", dataset=hub("extraordinarylab/bc5cdr", split="test"),
           **entities(*KINDS))  # fmt: skip
async def test_bc5cdr(sample, model):
    return await model.generate(sample)
