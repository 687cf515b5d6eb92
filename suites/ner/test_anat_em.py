"""Parts of the body in abstracts and articles of PubMed, from structures in cells to organs.

AnatEM: Pyysalo & Ananiadou 2014, Anatomical entity mention recognition at literature scale, Bioinformatics 30.
"""

from evalscope_pytest import benchmark, hub

from .records import entities

KINDS = ["ANATOMY anatomy: parts of a body, from structures in cells to organs and systems of organs"]  # fmt: skip


@benchmark("anat_em", version="2", pretty_name="AnatEM", dataset=hub("extraordinarylab/anat-em", split="test"),
           **entities(*KINDS))  # fmt: skip
async def test_anat_em(sample, model):
    return await model.generate(sample)
