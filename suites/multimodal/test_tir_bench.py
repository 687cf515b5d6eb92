"""Tasks that are easier with tools for pictures: rotate, zoom, measure, cut, search; thirteen kinds.

TIR-Bench: Li et al. 2025, A Comprehensive Benchmark for Agentic Thinking-with-Images Reasoning, arXiv:2511.01833.
Pictures are sent as they are; no tool is offered.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, text
from evalscope_pytest.core.content import Packed

from .thinking_with_images import thinking_with_images

TASKS = """instrument color refcoco rotation_game math word_search visual_search ocr symbolic spot_difference contrast
    jigsaw maze"""


@benchmark(
    "tir_bench",
    pretty_name="TIR-Bench",
    dataset=hub("evalscope/TIR-Bench", subsets=TASKS.split(), subset_by="task"),
    scorer=thinking_with_images(),
    tags=["multimodal", "visual_reasoning"],
)
def test_tir_bench(record) -> Sample:
    names = [record.get(name) for name in ("image_1", "image_2")]
    pictures = prompts.needed(Packed("data.zip", name) if isinstance(name, str) else name for name in names if name)
    answer = str(record["answer"])
    options = prompts.options_in(record["prompt"]) if len(answer) == 1 and answer.isalpha() else ()
    about = {"task": record["task"], "dataset": ""}
    return Sample([*pictures, text(record["prompt"])], answer, options, metadata=about, id=str(record["id"]))
