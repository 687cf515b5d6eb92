"""Your own pairs of sentences: how well the cosine of two embeddings follows people's grades.

A folder (``dataset_id``) of ``{subset}.jsonl`` (or csv, tsv, parquet; a csv may lack its header): ``sentence1``,
``sentence2`` and ``score``, on any scale. Rank correlation over all pairs: Cer et al. 2017, arXiv:1708.00055.
"""

from evalscope_pytest import benchmark, local

from .similarity import compared, correlation, pair_of, pairs_of


@benchmark(
    "general_sts",
    pretty_name="General-STS",
    dataset=local(""),
    records=pairs_of,
    to_sample=pair_of,
    scorer=correlation(),
    model_tasks=("embedding",),
    tags=["custom", "retrieval"],
)
async def test_general_sts(sample, model):
    return await compared(sample, model)
