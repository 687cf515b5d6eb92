"""Questions on where things are in street scenes, made of the records of SURDS, and what counts as right.

Which objects are chosen, which options are offered and in which order follows the authors' seed, so that scores
compare; the words of the questions are this project's.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from random import Random
from typing import Any

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.core.errors import DatasetError
from evalscope_pytest.datasets.reader import Reader
from evalscope_pytest.scoring import readers
from evalscope_pytest.scoring.read.verdict import read_verdict
from evalscope_pytest.scoring.read.visible import fold, visible

from .click_point import points
from .coordinates import Box, claimed, numbers, shown

TASKS = ["yaw", "xy2d", "depth", "distance", "left_right", "front_behind"]
SIZE = (1600, 900)
_SEED = 42
_TAIL = 16_000  # characters of a reply in which a tagged answer is looked for
_SAME, _SAME_DEPTH = "Almost the same", "Almost the same in terms of front-back position"
_NEAR_DISTANCE, _NEAR_PIXELS, _NEAR_DEPTH = math.nextafter(1.0, 2.0), 100.0, 0.5  # less is the same
_DIAGONAL = ["Northeast", "Southeast", "Northwest", "Southwest"]
_CARDINAL = ["East", "South", "West", "North"]
_OPPOSITE = {"north": "south", "south": "north", "east": "west", "west": "east"}
_ANSWER = re.compile(r"<answer>(.{0,400}?)</answer>", re.DOTALL | re.IGNORECASE)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_SIGNS = re.compile(r"[^\w\s]|_")


def questions(read: Reader, subset: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the questions of a task; the two of a pair follow one another."""
    (text,) = read("validation/metadata.jsonl", "*metadata.jsonl")
    return [dict(question) for question in _all(text) if question["task"] == subset]


@lru_cache(maxsize=1)
def _all(text: str) -> tuple[Mapping[str, Any], ...]:
    try:
        records = [json.loads(line) for line in text.splitlines() if line.strip()]
        pairs = [question for number, record in enumerate(records) for question in _of_pairs(number, record)]
        alone = [number for number, record in enumerate(records) if len(record["descs"]) == 1]
        count, random = sum(question["task"] == "distance" for question in pairs) // 2, Random(_SEED)
        chosen = sorted(random.sample(alone, min(count, len(alone))))
        return (*pairs, *(question for number in chosen for question in _of_one(number, records[number], random)))
    except (ValueError, KeyError, IndexError, TypeError) as error:
        said = f"{type(error).__name__}: {error}"
        raise DatasetError(
            f"metadata.jsonl of surds is not in the published form ({said}). Download it again."
        ) from None


def _of_pairs(number: int, record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the questions on each two objects of a picture."""
    for one, two in combinations(range(len(record["descs"])), 2):
        first, second = (f"the {record['descs'][place]}" for place in (one, two))
        names = [first.capitalize(), second.capitalize()]

        def compared(field: str, near: float, one: int = one, two: int = two) -> int:
            """Return -1, 0 or 1: the first has less, about as much, or more."""
            values = [record[field][place] for place in (one, two)]
            less, more = (value[0] if isinstance(value, (list, tuple)) else value for value in values)
            return 0 if abs(less - more) < near else -1 if less < more else 1

        name = f"{number}-{one}-{two}"
        for task, order, words in (
            ("distance", compared("distances", _NEAR_DISTANCE), ("closer to the camera", "farther from the camera")),
            ("left_right", compared("xy2Ds", _NEAR_PIXELS), ("further left", "further right")),
        ):
            for turn, word in zip((-1, 1), words, strict=True):
                answer = names[order != turn] if order else _SAME
                asked = f"Which is {word} in the picture, {first} or {second}?"
                yield _question(task, name, record, asked, answer, [*names, _SAME])
        order = compared("depths", _NEAR_DEPTH)
        for turn, word in ((1, "in front of"), (-1, "behind")):
            answer = ("Yes" if order == turn else "No") if order else _SAME_DEPTH
            asked = f"Is {first} {word} {second}? What is farther from the camera is in front."
            yield _question("front_behind", name, record, asked, answer, ["Yes", "No", _SAME_DEPTH])


def _of_one(number: int, record: Mapping[str, Any], random: Random) -> Iterator[dict[str, Any]]:
    """Yield the questions on the one object of a picture."""
    thing, faces = f"the {record['descs'][0]}", record["yaw_descs"][0]
    diagonal, cardinal = random.sample(_DIAGONAL, 4), random.sample(_CARDINAL, 4)
    for camera, answer in (("North", faces), ("South", _turned(faces))):
        asked = f"The camera looks to the {camera}. In which direction does {thing} face?"
        yield _question("yaw", str(number), record, asked, answer, diagonal if faces in diagonal else cardinal)
    asked = f"At which point of the picture, [x, y] in pixels, is {thing}?"
    yield {**_question("xy2d", str(number), record, asked, str(record["xy2Ds"][0]), []), "box": record["bboxes2D"][0]}
    ranges = [_range(*ends) for ends in _ranges(record["depths"][0], random)]
    asked = f"How far is {thing} from the camera, along the direction in which it looks?"
    yield _question("depth", str(number), record, asked, ranges[0], random.sample(ranges, 3))


def _question(
    task: str, name: str, record: Mapping[str, Any], asked: str, answer: str, options: Sequence[str]
) -> dict[str, Any]:
    listed = "\n".join(["", "Options:", *(f"- {option}" for option in options)]) if options else ""
    found = {"task": task, "pair_id": f"{task}-{name}", "image": record["file_name"]}
    return {**found, "question": asked + listed, "answer": answer, "options": list(options)}


def _turned(direction: str) -> str:
    return re.sub("north|south|east|west", lambda part: _OPPOSITE[part[0]], direction.casefold()).capitalize()


def _ranges(depth: float, random: Random) -> list[tuple[int, int]]:
    """Return the range of a depth in metres and two others: beyond it, before it, or one on each side."""
    length = random.uniform(6, 7)
    low, high = max(1, round(depth - length / 2)), round(depth + length / 2)

    def beyond(end: int) -> tuple[int, int]:
        begin = end + random.randint(1, 2)
        return begin, begin + random.randint(3, 4)

    def before(begin: int, least: int = 1) -> tuple[int, int]:
        end = begin - random.randint(1, 2)
        return max(least, end - random.randint(3, 4)), end

    if depth < 7:
        other = beyond(high)
        return [(low, high), other, beyond(other[1])]
    if depth > 15:
        other = before(low, least=-100)
        return [(low, high), other, before(other[0])]
    other = before(low)
    return [(low, high), other, beyond(high)]


def _range(low: int, high: int) -> str:
    return " and ".join(f"{'Between ' * (not at)}{end} meter{'s' * (end > 1)}" for at, end in enumerate((low, high)))


# What counts as right -------------------------------------------------------------------------------------------------


def sample_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return metadata, id and cluster of a question's sample."""
    names = ("task", "pair_id", "options", "box")
    return {"metadata": {name: record[name] for name in names if name in record}, "cluster": record["image"]}


def in_scene() -> Scorer:
    """Return the scorer. Metric ``normalized_score``: a pair counts if both are right, a point by how central it is."""
    averaged = {"normalized_score": "least_of_part"}
    return Scorer("in_scene", ("normalized_score",), _score, _ideal_reply, aggregation=averaged)


def _score(text: str, sample: Sample) -> Score:
    tagged = [found for found in _ANSWER.findall(visible(text)[-_TAIL:]) if found.strip()]
    reply = tagged[-1].strip() if tagged else text
    if sample.metadata["task"] == "xy2d":
        given = numbers(claimed(reply))
        value = max((centredness(point, sample.metadata["box"]) for point in points(given, SIZE)), default=0.0)
        answer = shown(given)
    else:
        answer = _chosen(reply, sample)
        value = float(answer is not None and _plain(answer) == _plain(sample.targets[0]))
    weights = {"weights": {"normalized_score": {sample.metadata["pair_id"]: 1.0}}}
    return Score.of({"normalized_score": value}, answer=answer, metadata=weights)


def _chosen(reply: str, sample: Sample) -> str | None:
    """Return the option that a reply is, or the only one that it names."""
    options: list[str] = sample.metadata["options"]
    readings = list(readers.phrase(reply, sample))
    for reading in readings:
        if same := [option for option in options if _plain(option) == _plain(reading)]:
            return same[0]
        if _plain(reading) in ("almost same", "same"):
            return next((option for option in options if option.startswith(_SAME)), None)
    if sample.metadata["task"] == "front_behind" and (verdict := read_verdict(reply)):
        return verdict.capitalize()
    for reading in readings:
        named = [option for option in options if re.search(rf"\b{re.escape(_plain(option))}\b", _plain(reading))]
        if len(named) == 1 and not re.search(r"\b(?:not|isn t|or)\b", _plain(reading)):
            return named[0]
    return None


def _plain(text: str) -> str:
    return " ".join(_ARTICLES.sub(" ", _SIGNS.sub(" ", fold(text).casefold())).split())


def centredness(point: tuple[float, float], box: Sequence[float]) -> float:
    """Return how near a point is to the middle of a box: 1 there, 0 on its edge and outside.

    Args:
        point: As shares of the picture's sides.
        box: In pixels.
    """
    shares = Box(*(side / SIZE[place % 2] for place, side in enumerate(box)))
    if not shares.holds(point):
        return 0.0
    ratios = []
    for value, low, high in ((point[0], shares.left, shares.right), (point[1], shares.top, shares.bottom)):
        near, far = sorted((value - low, high - value))
        ratios.append(near / far if far else 1.0)
    return math.sqrt(ratios[0] * ratios[1])


def _ideal_reply(sample: Sample) -> str:
    if sample.metadata["task"] != "xy2d":
        return f"<answer>{sample.targets[0]}</answer>"
    left, top, right, bottom = sample.metadata["box"]
    return f"<answer>[{(left + right) / 2}, {(top + bottom) / 2}]</answer>"
