"""People, organizations, places and other names in news of Reuters.

CoNLL-2003: Tjong Kim Sang & De Meulder 2003, Introduction to the CoNLL-2003 Shared Task, CoNLL 2003.
"""

from evalscope_pytest import benchmark, hub

from .records import LOC, MISC, ORG, PER, entities


@benchmark("conll2003", version="2", pretty_name="CoNLL2003", dataset=hub("extraordinarylab/conll2003", split="test"),
           **entities(PER, ORG, LOC, MISC))  # fmt: skip
async def test_conll2003(sample, model):
    return await model.generate(sample)
