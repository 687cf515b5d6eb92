"""Pages of documents turned into Markdown, with harder layouts, formulas and tables than ``omni_doc_bench`` has.

OmniDocBench v1.6: Ouyang et al. 2024, arXiv:2412.07626. The official score takes formulas as drawn (CDM), which needs
LaTeX and is left out: ``overall_without_cdm`` is the mean of text and tables, and is not the official score.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, text

from .page_prompt import MARKDOWN, page_of
from .page_transcript import page_transcript_later
from .text_measures import require_rapidfuzz


@benchmark(
    "omni_doc_bench_v1_6",
    pretty_name="OmniDocBench-v1.6",
    dataset=hub("OpenDataLab/OmniDocBench"),
    prompt=MARKDOWN,
    scorer=page_transcript_later(),
    tags=["multimodal", "ocr", "documents"],
)
def test_omni_doc_bench_v1_6(record) -> Sample:
    require_rapidfuzz("omni_doc_bench_v1_6")
    page = page_of(record)
    path = page["page_info"]["image_path"]
    return Sample([image(f"images/{path}"), text("")], private={"page": page}, id=path)
