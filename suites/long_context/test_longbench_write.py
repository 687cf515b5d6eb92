"""Texts of 100 to 10,000 words and more, in English and Chinese: how long they are, and how good.

LongBench-Write: Bai et al. 2024, LongWriter: Unleashing 10,000+ Word Generation from Long Context LLMs,
arXiv:2408.07055. Subsets ``longbench_write_en`` and ``longwrite_ruler`` are there, too.
"""

from dataclasses import replace
from statistics import fmean

from evalscope_pytest import Sample, Score, benchmark, hub
from evalscope_pytest.judge import Marks, graded

from .writing_length import count_words, length_score, writing_length

QUALITIES = {
    "Relevance": "relevance",
    "Accuracy": "factual_accuracy",
    "Coherence": "coherence",
    "Clarity": "clarity",
    "Breadth and Depth": "breadth_and_depth",
    "Reading Experience": "reading_experience",
}
RATING = """\
A user requested a text. Rate its quality as strictly as you can, from 5 (best) to 1 (worst):

1. Relevance: it fits the request and can be used as it is; or it misses the point.
2. Accuracy: nothing in it is false or misleading; or much of it is.
3. Coherence: it is well organized and each part follows from the one before; or it is disorganized.
4. Clarity: it is clear and rich in detail; or it is confusing and sparse.
5. Breadth and Depth: it covers the subject widely and in depth; or it stays narrow and superficial.
6. Reading Experience: it is a pleasure to read; or it is tedious and hard to follow.

# The request

{question}

# The text

{pred}

Ignore whether the text has the requested length. The verdict is a mark for each quality."""


def score(sample, reply, decided) -> Score:
    marks = {name: (decided[0][name] - 1) * 25 for name in QUALITIES.values()}
    quality, length = fmean(marks.values()), length_score(sample.metadata["length"], count_words(reply))
    return Score(overall_score=(quality + length) / 2, score_l=length, score_q=quality, **marks)


JUDGING = replace(
    graded("longbench_write", RATING, Marks(QUALITIES)),
    score=score,
    metrics=("overall_score", "score_l", "score_q", *QUALITIES.values()),
)


@benchmark(
    "longbench_write",
    version="2",
    pretty_name="LongBench-Write",
    dataset=hub("ZhipuAI/LongBench-Write", subsets=["longbench_write"]).counted(120),
    scorer=writing_length(),
    judge=JUDGING,
    tags=["long_context", "writing"],
)
def test_longbench_write(record) -> Sample:
    return Sample(record["prompt"], metadata={"length": record["length"], "type": record["type"]})
