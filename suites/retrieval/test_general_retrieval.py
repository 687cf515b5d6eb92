"""Your own search: queries and documents in BEIR's layout, ranked by the similarity of their embeddings.

A folder (``dataset_id``) with ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/{split}.tsv`` or ``qrels.jsonl``; a
subset is a folder in it. Layout: Thakur et al. 2021, BEIR, arXiv:2104.08663.

``extra_params``: ``measures``, ``document_prefix`` (``prompt_template`` is the query's: ``"query: {query}"``),
``similarity`` (``cosine`` or ``dot``), ``ignore_identical_ids`` if a query must not find the document with its own id.
"""

from evalscope_pytest import benchmark, local

from .ranking import MEASURES
from .search import PARAMS, judged, judged_queries, searched, searching


@benchmark(
    "general_retrieval",
    pretty_name="General-Retrieval",
    dataset=local(""),
    records=judged_queries,
    to_sample=judged,
    extra_params=PARAMS,
    variant=searching,
    metrics=MEASURES,
    model_tasks=("embedding",),
    tags=["custom", "retrieval"],
)
async def test_general_retrieval(sample, model):
    return await searched(sample, model)
