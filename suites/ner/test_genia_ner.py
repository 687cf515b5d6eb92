"""Proteins, nucleic acids and cells in abstracts of molecular biology.

GENIA: Kim et al. 2003, GENIA corpus: a semantically annotated corpus for bio-textmining, Bioinformatics 19.
"""

from evalscope_pytest import benchmark, hub

from .records import CELLS, entities


@benchmark("genia_ner", version="2", pretty_name="GeniaNER", dataset=hub("extraordinarylab/genia-ner", split="test"),
           **entities(*CELLS))  # fmt: skip
async def test_genia_ner(sample, model):
    return await model.generate(sample)
