"""Facts on the bundled benchmarks for people who look for one: subject, language, needs, size, paper."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ..core.errors import ConfigError, closest
from ..judge.scorer import rule_of
from .bundled import bundled_dir, bundled_files, load_bundled
from .definition import Benchmark

# Subjects by folder of `suites/`, in the order of the catalogue.
SUBJECTS: Mapping[str, str] = {
    "math": "mathematics",
    "knowledge": "knowledge",
    "health": "medicine",
    "reasoning": "reasoning",
    "reading": "reading",
    "long_context": "long context",
    "tables": "tables",
    "translation": "translation",
    "code": "code",
    "tools": "tools",
    "decisions": "decisions",
    "instruction": "instructions",
    "chat": "chat",
    "professions": "professions",
    "safety": "safety",
    "hallucination": "hallucination",
    "ner": "named entities",
    "multimodal": "pictures",
    "documents": "documents",
    "video": "videos",
    "audio": "recordings",
    "retrieval": "retrieval",
    "arena": "arena",
    "custom": "your own data",
    "demo": "demo",
}
# What a run may have to provide, and what it is.
NEEDS: Mapping[str, str] = {
    "judge": "a judge model",
    "sandbox": "a sandbox",
    "pictures": "a model that takes pictures",
    "recordings": "a model that takes recordings",
    "videos": "a model that takes videos",
    "environment": "an environment for its programs (`evalscope-pytest sandbox prepare`)",
}
ENGLISH = "English"
_LANGUAGES = {"multilingual": "several", "chinese": "Chinese"}  # by tag
_PAPER = re.compile(r"(?:arXiv|doi):[^\s,;)]{4,60}(?<!\.)")


@dataclass(frozen=True, slots=True)
class Entry:
    """The description of one benchmark.

    Attributes:
        subject: One of `SUBJECTS`.
        language: ``English``, ``Chinese``, ``several``; empty for data of the user's own.
        size: Number of records in all subsets; None if it was not counted.
        prompt: Template of the user message; empty if the record's own text or conversation is sent.
        needs: Those of `NEEDS` that a run has to provide.
        paper: Its number at arXiv, or its DOI; empty without one.
    """

    name: str
    pretty_name: str
    subject: str
    description: str
    dataset: str
    subsets: tuple[str, ...]
    split: str
    size: int | None
    language: str
    few_shot_num: int
    repeats: int
    metrics: tuple[str, ...]
    aggregation: str | Mapping[str, str]
    tags: tuple[str, ...]
    extra_params: Mapping[str, Any]
    system_prompt: str
    prompt: str
    needs: tuple[str, ...]
    paper: str
    version: str
    file: str

    @classmethod
    def of(cls, benchmark: Benchmark) -> Entry:
        """Take what concerns a user from a definition."""
        found = _PAPER.search(benchmark.description)
        return cls(
            name=benchmark.name,
            pretty_name=benchmark.pretty_name or benchmark.name,
            subject=_subject(benchmark),
            description=benchmark.description,
            dataset=benchmark.dataset.location,
            subsets=benchmark.dataset.subsets,
            split=benchmark.dataset.split,
            size=benchmark.dataset.size or None,
            language=_language(benchmark),
            few_shot_num=benchmark.few_shot.num if benchmark.few_shot else 0,
            repeats=benchmark.repeats,
            metrics=benchmark.metrics,
            aggregation=benchmark.aggregation,
            tags=benchmark.tags,
            extra_params=dict(benchmark.extra_params),
            system_prompt=benchmark.system_prompt,
            prompt=benchmark.prompt,
            needs=_needs(benchmark),
            paper=found[0] if found else "",
            version=benchmark.version,
            file=str(benchmark.file),
        )


def _subject(benchmark: Benchmark) -> str:
    folder = benchmark.file.relative_to(bundled_dir()).parts[0]
    return SUBJECTS.get(folder, folder.replace("_", " "))


def _language(benchmark: Benchmark) -> str:
    if "custom" in benchmark.tags:
        return ""
    return next((language for tag, language in _LANGUAGES.items() if tag in benchmark.tags), ENGLISH)


def _needs(benchmark: Benchmark) -> tuple[str, ...]:
    rule, tags = rule_of(benchmark.scorer), benchmark.tags
    takes = benchmark.parameters
    needs = {
        "judge": (benchmark.scorer is not None and rule is None) or "judge" in takes,
        "sandbox": (rule is not None and "sandbox" in rule.needs) or "sandbox" in takes,
        "pictures": "multimodal" in tags and "video" not in tags,
        "recordings": "audio" in tags,
        "videos": "video" in tags,
        "environment": bool(benchmark.environment),
    }
    return tuple(need for need, there in needs.items() if there)


def entries(names: Collection[str] = ()) -> list[Entry]:
    """Return the entries of some benchmarks, or of all of them: by subject, then by name.

    Raises:
        ConfigError: A benchmark is unknown.
    """
    known = bundled_files()
    for name in names:
        if name not in known:
            raise ConfigError(f"unknown benchmark {name!r}. {closest(name, known)} Without a name all are listed.")
    found = [Entry.of(load_bundled(name)) for name in names or sorted(known)]
    order = list(SUBJECTS.values())
    return found if names else sorted(found, key=lambda entry: order.index(entry.subject))


def chosen(found: list[Entry], wanted: Mapping[str, Collection[str]]) -> list[Entry]:
    """Return the entries that have all wanted facts.

    Args:
        wanted: Values by fact: ``subject``, ``language``, ``needs``, ``metric``, ``tag``.

    Raises:
        ConfigError: No benchmark has a value.
    """
    for fact, values in wanted.items():
        known = {value for entry in found for value in _values(entry, fact)}
        for value in values:
            if value not in known:
                raise ConfigError(f"no benchmark has the {fact} {value!r}. {closest(value, known)}")
    return [entry for entry in found if all(set(v) <= _values(entry, fact) for fact, v in wanted.items())]


def _values(entry: Entry, fact: str) -> set[str]:
    values: Mapping[str, Collection[str]] = {
        "subject": (entry.subject,),
        "language": (entry.language,),
        "needs": entry.needs or ("nothing",),
        "metric": entry.metrics,
        "tag": entry.tags,
    }
    return set(values[fact])
