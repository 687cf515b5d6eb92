"""Records of AIR-Bench, as its release has them: a JSON list, and a folder of recordings for each source."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from evalscope_pytest import Score
from evalscope_pytest.core.errors import DatasetError
from evalscope_pytest.judge import Item, Marks, Rubric, question
from evalscope_pytest.judge.rubric import sample_fields

_SPEECH = """Speaker_Age_Prediction_common_voice_13.0_en Speaker_Emotion_Recontion_iemocap
    Speaker_Emotion_Recontion_meld Speaker_Gender_Recognition_common_voice_13_en Speaker_Gender_Recognition_meld
    Speaker_Intent_Classification_slurp Speaker_Number_Verification_voxceleb1 Speech_Entity_Reconition_slurp
    Speech_Grounding_librispeech Spoken_Language_Identification_covost2 Synthesized_Voice_Detection_fake_or_real"""
_SOUND = """Acoustic_Scene_Classification_CochlScene Acoustic_Scene_Classification_TUT2017
    Audio_Grounding_AudioGrounding Sound_AQA_avqa Sound_AQA_clothoaqa vocal_sound_classification_VocalSound"""
_MUSIC = """Music_AQA_music_avqa Music_Genre_Recognition_MTJ-Jamendo Music_Genre_Recognition_fma
    Music_Instruments_Classfication_MTJ-Jamendo Music_Instruments_Classfication_nsynth
    Music_Midi_Pitch_Analysis_nsynth Music_Midi_Velocity_Analysis_nsynth Music_Mood_Recognition_MTJ-Jamendo"""
_KINDS = {"speech": _SPEECH, "sound": _SOUND, "music": _MUSIC}
FOUNDATION = {name: kind for kind, names in _KINDS.items() for name in names.split()}
CHAT = {
    "speech_QA": "speech",
    "speech_dialogue_QA": "speech",
    "sound_QA": "sound",
    "sound_generation_QA": "sound",
    "music_QA": "music",
    "music_generation_analysis_QA": "music",
    "speech_and_sound_QA": "speech_and_sound",
    "speech_and_music_QA": "speech_and_music",
}
_LETTERS = "ABCD"
_FLAC_TASK = "Audio_Grounding"  # whose recordings are FLAC, though the records call them WAV
Read = Callable[..., Sequence[str]]


def folder(record: Mapping[str, Any]) -> str:
    """Return the folder of a record's recording, which is a subset of the questions with options."""
    return f"{record['task_name']}_{record['dataset_name']}"


def released(track: str, name: Callable[[Mapping[str, Any]], str]) -> Callable[..., Any]:
    """Return the function that makes the records of a subset.

    Args:
        track: ``Foundation`` or ``Chat``.
        name: Subset of a record.
    """

    def records(read: Read, subset: str, params: Mapping[str, Any]) -> Sequence[Mapping[str, Any]] | None:
        try:
            texts = read(f"*{track}_meta.json")
        except DatasetError:
            return None
        return [record for text in texts for record in _parsed(text) if name(record) == subset]

    return records


@lru_cache(maxsize=2)  # read for each of 25 subsets
def _parsed(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)
    return found


def place(record: Mapping[str, Any]) -> Any:
    """Return where a record's recording is, beside the list of records."""
    if "path" not in record:
        return record["audio"]
    path = str(record["path"])
    if record["task_name"] == _FLAC_TASK and path.endswith(".wav"):
        path = f"{path.removesuffix('.wav')}.flac"
    return f"{folder(record)}/{path}"


def options_of(record: Mapping[str, Any]) -> list[str]:
    """Return the options, up to the last that there is."""
    given = [record.get(f"choice_{letter.lower()}") for letter in _LETTERS]
    while given and given[-1] in (None, ""):
        given.pop()
    return ["" if option is None else str(option).strip() for option in given]


def right_letter(record: Mapping[str, Any]) -> str:
    """Return the letter of the option that is the answer, or that the answer is; empty if it is none of them."""
    options, answer = [option.casefold() for option in options_of(record)], str(record["answer_gt"]).strip()
    if answer.casefold() in options:
        return _LETTERS[options.index(answer.casefold())]
    letter = answer.strip(".()").upper()
    return letter if len(letter) == 1 and letter in _LETTERS[: len(options)] else ""


def has_right_option(record: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    """Return whether a record can be answered with an option."""
    return bool(right_letter(record))


SYSTEM = "You rate answers to questions on recordings. You cannot hear the recording; a description takes its place."
RATING = """\
Two assistants heard a recording and answered a question on it. Rate each answer from 1 (worthless) to 10: how \
helpful, relevant, accurate and comprehensive it is, measured by the description of the recording.

# Description of the recording

{meta_info}

# Question

{question}

# Answer of assistant 1

{first}

# Answer of assistant 2

{second}

The verdict holds a rating of each assistant."""
_NAMES = ("assistant_1", "assistant_2")
_VALUES = ("reference_score", "judge_score")


def _games(sample: Any, reply: str) -> list[Item]:
    fields = sample_fields(sample, reply)
    orders = ((_VALUES, sample.targets[0], reply), (_VALUES[::-1], reply, sample.targets[0]))
    return [
        Item(
            tuple(
                question(
                    RATING,
                    Marks(dict(zip(_NAMES, values, strict=True)), 1, 10),
                    {**fields, "first": first, "second": second},
                    ("first", "second"),
                    SYSTEM,
                )
                for values, first, second in orders
            )
        )
    ]


def _rated(sample: Any, reply: str, decided: Sequence[Mapping[str, float]]) -> Score:
    own, other = decided[0]["judge_score"], decided[0]["reference_score"]
    return Score.of({"judge_score": own, "win_rate": float(own > other), "reference_score": other})


def rated(*, swap: bool) -> Rubric:
    """Return the rubric that rates a reply and the reference from 1 to 10, in both orders if ``swap``.

    Metrics: ``judge_score``, the mean rating of the reply, ``win_rate``, the share of replies rated higher than the
    reference, and ``reference_score``.
    """
    metrics = ("judge_score", "win_rate", "reference_score")
    return Rubric("air_bench", metrics, _games, _rated, both_orders=swap, options=f"{SYSTEM}{RATING}")
