"""Calling functions: the right ones, with the right arguments, or none if none fits.

Berkeley Function Calling Leaderboard v3: Patil et al. 2024, Gorilla: Large Language Model Connected with Massive APIs,
arXiv:2305.15334. The single-turn subsets; those of several turns run programs and are left out.
"""

import json

from evalscope_pytest import benchmark, hub

from .call import called
from .samples import sample_of
from .scorer import PARAMETERS, function_calls, variant

NON_LIVE = ["simple", "multiple", "parallel", "parallel_multiple", "java", "javascript"]
LIVE = ["live_simple", "live_multiple", "live_parallel", "live_parallel_multiple"]
NO_CALLS = {"irrelevance": "none", "live_relevance": "any", "live_irrelevance": "none"}
CATEGORIES = {
    **dict.fromkeys(NON_LIVE, "AST_NON_LIVE"),
    **dict.fromkeys(LIVE, "AST_LIVE"),
    **dict.fromkeys(NO_CALLS, "RELEVANCE"),
}


def to_sample(record, subset, extra_params):
    messages = json.loads(record["turns"])[0]
    if messages[0]["role"] == "system":  # instructions for models that are not given functions as such
        messages = messages[1:]
    target = NO_CALLS.get(subset) or json.dumps(json.loads(record["ground_truth"]))
    return sample_of(
        messages, json.loads(record["functions"]), target, language=record["language"].lower(), params=extra_params
    )


@benchmark(
    "bfcl_v3",
    pretty_name="BFCL-v3",
    dataset=hub("AI-ModelScope/bfcl_v3", subsets=list(CATEGORIES), split="train", subset_by="subset"),
    to_sample=to_sample,
    scorer=function_calls(),
    categories=CATEGORIES,
    extra_params=PARAMETERS,
    variant=variant,
    tags=["function_calling"],
)
async def test_bfcl_v3(sample, model):
    output = await model.generate(sample)
    return called(output) if sample.tools else output
