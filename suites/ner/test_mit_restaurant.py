"""Parts of questions about restaurants.

Liu et al. 2013, Asgard: A portable architecture for multilingual dialogue systems, ICASSP 2013.
"""

from evalscope_pytest import Sample, benchmark, hub

from .records import NER, entity_sample

KINDS = [
    "AMENITY amenity: what a restaurant offers besides food",
    "CUISINE cuisine: styles of cooking",
    "DISH dish: dishes and drinks",
    "HOURS hours: when a restaurant is open",
    "LOCATION location: where a restaurant is",
    "PRICE price: how expensive a restaurant is",
    "RATING rating: how well a restaurant is rated",
    "RESTAURANT_NAME restaurant_name: restaurants by name",
]


@benchmark(
    "mit_restaurant", version="2", pretty_name="MIT-Restaurant", dataset=hub("extraordinarylab/mit-restaurant"), **NER
)
def test_mit_restaurant(record) -> Sample:
    return entity_sample(record, *KINDS)
