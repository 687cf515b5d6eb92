"""Thirty tasks with text in pictures, in English and Chinese: to read it, find it, extract it, parse it, reason on it.

OCRBench v2: Fu et al. 2025, An Improved Benchmark for Evaluating Large Multimodal Models on Visual Text Localization
and Reasoning, arXiv:2501.00321.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts

from .ocr_groups import GROUPS
from .ocr_tasks import ocr_task, rule_of
from .text_measures import require_rapidfuzz


@benchmark(
    "ocr_bench_v2",
    pretty_name="OCRBench-v2",
    dataset=hub("evalscope/OCRBench_v2", subsets=list(GROUPS), subset_by="type"),
    scorer=ocr_task(),
    categories=GROUPS,
    tags=["multimodal", "ocr", "documents"],
)
def test_ocr_bench_v2(record) -> Sample:
    require_rapidfuzz("ocr_bench_v2")
    answers = record["answers"] if isinstance(record["answers"], (list, tuple)) else [record["answers"]]
    about = {name: record.get(name) for name in ("eval", "dataset_name", "bbox", "bbox_list", "content")}
    about["type"] = rule_of(record["type"])
    return Sample(prompts.with_picture(record), list(map(str, answers)), metadata=about)
