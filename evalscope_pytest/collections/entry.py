"""One sample of a collection, as the file holds it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ..core.canonical import dumps
from ..core.values import Message, Sample, Tool

INFO = "collection_info"  # key of a sample's metadata with its place in the collection


@dataclass(frozen=True, slots=True)
class DatasetEntry:
    """A sample with its prompt, and where it comes from.

    Attributes:
        prompt: The sample: ``input`` (messages), ``target``, ``choices``, ``metadata``, ``tools``, ``id``.
        categories: The groups around its benchmark, the outermost first.
        weight: Its share of the collection; those of all samples sum to 1.
        args: What is changed of the benchmark, as under ``dataset_args``.
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


def prompt_of(sample: Sample, messages: Iterable[Message]) -> dict[str, Any]:
    """Return a sample, asked with these messages, as JSON."""
    prompt: dict[str, Any] = {
        "input": [{"role": message.role, "content": message.content} for message in messages],
        "target": sample.target if isinstance(sample.target, str) else list(sample.target),
    }
    more = {
        "choices": list(sample.choices),
        "metadata": dict(sample.metadata),
        "private": dict(sample.private),
        "tools": [{"name": t.name, "description": t.description, "parameters": t.parameters} for t in sample.tools],
        "id": sample.id,
    }
    return prompt | {name: value for name, value in more.items() if value}


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
        id=str(prompt.get("id") or ""),
    )


def dump_jsonl_data(data: Iterable[Mapping[str, Any]], file_path: str | Path) -> None:
    """Write rows to a file, one a line; the folder is made if need be."""
    path = Path(file_path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{dumps(row)}\n" for row in data), encoding="utf-8")
