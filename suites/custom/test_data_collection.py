"""A collection: samples of several benchmarks in one file, each sent and scored as its benchmark does.

The file (``dataset_id``) is written by `evalscope-pytest collection`, or by `evalscope_pytest.collections`.
"""

from evalscope_pytest import benchmark, local
from evalscope_pytest.collections.part import answered, by_level, collected
from evalscope_pytest.collections.schema import sample_of


@benchmark(
    "data_collection",
    pretty_name="Data-Collection",
    dataset=local(""),
    to_sample=sample_of,
    scorer=collected(),
    after_run=by_level,
    tags=["custom"],
)
async def test_data_collection(sample, model):
    return await answered(sample, model)
