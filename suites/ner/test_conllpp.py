"""CoNLL-2003 with the labels of its test set corrected.

CoNLL++: Wang et al. 2019, CrossWeigh: Training Named Entity Tagger from Imperfect Annotations, arXiv:1909.01441.
"""

from evalscope_pytest import benchmark, hub

from .records import LOC, MISC, ORG, PER, entities


@benchmark("conllpp", version="2", pretty_name="CoNLL++", dataset=hub("extraordinarylab/conllpp", split="test"),
           **entities(PER, ORG, LOC, MISC))  # fmt: skip
async def test_conllpp(sample, model):
    return await model.generate(sample)
