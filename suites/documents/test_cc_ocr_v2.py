"""Documents of companies and offices: text read, tables and formulas parsed, fields extracted, boxes, questions.

CC-OCR V2, 2026, arXiv:2605.03903. A record has ``sub_task``, ``scenario``, ``id``, ``question``, ``answer`` and
``image_paths``; docs/multimodal.md has the lines that make records of the published folders.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, image, text

from .document_tracks import TRACK_OF, document_tracks
from .text_measures import require_rapidfuzz


@benchmark(
    "cc_ocr_v2",
    pretty_name="CC-OCR-V2",
    dataset=hub("evalscope/CC-OCR-V2", subsets=list(TRACK_OF), subset_by="sub_task"),
    scorer=document_tracks(),
    categories=TRACK_OF,
    tags=["multimodal", "ocr", "documents"],
)
def test_cc_ocr_v2(record) -> Sample:
    require_rapidfuzz("cc_ocr_v2")
    about = {name: record[name] for name in ("sub_task", "scenario")}
    question = [*map(image, record["image_paths"]), text(record["question"])]
    return Sample(question, record["answer"], metadata=about, id="/".join([*about.values(), str(record["id"])]))
