"""Your own candidates, ranked by a reranker: one request for each query.

A folder (``dataset_id``) of ``{subset}.jsonl``: ``query``, ``documents`` and ``relevant``, the places of the right ones
from 0, or ``scores``, a grade for each; or ``positive`` and ``negative``, as in reranking tasks of MTEB (Muennighoff et
al. 2022, arXiv:2210.07316). Documents are numbered from 0. An embedding model ranks by cosine similarity.

``extra_params``: ``measures``.
"""

from evalscope_pytest import benchmark, local

from .ranking import MEASURES, measured
from .rerank import candidates, graded


@benchmark(
    "general_rerank",
    pretty_name="General-Rerank",
    dataset=local(""),
    to_sample=candidates,
    extra_params={"measures": MEASURES},
    variant=measured,
    metrics=MEASURES,
    model_tasks=("rerank", "embedding"),
    tags=["custom", "retrieval"],
)
async def test_general_rerank(sample, model):
    return await graded(sample, model)
