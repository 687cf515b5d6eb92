"""Long texts shown as pictures of pages: what is hidden in them, what follows from them, what was said in them.

VTCBench, 2025: Can Vision-Language Models Understand Long Contexts with Vision-Text Compression?, arXiv:2512.15649.
With ``eval_mode`` set to ``text``, the text itself is sent instead of its pictures.

Records not seen: they are read in their published shape.
"""

from evalscope_pytest import Sample, benchmark, hub, prompts, text
from evalscope_pytest.core.errors import ConfigError, closest

from .pages_answer import pages_answer

MODES = ("vtc", "text")
PROMPT = "{question}\nAnswer from the text shown, as briefly as you can, with nothing else."


def in_mode(params):
    if params["eval_mode"] not in MODES:
        raise ConfigError(f"eval_mode of vtcbench: {params['eval_mode']!r}. {closest(params['eval_mode'], MODES)}")
    return {}


@benchmark(
    "vtcbench",
    pretty_name="VTCBench",
    dataset=hub("MLLM-CL/VTCBench", subsets=["Retrieval", "Reasoning", "Memory"]),
    prompt=PROMPT,
    scorer=pages_answer(),
    extra_params={"eval_mode": "vtc"},
    variant=in_mode,
    tags=["multimodal", "long_context", "ocr"],
)
def test_vtcbench(record, subset, extra_params) -> Sample:
    pages = prompts.needed(record["images"]) if record.get("images") else prompts.pictures(record)
    shown = pages if extra_params["eval_mode"] == "vtc" else [text(record["_context"])]
    answers = [str(answer) for answer in record["answers"]]
    return Sample([*shown, text(record["problem"])], answers, metadata={"task": subset})
