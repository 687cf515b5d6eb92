"""With EvalScope's templates, the parts of each message and the bytes of its media are EvalScope's."""

from __future__ import annotations

import ast
import asyncio
import hashlib
import json
import re
from base64 import b64decode
from inspect import isawaitable
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.benchmarks.load import LoadedBenchmark, load
from evalscope_pytest.benchmarks.resolve import resolve
from evalscope_pytest.config.schema import DatasetArgs
from evalscope_pytest.core.values import Sample
from evalscope_pytest.datasets.base import DataLocation
from evalscope_pytest.judge.scorer import rule_of
from evalscope_pytest.report.semantics import meaning
from evalscope_pytest.wire.content import split_reasoning
from evalscope_pytest.wire.tool_calls import chat_message

pytestmark = pytest.mark.real_data
SCORED = ["general_vmcq", "pope", "hallusion_bench", "math_vista"]
SCORED += ["ai2d", "blink", "mm_star", "mm_bench", "seed_bench_2_plus", "science_qa"]
SCORED += ["visulogic", "logic_vista", "omni_bench", "emb_spatial_bench", "micro_vqa"]
SCORED += ["mmmu", "mmmu_pro", "chartqa", "docvqa", "vqav2", "ocr_bench"]
SCORED += ["math_verse", "gsm8k_v", "screenspot_pro", "vlms_are_biased", "tvbench", "librispeech", "mmau"]
JUDGED = ["math_verse_judge", "simple_vqa", "baby_vision", "world_vqa"]
WITH_OPTIONS = ["ai2d", "blink", "mm_star", "mm_bench", "seed_bench_2_plus", "science_qa"]
WITH_OPTIONS += ["omni_bench", "emb_spatial_bench", "micro_vqa", "mmmu_pro", "tvbench", "mmau"]
TRIMMED = {"visulogic", "gsm8k_v", "math_verse", "math_verse_judge"}  # EvalScope drops the blanks around the prompt
TEMPLATE_OF_CHOICES = {"math_vista": "general_vmcq", "mmmu": "general_vmcq"}  # questions with options have their own
TEMPLATE_OF_CHOICES |= {"math_verse": "visulogic", "math_verse_judge": "visulogic"}
MOSTLY = 0.9  # what VQA gives to an answer that three of ten people gave
RUNS = ["general_vqa", "general_vqa_tsv", *SCORED, *JUDGED]


def addressed(url: str) -> dict[str, Any]:
    data = b64decode(url.rpartition(",")[2])
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def comparable(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message with the address of the bytes in place of media; without the type EvalScope makes up."""
    if isinstance(message["content"], str):
        return {"role": message["role"], "content": message["content"]}
    parts = []
    for part in message["content"]:
        made = json.loads(json.dumps(part))
        if made["type"] in ("image_url", "video_url"):
            held, name = made[made["type"]], "url"
        elif made["type"] == "input_audio":
            held, name = made["input_audio"], "data"
        else:
            parts.append(made)
            continue
        found = held[name] if isinstance(held[name], dict) else addressed(held[name])
        held[name] = {key: found[key] for key in ("sha256", "bytes")}
        parts.append(made)
    if len(parts) == 1 and parts[0]["type"] == "text":  # a text alone is sent as such
        parts = parts[0]["text"]
    return {"role": message["role"], "content": parts}


def run_of(
    run: str, parity_media: Path, template: str = "", *, shuffle: bool = False
) -> tuple[LoadedBenchmark, list[dict[str, Any]]]:
    """Return a run's samples under EvalScope's template, or under another one, and what EvalScope made of them."""
    if run == "librispeech":
        for library in ("jiwer", "whisper_normalizer"):
            pytest.importorskip(library, reason="transcripts are compared by the libraries of the extra `audio`")
    args = json.loads((parity_media / run / "args.json").read_text(encoding="utf-8"))
    expected = [json.loads(line) for line in (parity_media / run / "samples.jsonl").open(encoding="utf-8")]
    benchmark, resolved = load_bundled(args["benchmark"]), args["resolved_benchmark"]
    folder = (parity_media / args["dataset_args"][benchmark.name]["dataset_id"]).resolve()
    place = DataLocation(benchmark.name, benchmark.file.parent, hub="local", dataset_id=str(folder))
    template = template or resolved["prompt_template"] or ""
    if benchmark.prompt and not template:  # EvalScope's code has it
        first = in_order(load(resolve(benchmark, DatasetArgs(subset_list=tuple(resolved["subset_list"]))), place))[0]
        (sent,) = (part["text"] for part in expected[0]["messages"][-1]["content"] if part["type"] == "text")
        template = sent.replace("{", "{{").replace("}", "}}").replace(first.question, "{question}")
    given = DatasetArgs(
        subset_list=tuple(resolved["subset_list"]), prompt_template=template or None, shuffle_choices=shuffle or None
    )
    return load(resolve(benchmark, given), place), expected


def in_order(loaded: LoadedBenchmark) -> list[Sample]:
    return [sample for found in loaded.subsets.values() for sample in found]


@pytest.mark.parametrize("run", RUNS)
def test_parts_and_targets_are_evalscopes(
    run: str, parity_media: Path, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shared_data)
    loaded, expected = run_of(run, parity_media)
    with_options = loaded
    if run in TEMPLATE_OF_CHOICES:
        other = json.loads((parity_media / TEMPLATE_OF_CHOICES[run] / "args.json").read_text(encoding="utf-8"))
        with_options = run_of(run, parity_media, other["resolved_benchmark"]["prompt_template"])[0]
    samples = in_order(loaded)
    assert len(samples) == len(expected)
    for sample, row in zip(samples, expected, strict=True):
        rendered = (with_options if sample.choices else loaded).messages(sample)
        sent = [comparable(chat_message(message)) for message in rendered]
        theirs = [comparable(message) for message in row["messages"]]
        if run in TRIMMED:
            sent, theirs = trimmed(sent), trimmed(theirs)
        if run == "simple_vqa":  # EvalScope makes JPEG of a WebP; here the picture is sent as it is
            sent, theirs = [[part["type"] for part in message["content"]] for (message,) in (sent, theirs)]
        assert sent == theirs, row["order"]
        assert list(sample.targets) == targets_of(row)


def trimmed(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return messages of parts without blanks around their texts."""
    return [
        {**message, "content": [{**part, "text": part.get("text", "").strip()} for part in message["content"]]}
        for message in messages
    ]


def targets_of(row: dict[str, Any]) -> list[str]:
    """Return EvalScope's targets; several alternatives are one text there, as JSON or Python."""
    target = row["target"][0]
    return list(map(str, ast.literal_eval(target))) if target.startswith(("['", '["')) else row["target"]


@pytest.mark.parametrize("run", SCORED)
def test_replies_are_scored_as_a_reader_would(
    run: str, parity_media: Path, shared_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shared_data)
    loaded, expected = run_of(run, parity_media)
    benchmark, wrong = loaded.resolved.benchmark, []

    async def value(sample: Sample, reply: str) -> float:
        rule = rule_of(benchmark.scorer)
        assert rule is not None
        score = rule.score(split_reasoning(reply).text, sample)
        values = (await score if isawaitable(score) else score).values
        name = "accuracy" if "accuracy" in values else next(iter(values))
        return meaning(name).credit(values[name])

    for sample, row in zip(in_order(loaded), expected, strict=True):
        found = asyncio.run(value(sample, row["answer"]))
        if row["truth"] is not None and not (found >= MOSTLY if row["truth"] else found <= 0):
            wrong.append((row["kind"], row["answer"][-80:], row["target"], row["truth"]))
    allowed = {"chartqa": 2}.get(run, 0)  # two numbers are less than 5 % off, which is right by definition
    assert len(wrong) <= allowed, wrong


@pytest.mark.parametrize("run", WITH_OPTIONS)
def test_shuffled_options_move_in_the_prompt_and_the_target(run: str, parity_media: Path) -> None:
    own, shuffled = (run_of(run, parity_media, shuffle=shuffle)[0] for shuffle in (False, True))
    moved = 0
    for before, after in zip(in_order(own), in_order(shuffled), strict=True):
        right = [before.choices["ABCDEFGHIJ".index(letter)] for letter in before.targets]
        assert right == [after.choices["ABCDEFGHIJ".index(letter)] for letter in after.targets]
        shown = shuffled.messages(after)[-1].text
        for letter, choice in zip("ABCDEFGHIJ", after.choices, strict=False):
            assert re.search(rf"\(?{letter}[).:] {re.escape(choice)}(?!\w)", shown), shown
        assert (before.choices == after.choices) == (own.messages(before)[-1].text == shown)
        moved += before.choices != after.choices
    assert moved > len(in_order(own)) / 3


def template_of(text: str, fields: dict[str, str]) -> str:
    """Return the template that makes a text of fields."""
    template = text.replace("{", "{{").replace("}", "}}")
    for name in ("context", "information", "question"):
        value = fields[name].replace("{", "{{").replace("}", "}}")
        assert value, name
        template = template.replace(value, f"{{{name}}}", 1)
    return template


@pytest.mark.parametrize("chinese", [False, True])
def test_physics_problems_with_figures(chinese: bool, parity_media: Path, shared_data: Path) -> None:
    lines = (parity_media / "hipho" / "samples.jsonl").open(encoding="utf-8")
    expected = [json.loads(line) for line in lines]
    expected = [row for row in expected if row["subset"].startswith(("CPhO", "PanMechanics")) == chinese]
    subsets = tuple(dict.fromkeys(row["subset"] for row in expected))
    benchmark = load_bundled("hipho")
    place = DataLocation("hipho", benchmark.file.parent, hub="local", dataset_id=str(shared_data / "hipho"))

    def loaded(**args: Any) -> Any:
        return load(resolve(benchmark, DatasetArgs(subset_list=subsets, **args)), place, limit=5)

    own = [sample for found in loaded().subsets.values() for sample in found]
    full = next(at for at, sample in enumerate(own) if sample.metadata["context"] and sample.metadata["information"])
    fields = {**own[full].metadata, "question": own[full].question}
    with_theirs = loaded(prompt_template=template_of(expected[full]["messages"][0]["content"][0]["text"], fields))
    samples = [sample for found in with_theirs.subsets.values() for sample in found]
    for sample, row in zip(samples, expected, strict=True):
        sent = [comparable(chat_message(message)) for message in with_theirs.messages(sample)]
        assert sent == [comparable(message) for message in row["messages"]], row["order"]
        assert list(sample.targets) == row["target"]


def test_experts_questions_with_pictures(parity_media: Path) -> None:
    with (parity_media / "hle" / "samples.jsonl").open(encoding="utf-8") as lines:
        expected = [json.loads(line) for line in lines]
    benchmark = load_bundled("hle")
    place = DataLocation("hle", benchmark.file.parent, hub="local", dataset_id=str(parity_media / "hle" / "data"))
    loaded = load(resolve(benchmark, DatasetArgs(extra_params={"include_multi_modal": True})), place)
    samples = in_order(loaded)
    for sample, row in zip(samples, expected, strict=True):
        sent, theirs = (comparable(chat_message(loaded.messages(sample)[1])), comparable(row["messages"][1]))
        assert sent == theirs, row["order"]
        assert list(sample.targets) == row["target"]
