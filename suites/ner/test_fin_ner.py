"""People, organizations, places and other names in loan agreements.

Salinas Alvarado et al. 2015, Domain Adaption of Named Entity Recognition to Support Credit Risk Assessment, ALTA
2015.
"""

from evalscope_pytest import benchmark, hub

from .records import LOC, MISC, ORG, PER, entities


@benchmark("fin_ner", version="2", pretty_name="FinNER", dataset=hub("extraordinarylab/fin-ner", split="test"),
           **entities(PER, ORG, LOC, MISC))  # fmt: skip
async def test_fin_ner(sample, model):
    return await model.generate(sample)
