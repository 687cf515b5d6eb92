"""Names of chemicals and drugs in abstracts of PubMed.

BC4CHEMD: Krallinger et al. 2015, The CHEMDNER corpus of chemicals and drugs, Journal of Cheminformatics 7.
"""

from evalscope_pytest import benchmark, hub

from .records import entities


@benchmark("bc4chemd", version="2", pretty_name="BC4CHEMD", dataset=hub("extraordinarylab/bc4chemd", split="test"),
           **entities("CHEMICAL chemical: chemicals and drugs by name"))  # fmt: skip
async def test_bc4chemd(sample, model):
    return await model.generate(sample)
