"""Questions whose short answer takes long searches in the web to find, and is easy to check.

BrowseComp: Wei et al. 2025, A Simple Yet Challenging Benchmark for Browsing Agents, arXiv:2504.12516. The records are
encrypted. A model without tools of its own to browse answers from what it knows.
"""

from evalscope_pytest import Sample, benchmark, hub
from evalscope_pytest.judge import graded

from .searched import GRADES, GRADING, PROMPT, decrypted, exact_answer


@benchmark(
    "browsecomp",
    pretty_name="BrowseComp",
    dataset=hub("evalscope/browse_comp"),
    prompt=PROMPT,
    scorer=exact_answer(),
    judge=graded("browsecomp", GRADING, GRADES),
    tags=["knowledge", "qa", "retrieval"],
)
def test_browsecomp(record) -> Sample:
    question, answer = (decrypted(record[name], record["canary"]) for name in ("problem", "answer"))
    return Sample(question, answer, metadata={"topic": record.get("problem_topic") or ""})
