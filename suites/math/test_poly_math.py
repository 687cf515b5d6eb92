"""Problems of four levels, from school to research, in eighteen languages.

PolyMath: Wang et al. 2025, Evaluating Mathematical Reasoning in Multilingual Contexts, arXiv:2504.18428.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub

from .boxed_requests import REQUESTS
from .by_difficulty import LEVELS, by_difficulty

SUBSETS = {f"{language}-{level}": language for level in LEVELS for language in REQUESTS}


def records(read, subset, extra_params):
    language, _, level = subset.rpartition("-")
    return read.rows(language, split=level)


@benchmark(
    "poly_math",
    pretty_name="PolyMath",
    dataset=hub("evalscope/PolyMath", subsets=list(SUBSETS)),
    records=records,
    prompts={subset: f"{{question}}\n{REQUESTS[language]}" for subset, language in SUBSETS.items()},
    scorer=by_difficulty(),
    categories=SUBSETS,
    tags=["math", "reasoning", "multilingual"],
)
def test_poly_math(record, subset, position) -> Sample:
    level = subset.rpartition("-")[2]
    return Sample(record["question"], str(record["answer"]), cluster=f"{level}/{position}")  # the same in each language
