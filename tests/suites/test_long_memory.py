"""Long histories as prompts have them, in every mode, and what is right when nothing was said."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from evalscope_pytest import Sample, Score
from evalscope_pytest.core.errors import ConfigError, EvalError
from evalscope_pytest.suites.long_context.chat_history import PARAMS, history
from evalscope_pytest.suites.long_context.dialogues import short_answer
from evalscope_pytest.suites.long_context.word_stems import stemmed

from .test_judged import judged, together
from .test_suites import from_written, loaded_from
from .written import write
from .written_judged import MEMORIES


def turns(text: str) -> list[str]:
    """Return what was said in a history, in order."""
    return [word for word in ("seven hens", "Lovely", "moved to Linn", "Noted") if word in text]


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({}, ["seven hens", "Lovely", "moved to Linn", "Noted"]),
        ({"topk_context": 1}, ["moved to Linn", "Noted"]),
        ({"user_only": True}, ["seven hens", "moved to Linn"]),
        ({"eval_mode": "oracle_context"}, ["seven hens", "Lovely", "moved to Linn", "Noted"]),
        ({"eval_mode": "retrieval_log"}, ["moved to Linn", "Noted"]),
        ({"eval_mode": "retrieval_log", "retriever_type": "flat-turn"}, ["Lovely", "Noted"]),
        ({"eval_mode": "retrieval_log", "retriever_type": "flat-turn", "topk_context": 1}, ["Noted"]),
        ({"eval_mode": "retrieval_log", "retriever_type": "flat-turn", "user_only": True}, []),
    ],
)
def test_a_history_holds_what_its_parameters_leave(params: dict[str, Any], said: list[str]) -> None:
    ids = ["noans_own_2", "noans_own_9", "gone_1", "sown_2", "sown_x"] if "retriever_type" in params else ["noans_own"]
    record = {**MEMORIES[0], "retrieval_results": {"ranked_items": [{"corpus_id": name} for name in ids]}}
    shown = history(record, {**PARAMS, **params})
    assert turns(shown) == said
    assert "has_answer" not in shown
    assert shown.count("Session Date") == len({word in ("seven hens", "Lovely") for word in said})


def test_a_retriever_of_sessions_may_rank_single_turns() -> None:
    ranked = [{"corpus_id": name} for name in ("sown_1", "answer_own_2", "sown_0", "sown_9")]
    record = {**MEMORIES[0], "retrieval_results": {"ranked_items": ranked}}
    params = {**PARAMS, "eval_mode": "retrieval_log"}
    shown = history(record, params)
    assert turns(shown) == ["seven hens", "Noted"]
    assert '\n{"role": "user", "content": "I keep seven hens."}\n' in shown
    assert "\nuser: I keep seven hens.\n" in history(record, {**params, "history_format": "nl"})
    assert turns(history(record, {**params, "user_only": True})) == ["seven hens"]


def test_a_history_is_dated_and_in_order() -> None:
    plain = history(MEMORIES[0], {**PARAMS, "history_format": "nl"})
    assert plain.startswith(
        "\n### Session 1:\nSession Date: 2023/05/20 (Sat) 02:21\nSession Content:\n\n\nuser: I moved"
    )
    assert plain.endswith("\n\nuser: I keep seven hens.\n\nassistant: Lovely!\n")


def test_the_way_of_reading_the_mode_and_the_log_decide_what_is_sent(tmp_path: Path) -> None:
    folder = write("longmemeval", tmp_path)
    direct = loaded_from("longmemeval", folder, extra_params={"reading_method": "direct"})
    assert direct.messages(direct.subsets["s"][0])[0].text.endswith("\nAnswer:")
    oracle = loaded_from("longmemeval", folder, extra_params={"eval_mode": "oracle_context"})
    assert {name: len(found) for name, found in oracle.subsets.items()} == {"oracle": 1}
    log = tmp_path / "log.jsonl"
    ranked = {**MEMORIES[1], "retrieval_results": {"ranked_items": [{"corpus_id": "sown"}]}}
    log.write_text(json.dumps(ranked), encoding="utf-8")
    given = {"eval_mode": "retrieval_log", "retrieval_log_path": str(log)}
    loaded = loaded_from("longmemeval", None, extra_params=given)
    (sample,) = loaded.subsets["retrieval_log"]
    assert turns(loaded.messages(sample)[0].text) == ["seven hens", "Lovely"]


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        ({"extra_params": {"eval_mode": "long"}}, "Allowed: long_context"),
        ({"extra_params": {"history_format": "xml"}}, "history_format"),
        ({"extra_params": {"topk_context": 0}}, "1 or more"),
        ({"extra_params": {"eval_mode": "retrieval_log"}}, "is not a file"),
        ({"extra_params": {"retrieval_log_path": "log.jsonl"}}, "has no effect"),
        ({"subset_list": ("oracle",)}, "eval_mode long_context"),
    ],
)
def test_wrong_parameters_are_refused(args: dict[str, Any], problem: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=problem):
        loaded_from("longmemeval", write("longmemeval", tmp_path), **args)


def test_each_type_of_memory_has_its_question_and_its_accuracy(tmp_path: Path) -> None:
    def answers(prompt: str) -> str:
        return "yes" if "off by one" in prompt or "cannot be answered" in prompt else "no"

    scores, scripted = judged("longmemeval", tmp_path, ["seven", "8", "?", "six"], answers)
    assert ["is missing" in prompt for prompt in scripted.asked] == [False, False, True, False]
    figures = together(from_written("longmemeval", tmp_path), scores)
    assert figures == pytest.approx({"accuracy": 0.5, "macro_accuracy": (0 + 1 + 0.5) / 3})
    assert scores[2].values.keys() >= {"knowledge_update_accuracy", "abstention_accuracy"}
    assert "abstention_accuracy" not in scores[3].values


@pytest.mark.parametrize("packed", [False, True])
def test_documents_come_from_a_folder_or_the_archive(packed: bool, tmp_path: Path) -> None:
    folder = write("aa_lcr", tmp_path / "own")
    expected = loaded_from("aa_lcr", folder).subsets["default"][0].metadata["documents_text"]
    texts = folder / "lcr"
    if packed:
        (folder / "extracted_text").mkdir()
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for file in sorted(texts.rglob("*.txt"), reverse=True):
                archive.write(file, file.relative_to(folder).as_posix())
            archive.writestr("__MACOSX/lcr/Legal/set_1/._a.txt", "junk")
        (folder / "extracted_text" / "AA-LCR_extracted-text.zip").write_bytes(content.getvalue())
    moved = texts.rename(tmp_path / "texts")
    loaded = loaded_from("aa_lcr", folder, extra_params={} if packed else {"text_dir": str(moved)})
    assert loaded.subsets["default"][0].metadata["documents_text"] == expected
    assert expected.index("red") < expected.index("blue")


@pytest.mark.parametrize("text_dir", [None, "no_such_folder", ""])
def test_a_set_without_documents_is_an_error(text_dir: str | None, tmp_path: Path) -> None:
    folder = write("aa_lcr", tmp_path)
    (folder / "lcr").rename(folder / "elsewhere")
    with pytest.raises(EvalError, match="aa_lcr"):
        loaded_from("aa_lcr", folder, extra_params={"text_dir": text_dir})


def test_only_the_evidence_is_shown_to_an_oracle(tmp_path: Path) -> None:
    loaded = from_written("locomo", tmp_path, extra_params={"eval_mode": "oracle_context"})
    baked, seen, *_ = (loaded.messages(sample)[0].text for sample in loaded.subsets["qa"])
    assert ("rye" in baked, "Wren" in baked, "Harn" in baked) == (True, False, False)
    assert ("rye" in seen, "Harn" in seen) == (False, True)
    for args in ({"extra_params": {"eval_mode": "oracle"}}, {"subset_list": ("qb",)}):
        with pytest.raises(ConfigError, match="locomo"):
            from_written("locomo", tmp_path, **args)


def f1(reply: str, target: str, kind: str) -> float:
    score = short_answer().score(reply, Sample("?", target, metadata={"kind": kind}))
    assert isinstance(score, Score)
    assert score.values["f1"] == score.values[f"{kind}_f1"]
    return score.values["f1"]


@pytest.mark.parametrize(
    ("reply", "target", "kind", "value"),
    [
        ("Baking the loaf", "bake a loaf", "single_hop", 1),
        ("Short answer: **Wren**", "Wren", "single_hop", 1),
        ("a boat", "the wren", "single_hop", 0),
        ("Oberhof, Harn", "Harn, Oberhof", "multi_hop", 1),
        ("Harn", "Harn, Oberhof", "multi_hop", 0.5),
        ("", "Harn, Oberhof", "multi_hop", 0),
        ("yes", "Yes; she sold loaves", "commonsense", 1),
        ("June 4, 2024", "4 June 2024", "temporal", 1),
        ("No information available", "x", "adversarial", 1),
        ("That is not mentioned, but I guess loaves.", "x", "adversarial", 1),
        ("He did not say.", "x", "adversarial", 1),
        ("He didn’t say so.", "x", "adversarial", 1),
        ("The conversation doesn't specify this.", "x", "adversarial", 1),
        ("There is no mention of that in the conversation.", "x", "adversarial", 1),
        ("I don't have enough information.", "x", "adversarial", 1),
        ("This cannot be determined.", "x", "adversarial", 1),
        ("Unknown", "x", "adversarial", 1),
        ("None.", "x", "adversarial", 1),
        ("It does not say, but probably loaves.", "x", "adversarial", 0),
        ("nine rye loaves", "x", "adversarial", 0),
        ("a nonesuch", "x", "adversarial", 0),
        ("", "x", "adversarial", 0),
    ],
)
def test_a_short_answer(reply: str, target: str, kind: str, value: float) -> None:
    assert f1(reply, target, kind) == pytest.approx(value)


# Stems of nltk 3.10's PorterStemmer, which gave the same on 92,000 words.
STEMS = [
    "flies:fli",
    "dies:die",
    "dying:die",
    "skies:sky",
    "news:news",
    "caresses:caress",
    "agreed:agre",
    "plastered:plaster",
    "hopping:hop",
    "falling:fall",
    "filing:file",
    "failing:fail",
    "happy:happi",
    "say:say",
    "relational:relat",
    "conditional:condit",
    "digitizer:digit",
    "radically:radic",
    "operator:oper",
    "hopefulness:hope",
    "triplicate:triplic",
    "electrical:electr",
    "goodness:good",
    "adjustment:adjust",
    "adoption:adopt",
    "communism:commun",
    "effective:effect",
    "probate:probat",
    "rate:rate",
    "controlling:control",
    "rolls:roll",
    "tied:tie",
    "cried:cri",
    "geology:geolog",
    "syzygy:syzygi",
    "be:be",
    "innings:inning",
    "Succeeds:succe",
    "ability:abil",
]


@pytest.mark.parametrize(("word", "stem"), [pair.split(":") for pair in STEMS])
def test_stems(word: str, stem: str) -> None:
    assert stemmed(word) == stem
    assert len(stemmed("y" * 100_000)) == 100_000
