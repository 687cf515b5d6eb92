"""Questions that take several articles of an encyclopedia to answer; the articles are in the prompt.

FRAMES: Krishna et al. 2024, Fact, Fetch, and Reason: A Unified Evaluation of Retrieval-Augmented Generation,
arXiv:2409.12941.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts
from evalscope_pytest.judge.prompts import same_answer

from .trivia import trivia_answer


@benchmark(
    "frames",
    version="2",
    pretty_name="FRAMES",
    dataset=hub("iic/frames", subsets=["test"]),
    prompt=prompts.FROM_TEXT,
    scorer=trivia_answer(),
    judge=same_answer("frames"),
    cluster="context",
    tags=["reasoning", "long_context"],
)
def test_frames(record) -> Sample:
    articles = "\n".join(f"{article['title']}\n{article['text']}" for article in record["wiki_items"])
    return Sample(record["Prompt"], record["Answer"], metadata={"context": articles})
