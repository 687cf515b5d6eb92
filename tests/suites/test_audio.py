"""Benchmarks with recordings: what counts as the same words, and the errors of transcripts."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalscope_pytest import Sample, Score
from evalscope_pytest.benchmarks.bundled import load_bundled
from evalscope_pytest.core.content import medium_of
from evalscope_pytest.core.errors import ConfigError, UnreadyError
from evalscope_pytest.judge.panel import Panel, decide
from evalscope_pytest.judge.scorer import parts_of
from evalscope_pytest.report.flaky import find_flaky
from evalscope_pytest.report.semantics import identify, semantics_of
from evalscope_pytest.scoring.aggregation import ERROR_RATES

from ..media import flac, wav
from ..report.rows import plan, row
from .test_judged import Scripted
from .test_suites import from_written, loaded_from, score_of
from .written import write

pytest.importorskip("jiwer", reason="transcripts are compared by the libraries of the extra `audio`")
pytest.importorskip("whisper_normalizer", reason="transcripts are compared by the libraries of the extra `audio`")
pytest.importorskip("text_to_num", reason="transcripts are compared by the libraries of the extra `audio`")
pytest.importorskip("opencc", reason="transcripts are compared by the libraries of the extra `audio`")


def scored(name: str, reply: str, target: str, language: str = "en") -> Score:
    return score_of(load_bundled(name), reply, Sample("?", target, metadata={"language": language, "task": ""}))


def errors(reply: str, target: str, language: str = "en", name: str = "fleurs") -> float:
    score = scored(name, reply, target, language)
    metric = load_bundled(name).metrics[0]
    return score.values[metric] * score.metadata["weights"][metric]


ENGLISH = "mister hale won't see twenty five grey cats at half past seven"
RIGHT_ENGLISH = [
    ENGLISH.upper(),
    "Mr. Hale won't see 25 gray cats at half past 7.",
    "Mr Hale will not see twenty-five grey cats, at half-past seven!",
    f"The transcription is: {ENGLISH}",
    f"**Transcription:** {ENGLISH}",
    f"Sure! Here is the transcription of the audio:\n\n{ENGLISH}",
    f"Here's what I heard in the recording:\n{ENGLISH}",
    f'The speaker says: "{ENGLISH}"',
    f'The speaker says, "{ENGLISH}."',
    f"The audio says '{ENGLISH}'.",
    f'"{ENGLISH}"',
    f"“{ENGLISH}.”",
    f"```\n{ENGLISH}\n```",
    f"```text\n{ENGLISH}\n```",
    f"Transcript:\n```\n{ENGLISH}\n```",
    f'{{"text": "{ENGLISH}"}}',
    f'```json\n{{"transcription": "{ENGLISH}", "language": "en"}}\n```',
    f"<|en|><|transcribe|>{ENGLISH}<|endoftext|>",
    f"language English<asr_text>{ENGLISH}",
    f"<transcript>{ENGLISH}</transcript>",
    f"[noise] {ENGLISH} (laughs)",
    f"um {ENGLISH} uh",
    f"ANSWER: {ENGLISH}",
    f"Speaker 1: {ENGLISH}",
    f"> {ENGLISH}",
    ENGLISH.replace(" ", "\n"),
    f"{ENGLISH}\n\nLet me know if you need anything else!",
    f"{ENGLISH}\n\nNote: the recording is noisy.",
    f"[{ENGLISH}]",
    f"The transcription is {ENGLISH}",
]
WRONG_ENGLISH = [
    "",
    "I'm sorry, but I can't listen to recordings.",
    f"{ENGLISH} {ENGLISH}",
    ENGLISH.replace("five", "six"),
    ENGLISH.replace(" won't", " will"),
    f"It is not true that {ENGLISH}",
    f'The speaker does not say "{ENGLISH}".',
    f"{ENGLISH} indeed",
    "The transcription is:",
]
CHINESE = "他们在二零零八年买了二十五只猫后来头发干了"
RIGHT_CHINESE = [
    "他们在2008年买了25只猫，后来头发干了。",
    "他們在２００８年買了２５隻貓，後來頭髮乾了",
    f"识别结果：{CHINESE}",
    f"識別結果：{CHINESE}",
    f"转录内容如下：\n{CHINESE}",
    f"这段音频的内容是：“{CHINESE}。”",
    f"音频中说的是“{CHINESE}”",
    f"好的，以下是录音的转写：\n\n{CHINESE}",
    f"答案：{CHINESE}",
    f"「{CHINESE}」",
    f"```\n{CHINESE}\n```",
    f"<|zh|><|NEUTRAL|>{CHINESE}",
    f"language Chinese<asr_text>{CHINESE}",
    " ".join(CHINESE),
    f"【音乐】{CHINESE}（笑）",
    f"The transcription is: {CHINESE}",
    f"这段录音的内容是{CHINESE}",
    f"um {CHINESE}",
]
WRONG_CHINESE = ["", "抱歉，我无法听取音频。", CHINESE.replace("五", "六"), f"{CHINESE}{CHINESE}", CHINESE[1:]]


@pytest.mark.parametrize(
    ("replies", "target", "language", "right"),
    [
        (RIGHT_ENGLISH, ENGLISH, "en_us", True),
        (WRONG_ENGLISH, ENGLISH, "en_us", False),
        (RIGHT_CHINESE, CHINESE, "cmn_hans_cn", True),
        (WRONG_CHINESE, CHINESE, "zh-CN", False),
        (["佢哋买咗廿五只猫。", "佢哋買咗廿五隻貓"], "佢哋買咗廿五隻貓", "yue_hant_hk", True),
        (
            ["L'homme a 25 œufs !", "Voici la transcription : l’homme a vingt-cinq oeufs"],
            "L’homme a vingt-cinq œufs.",
            "fr",
            True,
        ),
        (["l'homme a 26 oeufs", "la femme a 25 œufs"], "L’homme a vingt-cinq œufs.", "fr_fr", False),
        (["El niño comió 25 manzanas", "Transcripción: el niño comió veinticinco manzanas"],
         "El niño comió veinticinco manzanas.", "es_419", True),
        (["मैं हिन्दी बोलता हूँ।"], "मैं हिन्दी बोलता हूँ", "hi_in", True),
        (["मैं हिन्द बोलता हूँ"], "मैं हिन्दी बोलता हूँ", "hi_in", False),
        (["今日は、良い天気です。"], "今日は良い天気です", "ja_jp", True),
    ],
)  # fmt: skip
def test_replies_as_a_listener_would_read_them(replies: list[str], target: str, language: str, right: bool) -> None:
    found = {reply: errors(reply, target, language) for reply in replies}
    assert [reply for reply, count in found.items() if (count == 0) is not right] == []


@pytest.mark.parametrize(
    ("name", "reply", "target", "language", "values", "units"),
    [
        ("librispeech", "the cat sat", "the cat sat down", "en", {"wer": 1 / 4}, 4),
        ("librispeech", "the cat sat on mats", "cats", "en", {"wer": 5.0}, 1),
        ("librispeech", "the dog sat down now", "the cat sat down", "en", {"wer": 2 / 4}, 4),
        ("librispeech", "", "", "en", {"wer": 0.0}, 1),
        ("librispeech", "two words", "", "en", {"wer": 2.0}, 1),
        ("librispeech", "two words", "[noise]", "en", {"wer": 2.0}, 1),
        ("wenet_speech", "我们用machine做2件事", "我们用 machine learning 做两件事", "zh", {"mer": 1 / 9}, 9),
        (
            "wenet_speech",
            "我們用Machine Learning，做两件事！",
            "我们用 machine learning 做两件事",
            "zh",
            {"mer": 0.0},
            9,
        ),
        ("fleurs", "我们用 machine 做两件事", "我们用 machines 做两件事", "cmn_hans_cn", {"wer": 1 / 15}, 15),
        ("torgo", "the fix", "the fox", "en", {"wer": 1 / 2, "cer": 1 / 7}, 2),
        ("thchs30", "The phones are: L, v4, SH ix4", "l v4 sh ix4", "zh", {"per": 0.0}, 4),
        ("thchs30", "l ü4 sh ix4 ii", "l v4 sh ix4", "zh", {"per": 1 / 4}, 4),
        ("thchs30", "<|zh|>[noise] `L V4 SH IX4`", "l v4 sh ix4", "zh", {"per": 0.0}, 4),
        ("thchs30", "[l v4 sh ix4]", "l v4 sh ix4", "zh", {"per": 0.0}, 4),
        ("thchs30", "绿是", "l v4 sh ix4", "zh", {"per": 1.0}, 4),
    ],
)
def test_errors_are_counted_in_units_of_the_reference(
    name: str, reply: str, target: str, language: str, values: dict[str, float], units: int
) -> None:
    score = scored(name, reply, target, language)
    assert score.values == pytest.approx(values)
    assert next(iter(score.metadata["weights"].values())) == units


def test_what_was_read_and_which_errors_it_has_is_recorded() -> None:
    score = scored("librispeech", "The transcription is: the dog sat", "the cat sat down")
    assert score.answer == "the dog sat"
    assert score.explanation == "wer: 2 / 4 (1 substituted, 1 left out, 0 put in)"


@settings(deadline=None, max_examples=60)
@given(reply=st.text(max_size=200), language=st.sampled_from(["en", "zh", "fr", "ar", "th"]))
def test_any_reply_has_an_error_rate(reply: str, language: str) -> None:
    assert errors(reply, "one 二 trois", language) >= 0


@pytest.mark.parametrize(
    "reply", ["<" * 50_000, " '" * 50_000, "1" * 9_000, "twenty " * 9_000, "transcription: " * 5_000, "的" * 50_000]
)
def test_a_reply_without_end_is_cut(reply: str) -> None:
    assert errors(reply, ENGLISH) <= 2_000 + 9 * len(ENGLISH)


@pytest.mark.parametrize(
    ("name", "template", "error"),
    [
        ("librispeech", "Schreib auf, was du hörst:", ""),
        ("mmau", "The same for all", "names no field"),
        ("librispeech", "{nothing} of it", "nothing"),
    ],
)
def test_a_prompt_may_be_the_same_for_all_recordings(name: str, template: str, error: str, tmp_path: Path) -> None:
    if error:
        with pytest.raises(ConfigError, match=error):
            from_written(name, tmp_path, prompt_template=template)
        return
    loaded = from_written(name, tmp_path, prompt_template=template)
    (message,) = loaded.messages(loaded.subsets["test_clean"][0])
    assert message.text == template
    assert [part.kind for part in message.media] == ["audio"]


def test_a_missing_library_is_named_before_anything_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jiwer", None)
    with pytest.raises(UnreadyError, match=r"need jiwer\. Run: pip install 'evalscope-pytest\[audio\]'"):
        loaded_from("librispeech", write("librispeech", tmp_path), subset_list=("test_clean",))


def test_a_blank_before_a_percent_sign_is_no_difference() -> None:
    from evalscope_pytest.suites.audio.spoken import forms

    for language in ("en", "fr", "de", "zh"):
        assert forms("12 % of it", language) == forms("12% of it", language)


def test_mmau_reports_each_kind_of_recording(tmp_path: Path) -> None:
    loaded = from_written("mmau", tmp_path)
    found = [score_of(loaded.resolved.benchmark, "ANSWER: B", sample).values for sample in loaded.subsets["test_mini"]]
    assert [set(values) for values in found] == [{"accuracy", f"{kind}_acc"} for kind in ("music", "sound", "speech")]
    (message,) = loaded.messages(loaded.subsets["test_mini"][0])
    assert "one of A, B, C." in message.text
    assert "B. Drums\n" in message.text


def test_an_error_rate_has_no_upper_bound_and_is_better_low() -> None:
    for name in ERROR_RATES:
        found = semantics_of(identify(name))
        assert (found.direction, found.value_range, found.credit(0.0)) == ("lower_is_better", None, 1.0)
        assert found.is_share_of_right


def test_rules_over_repeats_do_not_take_errors_for_right_answers(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="wer is an error rate, of which 1 is not right"):
        from_written("librispeech", tmp_path, aggregation="mean_and_pass_at_k")
    rows = [row("a", n, values={"wer": value}, repeats=2) for n, value in enumerate([0.0, 1.0, 0.0, 0.0])]
    found = find_flaky(plan({"a": 4}, metrics=("wer",), repeats=2), rows)
    assert found is not None
    assert [(question.right, question.attempts) for question in found.most] == [(1, 2)]


def test_recordings_of_air_bench_lie_in_the_folder_of_their_source(tmp_path: Path) -> None:
    about = {"question": "Where?", "choice_a": "1 s", "choice_b": "2 s", "choice_c": "3 s", "answer_gt": "2 S"}
    grounding = {
        **about,
        "uniq_id": 1,
        "task_name": "Audio_Grounding",
        "dataset_name": "AudioGrounding",
        "path": "a.wav",
    }
    aqa = {**about, "uniq_id": 2, "task_name": "Sound_AQA", "dataset_name": "avqa", "path": "b.wav"}
    track = tmp_path / "Foundation"
    for name, data in (
        ("Audio_Grounding_AudioGrounding/a.flac", flac()),
        ("Sound_AQA_avqa/b.wav", wav()),
    ):
        (track / name).parent.mkdir(parents=True)
        (track / name).write_bytes(data)
    (track / "Foundation_meta.json").write_text(json.dumps([grounding, aqa]))
    loaded = loaded_from(
        "air_bench_foundation", tmp_path, subset_list=("Audio_Grounding_AudioGrounding", "Sound_AQA_avqa")
    )
    for samples, size in zip(loaded.subsets.values(), (len(flac()), len(wav())), strict=True):
        (medium,) = (medium_of(part) for message in loaded.messages(samples[0]) for part in message.media)
        assert (medium.fault, medium.size) == ("", size)
        assert samples[0].targets == ("B",)


@pytest.mark.parametrize(("swap", "games"), [(True, 2), (False, 1)])
def test_air_bench_rates_both_answers_in_both_places(swap: bool, games: int, tmp_path: Path) -> None:
    (sample,) = from_written("air_bench_chat", tmp_path).subsets["sound_QA"]
    chosen = replace(load_bundled("air_bench_chat"), extra_params={"do_swap": swap}).varied()
    _, rubric = parts_of(chosen.scorer)
    assert rubric is not None
    judge = Scripted(lambda prompt: {"assistant_1": 9, "assistant_2": 6})
    score = asyncio.run(decide(rubric, sample, "A dog.", Panel((judge,))))
    assert len(judge.asked) == games
    assert all("A dog barks two times." in prompt for prompt in judge.asked)
    own, other = (7.5, 7.5) if swap else (6.0, 9.0)
    assert score.values == {"judge_score": own, "win_rate": 0.0, "reference_score": other}
    assert judge.asked[0].index("A dog barks twice.") < judge.asked[0].index("A dog.")
