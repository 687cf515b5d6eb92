"""Questions that several long documents answer together: reports, contracts, studies of some 100,000 tokens in all.

AA-LCR: Artificial Analysis 2025, Long Context Reasoning, published as a dataset without a paper. The documents of a
set are in the order of their names. ``text_dir``: a folder of texts, ``CATEGORY/SET/*.txt``.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub

from .document_sets import CONSISTENT, PROMPT, with_documents


@benchmark(
    "aa_lcr",
    pretty_name="AA-LCR",
    dataset=hub("evalscope/AA-LCR"),
    records=with_documents,
    prompt=PROMPT,
    judge=CONSISTENT,
    extra_params={"text_dir": None},
    tags=["long_context", "reasoning"],
)
def test_aa_lcr(record) -> Sample:
    about = {name: record[name] for name in ("documents_text", "document_category", "document_set_id")}
    return Sample(record["question"], record["answer"], metadata=about, cluster=record["document_set_id"])
