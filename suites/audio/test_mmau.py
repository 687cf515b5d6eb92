"""Questions on sounds, music and speech with up to four options, for which a listener needs to know and to reason.

MMAU: Sakshi et al. 2024, A Massive Multi-Task Audio Understanding and Reasoning Benchmark, arXiv:2410.19168. The
metrics of the three kinds of recordings are means over their questions.

Records not seen: they are read in their published shape.
"""

import json

from evalscope_pytest import Sample, audio, benchmark, hub, prompts, text

from .by_task import choice_by_task


@benchmark(
    "mmau",
    pretty_name="MMAU",
    dataset=hub("lmms-lab/mmau", subsets=["test_mini"], split="test_mini"),
    prompt=prompts.CHOICE_STEPWISE,
    choice="{letter}. {text}",
    scorer=choice_by_task("sound", "music", "speech"),
    tags=["audio", "multiple_choice"],
)
def test_mmau(record) -> Sample:
    given = record["choices"]
    options = [str(option).strip() for option in (json.loads(given) if isinstance(given, str) else given)]
    right = "ABCDEFGH"[[option.lower() for option in options].index(record["answer"].strip().lower())]
    about = {"task": record["task"], "letters": ", ".join("ABCDEFGH"[: len(options)])}
    question = [text(record["question"]), audio(record["audio"])]
    return Sample(question, right, options, metadata=about, id=str(record["audio_id"]))
