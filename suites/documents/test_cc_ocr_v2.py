"""Documents of companies and offices: text read, tables and formulas parsed, fields extracted, boxes, questions.

CC-OCR V2, 2026, arXiv:2605.03903. The published folders are read, or records with ``sub_task``, ``scenario``, ``id``,
``question``, ``answer`` and ``image_paths``.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, text

from .document_folders import records_of
from .document_tracks import TRACK_OF, document_tracks
from .text_measures import require_rapidfuzz


@benchmark(
    "cc_ocr_v2",
    pretty_name="CC-OCR-V2",
    dataset=hub("evalscope/CC-OCR-V2", subsets=list(TRACK_OF), subset_by="sub_task", from_tree=records_of),
    scorer=document_tracks(),
    categories=TRACK_OF,
    tags=["multimodal", "ocr", "documents"],
)
def test_cc_ocr_v2(record) -> Sample:
    require_rapidfuzz("cc_ocr_v2")
    about = {name: record[name] for name in ("sub_task", "scenario")}
    question = [*prompts.needed(record["image_paths"]), text(record["question"])]
    return Sample(question, record["answer"], metadata=about, id="/".join([*about.values(), str(record["id"])]))
