"""Names of genes in sentences of PubMed.

BC2GM: Smith et al. 2008, Overview of BioCreative II gene mention recognition, Genome Biology 9.
"""

from evalscope_pytest import benchmark, hub

from .records import entities


@benchmark("bc2gm", version="2", pretty_name="BC2GM", dataset=hub("extraordinarylab/bc2gm", split="test"),
           **entities("GENE gene: genes and their products by name"))  # fmt: skip
async def test_bc2gm(sample, model):
    return await model.generate(sample)
