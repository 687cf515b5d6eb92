"""Calling functions: the right ones, with the right arguments, or none if none fits.

Berkeley Function Calling Leaderboard v4: Patil et al. 2024, Gorilla: Large Language Model Connected with Massive APIs,
arXiv:2305.15334. The single-turn subsets; those of several turns, web search and memory run programs and are left out.
The records are the files of the authors' release, `bfcl_eval/data`, in your own folder (``dataset_id``).
"""

import json

from evalscope_pytest import benchmark, local

from .call import called
from .samples import rows, sample_of
from .scorer import PARAMETERS, function_calls, variant

NON_LIVE = ["simple_python", "simple_java", "simple_javascript", "multiple", "parallel", "parallel_multiple"]
LIVE = ["live_simple", "live_multiple", "live_parallel", "live_parallel_multiple"]
CATEGORIES = {
    **dict.fromkeys(NON_LIVE, "NON_LIVE"),
    **dict.fromkeys(LIVE, "LIVE"),
    "irrelevance": "HALLUCINATION",
    "live_irrelevance": "HALLUCINATION",
    "live_relevance": "RELEVANCE",
}
NO_CALLS = {"irrelevance": "none", "live_irrelevance": "none", "live_relevance": "any"}


def records(read, subset, params):
    files = [] if subset in NO_CALLS else read(f"possible_answer/BFCL_v4_{subset}.json")
    answers = {row["id"]: json.dumps(row["ground_truth"]) for row in rows(files)}
    for row in rows(read(f"BFCL_v4_{subset}.json")):
        yield {**row, "target": NO_CALLS.get(subset) or answers[row["id"]]}


def to_sample(record, subset, extra_params):
    language = subset.removeprefix("simple_") if subset in ("simple_java", "simple_javascript") else "python"
    return sample_of(
        record["question"][0], record["function"], record["target"], language=language, params=extra_params
    )


@benchmark(
    "bfcl_v4",
    pretty_name="BFCL-v4",
    dataset=local("", subsets=list(CATEGORIES), split="train"),
    records=records,
    to_sample=to_sample,
    scorer=function_calls(),
    categories=CATEGORIES,
    extra_params=PARAMETERS,
    variant=variant,
    tags=["function_calling"],
)
async def test_bfcl_v4(sample, model):
    output = await model.generate(sample)
    return called(output) if sample.tools else output
