"""Parts of questions about restaurants.

Liu et al. 2013, Asgard: A portable architecture for multilingual dialogue systems, ICASSP 2013.
"""

from evalscope_pytest import benchmark, hub

from .records import entities

KINDS = ["AMENITY amenity: what a restaurant offers beside food", "CUISINE cuisine: styles of cooking",
         "DISH dish: dishes and drinks", "HOURS hours: when a restaurant is open",
         "LOCATION location: where a restaurant is", "PRICE price: how dear a restaurant is",
         "RATING rating: how good a restaurant is said to be",
         "RESTAURANT_NAME restaurant_name: restaurants by name"]  # fmt: skip


@benchmark("mit_restaurant", version="2",
           pretty_name="MIT-Restaurant", dataset=hub("extraordinarylab/mit-restaurant", split="test"),
           **entities(*KINDS))  # fmt: skip
async def test_mit_restaurant(sample, model):
    return await model.generate(sample)
