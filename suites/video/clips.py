"""Clips of video benchmarks: the file of each, the seconds it is about, and the question with its options."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evalscope_pytest import Sample, text, video
from evalscope_pytest.core.content import Packed, Part
from evalscope_pytest.core.errors import ConfigError, RecordError

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


# The archives of MVBench, with the tasks whose videos they hold.
ARCHIVES = {
    "ssv2_video": ["action_antonym"],
    "perception": ["action_count", "character_order", "object_shuffle", "state_change"],
    "sta": ["action_localization"],
    "star": ["action_prediction", "action_sequence", "object_interaction"],
    "clevrer": ["counterfactual_inference", "moving_attribute", "moving_count", "moving_direction", "object_existence"],
    "vlnqa": ["egocentric_navigation"],
    "tvqa": ["episodic_reasoning"],
    "Moments_in_Time_Raw": ["fine_grained_action"],
    "nturgbd": ["fine_grained_pose"],
    "scene_qa": ["scene_transition"],
    "FunQA_test": ["unexpected_action"],
}


def of_mvbench(task: str, name: str) -> Packed:
    """Return the place of a video of MVBench."""
    archive = next((archive for archive, tasks in ARCHIVES.items() if task in tasks), task)
    return Packed(f"video/{archive}.zip", name, near=task)


def of_tvbench(task: str, name: str) -> Packed:
    """Return the place of a video of TVBench: one task has an archive for each first part of its names."""
    folder = f"{task}/{name.partition('/')[0]}" if task == "egocentric_sequence" else task
    return Packed(f"video/{folder}.zip", name)


def in_video_dir(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what differs in a benchmark if its parameter ``video_dir`` names a folder of the user's.

    Raises:
        ConfigError: It is not a folder.
    """
    folder = params["video_dir"]
    if folder and not Path(folder).is_dir():
        raise ConfigError(
            f"video_dir: {folder!r} in extra_params. Allowed: an existing folder. Correct the path, or leave it out."
        )
    return {"media_dir": folder} if folder else {}


def clip(record: Mapping[str, Any], source: Packed, params: Mapping[str, Any], task: str) -> Part:
    """Return the clip of a record, with its time span and frame rate.

    Args:
        source: Its place in the dataset's archives.
        params: The parameters of the benchmark. In ``video_dir``, the file is in a folder named like the task, or
            beside it.

    Raises:
        RecordError: Its seconds make no sense.
    """
    start, end, fps = (seconds(record, name) for name in ("start", "end", "fps"))
    if start is not None and end is not None and start > end:
        raise RecordError(f"its start, {start:g} s, is after its end, {end:g} s. Correct one of them.")
    if folder := params.get("video_dir"):
        own = f"{task}/{source.name}"
        return video(own if (Path(folder) / own).is_file() else source.name, start, end, fps)
    return video(source, start, end, fps)


def seconds(record: Mapping[str, Any], name: str) -> float | None:
    """Return a number of a record; None if it has none.

    Raises:
        RecordError: It is something else.
    """
    value = record.get(name)
    if value is None or value == "":
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number < math.inf:
        raise RecordError(f"its {name} is {value!r}, not a number from 0 up. Correct it, or leave it out.")
    return number


def question_of(record: Mapping[str, Any]) -> str:
    """Return the question, after the time span that it is about and the subtitles, if the record has them."""
    start, end = seconds(record, "start"), seconds(record, "end")
    span = ""
    if start is not None and end is not None:
        span = f"from {start:g}s to {end:g}s"
    elif start is not None or end is not None:
        span = f"after {start:g}s" if end is None else f"before {end:g}s"
    before = [f"Answer based on the video segment {span}."] if span else []
    if subtitle := record.get("subtitle") or record.get("subtitles"):
        before.append(f"Subtitles:\n{subtitle}")
    return "\n\n".join(["\n".join(before)] * bool(before) + [str(record["question"])])


def of_candidates(record: Mapping[str, Any], part: Part) -> Sample:
    """Return the sample of a record whose answer is one of its candidates.

    Raises:
        RecordError: It is none of them.
    """
    options = [str(option) for option in record["candidates"]]
    if (answer := str(record["answer"])) not in options:
        raise RecordError(f"its answer is {answer!r}, not one of its candidates, {options}. Correct the record.")
    about = {"video": str(record["video"])}
    name = str(record.get("question_id") or "")
    question = [text(question_of(record)), part]
    return Sample(question, LETTERS[options.index(answer)], options, metadata=about, id=name, cluster=about["video"])
