"""Pages of papers, books, newspapers and slides turned into Markdown: text, formulas, tables, reading order.

OmniDocBench: Ouyang et al. 2024, Benchmarking Diverse PDF Document Parsing with Comprehensive Annotations,
arXiv:2412.07626. ``match_method`` pairs blocks of a reply with annotated ones: quick_match, simple_match or no_split.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, text
from evalscope_pytest.core.errors import ConfigError, closest

from .block_match import METHODS
from .page_prompt import MARKDOWN, page_of
from .page_transcript import page_transcript
from .text_measures import require_rapidfuzz


def by_method(params):
    method = params["match_method"]
    if method not in METHODS:
        raise ConfigError(f"match_method of omni_doc_bench: {method!r}. {closest(method, METHODS)}")
    return {"scorer": page_transcript(method)}


@benchmark(
    "omni_doc_bench",
    pretty_name="OmniDocBench",
    dataset=hub("evalscope/OmniDocBench_tsv", split="train"),
    prompt=MARKDOWN,
    scorer=page_transcript(),
    extra_params={"match_method": "quick_match"},
    variant=by_method,
    tags=["multimodal", "ocr", "documents"],
)
def test_omni_doc_bench(record) -> Sample:
    require_rapidfuzz("omni_doc_bench")
    page = page_of(record["answer"])
    return Sample([image(record["image"]), text("")], private={"page": page}, id=page["page_info"]["image_path"])
