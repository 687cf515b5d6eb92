"""Eighteen kinds of entities, quantities and times in texts of seven genres.

OntoNotes 5.0: Pradhan et al. 2013, Towards Robust Linguistic Analysis using OntoNotes, CoNLL 2013.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import NER, ORG, entity_sample

KINDS = [
    ORG,
    "LOC location: mountains, waters and other places without a government",
    "PERSON person: people, real or fictional",
    "NORP nationalities_or_religious_or_political_groups: peoples, religions, political groups",
    "FAC facility: buildings, airports, roads, bridges",
    "GPE geopolitical_entity: countries, states, cities",
    "PRODUCT product: manufactured things, not services",
    "EVENT event: battles, storms, contests and other events by name",
    "WORK_OF_ART work_of_art: titles of works",
    "LAW law: laws and treaties by name",
    "LANGUAGE language: languages",
    "DATE date: days, years and other times of a day or more",
    "TIME time: times shorter than a day",
    "PERCENT percent: percentages",
    "MONEY money: sums of money",
    "QUANTITY quantity: measures, as of weight or distance",
    "ORDINAL ordinal: first, second and so on",
    "CARDINAL cardinal: all other numbers",
]


@benchmark("ontonotes5", version="2", pretty_name="OntoNotes5", dataset=hub("extraordinarylab/ontonotes5"), **NER)
def test_ontonotes5(record) -> Sample:
    return entity_sample(record, *KINDS)
