"""Pages of documents turned into text, checked by unit tests: what has to be in it, in which order and which cells.

olmOCR-Bench: Poznanski et al. 2025, olmOCR: Unlocking Trillions of Tokens in PDFs with Vision Language Models,
arXiv:2502.18443. Formulas are compared as LaTeX, not as they are drawn: the subsets of formulas are not evaluated.

Records not seen: they are read in their published shape.
"""

import json

from evalscope_pytest import Sample, benchmark, hub, image, text

from .page_tests import checked, page_tests
from .text_measures import require_rapidfuzz

KINDS = ["headers_footers", "long_tiny_text", "multi_column", "old_scans", "table_tests"]
PROMPT = (
    "The picture shows one page of a document. Write its text as a person reads it, handwriting included. Leave out "
    "headers and footers of the page, but not references and footnotes; keep sentences that begin or end on another "
    "page as they are. Write formulas in LaTeX and tables in Markdown. Add nothing. Without any text, reply: null"
)


@benchmark(
    "olmocr_bench",
    pretty_name="olmOCR-Bench",
    dataset=hub("evalscope/olmOCR-Bench", subsets=KINDS, subset_by="subset"),
    prompt=PROMPT,
    scorer=page_tests(),
    tags=["multimodal", "ocr", "documents"],
)
def test_olmocr_bench(record) -> Sample:
    require_rapidfuzz("olmocr_bench")
    tests = json.loads(record["tests"]) if isinstance(record["tests"], str) else record["tests"]
    page = f"{record['pdf']}#page={record['page']}"
    return Sample([text(""), image(record["image"])], page, private={"tests": checked(tests)}, id=page)
