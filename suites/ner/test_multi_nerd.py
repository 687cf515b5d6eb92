"""Fifteen kinds of entities in texts of Wikipedia and Wikinews.

MultiNERD: Tedeschi & Navigli 2022, MultiNERD: A Multilingual, Multi-Genre and Fine-Grained Dataset for Named Entity
Recognition (and Disambiguation), Findings of NAACL 2022.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import LOC, NER, ORG, PER, entity_sample

KINDS = [
    PER,
    ORG,
    LOC,
    "ANIM animal: animals, also by their scientific names",
    "BIO biological_entity: fungi, bacteria, viruses and other living things",
    "CEL celestial_body: planets, stars, galaxies and other bodies in space",
    "DIS disease: diseases",
    "EVE event: battles, contests, festivals and other events",
    "FOOD food: food and drink",
    "INST instrument: musical and technical instruments, tools",
    "MEDIA media: titles of works, fictional characters, languages",
    "MYTH mythological_entity: mythological and religious beings",
    "PLANT plant: plants, also by their scientific names",
    "TIME time: eras, centuries, years and holidays, but not months or weekdays",
    "VEHI vehicle: vehicles",
]


@benchmark("multi_nerd", version="2", pretty_name="MultiNERD", dataset=hub("extraordinarylab/multi-nerd"), **NER)
def test_multi_nerd(record) -> Sample:
    return entity_sample(record, *KINDS)
