"""Papers of ships and ports: questions, fields as strict JSON, pages, and texts with their places in two JSON formats.

Maritime-OCR-Bench, 2025: five tasks, each scored by the likeness of texts, JSON or layouts.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, text

from .ship_papers import TASKS, ship_papers, task_of
from .text_measures import require_rapidfuzz


@benchmark(
    "maritime_ocr_bench",
    pretty_name="Maritime-OCR-Bench",
    dataset=hub("HiDolphin/MaritimeOCRBench", subsets=list(TASKS), subset_by=task_of),
    scorer=ship_papers(),
    tags=["multimodal", "ocr", "documents"],
)
def test_maritime_ocr_bench(record) -> Sample:
    require_rapidfuzz("maritime_ocr_bench")
    question, answer = (record["messages"][turn]["content"] for turn in (0, 1))
    parts = [text(question.replace("<image>", "").strip()), *prompts.needed(record["images"][:1])]
    return Sample(parts, answer, metadata={"task_type": task_of(record)})
