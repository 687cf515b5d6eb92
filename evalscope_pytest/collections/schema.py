"""A collection: benchmarks with weights, in weighted groups, and the samples drawn from them as a file holds them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from ..core.canonical import dumps
from ..core.content import Content, File, Medium, Part, Text, medium_of
from ..core.errors import ConfigError
from ..core.tables import parse_table, refuse_unknown
from ..core.values import Message, Sample, Tool
from ..store.atomic import write_atomic
from ..store.media import written

INFO = "collection_info"  # key of a sample's metadata with its place in the collection

Members = Sequence["DatasetInfo | CollectionSchema"]


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """One benchmark of a collection.

    Attributes:
        name: The benchmark.
        weight: Its share among the members of its group.
        task_type: Its subject, for the report: ``math``.
        tags: Further subjects, for the report.
        args: Changes to the benchmark, as under ``dataset_args``: ``{"subset_list": ["logic"]}``.
        hierarchy: The names of the groups around it, the outermost first; `CollectionSchema.flatten` fills it in.
    """

    name: str
    weight: Annotated[float, Meta(gt=0, description="a number above 0")] = 1.0
    task_type: Annotated[str, Meta(description="a text")] = ""
    tags: Annotated[Sequence[str], Meta(description="a list of texts")] = ()
    args: Annotated[Mapping[str, Any], Meta(description="an object of settings")] = field(default_factory=dict)
    hierarchy: Annotated[Sequence[str], Meta(description="a list of names")] = ()

    def __post_init__(self) -> None:
        _check_weight(self.name, self.weight)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            **{f.name: getattr(self, f.name) for f in fields(self)},
            "tags": list(self.tags),
            "args": dict(self.args),
            "hierarchy": list(self.hierarchy),
        }


@dataclass(frozen=True, slots=True)
class CollectionSchema:
    """A group of benchmarks and of other groups.

    Attributes:
        weight: Its share among the members of the group it is in.
    """

    name: str
    weight: float = 1.0
    datasets: Members = ()

    def __post_init__(self) -> None:
        _check_weight(self.name, self.weight)

    def flatten(self) -> list[DatasetInfo]:
        """Return all benchmarks with their shares of the whole, which sum to 1, and the groups around them.

        Raises:
            ConfigError: A group has no members.
        """
        return list(_flat(self, 1.0, ()))

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {"name": self.name, "weight": self.weight, "datasets": [member.to_dict() for member in self.datasets]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CollectionSchema:
        """Return the collection of a JSON object.

        Raises:
            ConfigError: It is not a collection.
        """
        return _group(data, "the collection")

    def dump_json(self, file_path: str | Path) -> None:
        """Write it to a file."""
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=4)
        Path(file_path).write_text(f"{text}\n", encoding="utf-8")

    @classmethod
    def from_json(cls, file_path: str | Path) -> CollectionSchema:
        """Read it from a file.

        Raises:
            ConfigError: The file cannot be read, or is not a collection.
        """
        try:
            data = json.loads(Path(file_path).read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise ConfigError(f"cannot read the collection {file_path}: {error.strerror}. Name a JSON file.") from error
        except ValueError as error:
            raise ConfigError(f"the collection {file_path} is not JSON: {error}. Correct the file.") from error
        return _group(data, str(file_path))

    def __str__(self) -> str:
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=4)


def _check_weight(name: str, weight: float) -> None:
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 < weight < math.inf:
        raise ConfigError(f"weight of {name!r} in a collection is {weight!r}. Write a number above 0.")


def _flat(group: CollectionSchema, share: float, around: tuple[str, ...]) -> Iterator[DatasetInfo]:
    if not group.datasets:
        raise ConfigError(f"the group {group.name!r} of a collection has no datasets. Add some, or leave it out.")
    total = sum(member.weight for member in group.datasets)
    around = (*around, group.name)
    for member in group.datasets:
        part = member.weight / total * share
        if isinstance(member, CollectionSchema):
            yield from _flat(member, part, around)
        else:
            yield replace(member, weight=part, hierarchy=around)


def _group(data: Any, where: str) -> CollectionSchema:
    _check_keys(data, ("name", "weight", "datasets"), where)
    members = data.get("datasets")
    if not isinstance(members, list):
        raise ConfigError(f"datasets of {where} is {members!r:.80}. Write a list of datasets and groups.")
    name = data["name"]
    return CollectionSchema(name, data.get("weight", 1.0), tuple(_member(m, f"{name!r} in {where}") for m in members))


def _member(data: Any, where: str) -> DatasetInfo | CollectionSchema:
    if isinstance(data, dict) and "datasets" in data:
        return _group(data, where)
    _check_keys(data, [f.name for f in fields(DatasetInfo)], where)

    def wrong(key: str, value: Any, allowed: str) -> str:
        return f"{key} of {data['name']!r} in {where} is {value!r:.80}. Write {allowed}."

    return parse_table(data, DatasetInfo, wrong)


def _check_keys(data: Any, known: Sequence[str], where: str) -> None:
    if not isinstance(data, dict) or not isinstance(data.get("name"), str) or not data["name"]:
        raise ConfigError(f"a member of {where} is {data!r:.80}. Write an object with a name.")
    refuse_unknown(data, known, f"{data['name']!r} in {where}")


# Its samples --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DatasetEntry:
    """A sample with its prompt, and where it comes from.

    Attributes:
        prompt: The sample: ``input`` (messages), ``target``, ``choices``, ``metadata``, ``tools``, ``id``.
        categories: The groups around its benchmark, the outermost first.
        weight: Its share of the collection; those of all samples sum to 1.
        args: Changes to the benchmark, as under ``dataset_args``.
    """

    index: int = 0
    prompt: Mapping[str, Any] = field(default_factory=dict)
    tags: Sequence[str] = ()
    categories: Sequence[str] = ()
    task_type: str = ""
    weight: float = 0.0
    dataset_name: str = ""
    subset_name: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as JSON."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {**values, "tags": list(self.tags), "categories": list(self.categories), "args": dict(self.args)}


class MediumPath(str):
    """The path of a medium, relative to the file of its collection; it brings the medium until that is written."""

    __slots__ = ("medium",)
    medium: Medium


def prompt_of(sample: Sample, messages: Iterable[Message]) -> dict[str, Any]:
    """Return a sample, with the messages of its prompt, as JSON; media are paths in ``media/`` beside the file.

    Raises:
        ConfigError: A medium cannot be sent.
    """
    prompt: dict[str, Any] = {
        "input": [{"role": message.role, "content": _content(message.content)} for message in messages],
        "target": sample.target if isinstance(sample.target, str) else list(sample.target),
    }
    more = {
        "choices": list(sample.choices),
        "metadata": dict(sample.metadata),
        "private": dict(sample.private),
        "tools": [{"name": t.name, "description": t.description, "parameters": t.parameters} for t in sample.tools],
        "generation": dict(sample.generation),
        "id": sample.id,
    }
    return prompt | {name: value for name, value in more.items() if value}


def _content(content: Content) -> str | list[dict[str, Any]]:
    return content if isinstance(content, str) else [_part(part) for part in content]


def _part(part: Part) -> dict[str, Any]:
    row = written(part)
    if isinstance(part, Text):
        return row
    medium = medium_of(part)
    if medium.fault:
        raise ConfigError(f"a sample of the collection cannot be sent: {medium.fault} Mend it, or remove the record.")
    path = MediumPath(row[part.kind])
    path.medium = medium
    return {**row, part.kind: path, **({"filename": part.name} if isinstance(part, File) else {})}


def sample_of(record: Mapping[str, Any]) -> Sample:
    """Return the sample of a line; its metadata hold its place in the collection.

    Raises:
        KeyError: It is not an entry of a collection.
    """
    prompt = record["prompt"]
    info = {key: record[key] for key in ("dataset_name", "subset_name", "task_type", "tags", "categories", "weight")}
    info["args"] = json.dumps(record.get("args") or {}, sort_keys=True)
    target = prompt.get("target", "")
    return Sample(
        input=[Message(turn["role"], turn["content"]) for turn in prompt["input"]],  # type: ignore[arg-type]
        target=target if isinstance(target, str) else tuple(target),
        choices=tuple(prompt.get("choices") or ()),
        metadata={**(prompt.get("metadata") or {}), INFO: info},
        private=prompt.get("private") or {},
        tools=tuple(Tool(**tool) for tool in prompt.get("tools") or ()),
        generation=prompt.get("generation") or {},
        id=str(prompt.get("id") or ""),
        cluster=str((prompt["input"], prompt.get("metadata"))),  # the same question in two parts of the collection
    )


def dump_jsonl_data(data: Iterable[Mapping[str, Any]], file_path: str | Path) -> None:
    """Write rows to a file, one a line, and their media to ``media/`` beside it; folders are made if need be."""
    path = Path(file_path)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = list(data)
    for medium in _media_in(rows):
        file = path.parent / medium
        if not file.exists():
            file.parent.mkdir(exist_ok=True)
            write_atomic(file, medium.medium.read(), durable=False)
    path.write_text("".join(f"{dumps(row)}\n" for row in rows), encoding="utf-8")


def _media_in(rows: Iterable[Mapping[str, Any]]) -> set[MediumPath]:
    """Return the paths of the media in rows that were drawn in this process."""
    turns = [turn for row in rows for turn in (row.get("prompt") or {}).get("input") or ()]
    parts = [part for turn in turns if isinstance(turn["content"], list) for part in turn["content"]]
    return {value for part in parts for value in part.values() if isinstance(value, MediumPath)}
