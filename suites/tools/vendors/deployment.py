"""Marks of a wrong deployment of a model in a reply: the checks of MiniMax-Provider-Verifier."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from evalscope_pytest.core.values import Sample, Score, Tool
from evalscope_pytest.scoring.scorer import Scorer

from . import schema
from .decision_to_call import called
from .whole_reply import WholeReply, read

METRICS = (
    "tool_calls_match_rate",
    "schema_accuracy",
    "error_only_reasoning_rate",
    "language_following_success_rate",
    "repeat_ngram_pass_rate",
    "scenario_check_pass_rate",
)
_LANGUAGE, _REPEAT, _ORDER = "contains_russian_characters_unicode", "repeat_n_gram", "scenario_check"
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_HAN = "\u3040-\u30ff\u3400-\u9fff"
_WORDS = re.compile(rf"[{_HAN}]|[^\W{_HAN}]{{1,100}}")
_SHELLS = {f"{folder}{name}" for folder in ("", "/bin/", "/usr/bin/") for name in ("bash", "sh", "zsh")}
_COMMANDS = {"ls", "cat", "git", "npm", "npx", "cd", "cp", "mv", "rm", "mkdir", "chmod", "chown", "find", "grep"}
_COMMANDS |= {"curl", "wget", "pip"}


def deployment() -> Scorer:
    """Check a reply in the ways that the sample's ``checks`` name; ``expected`` says whether it should call, if known.

    Metrics, each over the replies it applies to: ``tool_calls_match_rate``, it calls if and only if it should;
    ``schema_accuracy``, all calls fit their schemas and a command given as a list is split into its words;
    ``error_only_reasoning_rate``, thinking without text or call; ``language_following_success_rate``, no Cyrillic
    letter; ``repeat_ngram_pass_rate``, no loop; ``scenario_check_pass_rate``, the properties of the first tool come in
    the order of its schema, if two or more are named. In a sample's row the first metric is 1 if all checks pass.
    """

    def score(text: str, sample: Sample) -> Score:
        reply, checks = read(text), sample.metadata["checks"]
        expected = sample.metadata["expected"] if "tool_calls" in checks else None
        is_calling = bool(reply.calls)
        matched = isinstance(expected, bool) and is_calling == expected
        values = {"error_only_reasoning_rate": float(reply.thought and not reply.text.strip() and not is_calling)}
        faults = _faults(reply, sample.tools) if is_calling and "tool_calls" in checks else None
        if faults is not None:
            values["schema_accuracy"] = float(not faults)
        if _LANGUAGE in checks:
            values["language_following_success_rate"] = float(not _CYRILLIC.search(reply.text))
        if _REPEAT in checks:
            values["repeat_ngram_pass_rate"] = float(not loops(reply.text))
        if _ORDER in checks and (in_order := keeps_order(reply.text, sample.tools)) is not None:
            values["scenario_check_pass_rate"] = float(in_order)
        passed = not values["error_only_reasoning_rate"] and all(v for name, v in values.items() if "error" not in name)
        labelled = isinstance(expected, bool)
        values["tool_calls_match_rate"] = float(passed and (matched or not labelled))
        weights = {"hit": float(labelled and matched), "missed": float(labelled and not matched)}
        return Score.of(
            {name: values[name] for name in METRICS if name in values},
            answer=f"{len(reply.calls)} calls" if is_calling else reply.text[:200],
            explanation="; ".join((faults or [])[:3]),
            metadata={"weights": {"tool_calls_match_rate": weights}},
        )

    return Scorer("deployment", METRICS, score, _ideal_reply, aggregation={"tool_calls_match_rate": "hit_rate"})


def _ideal_reply(sample: Sample) -> str:
    if sample.metadata["expected"] and sample.tools:
        return called(sample.tools[0])
    if _ORDER in sample.metadata["checks"]:
        return ", ".join(_properties(sample.tools))
    return "All right."


def _faults(reply: WholeReply, tools: Sequence[Tool]) -> list[str]:
    found = []
    for name, arguments in reply.calls:
        fault = schema.fault_of(name, arguments, tools) or _merged_command(name, arguments, tools)
        found += [fault] if fault else []
    return found


def _merged_command(name: str, arguments: str, tools: Sequence[Tool]) -> str:
    """Return what is wrong with a ``command`` whose schema wants a list of words; empty if nothing is."""
    declared = next(tool.parameters for tool in tools if tool.name == name).get("properties", {}).get("command", {})
    if declared.get("type") != "array" or declared.get("items", {}).get("type") != "string":
        return ""
    words = schema.given(arguments).get("command")
    if not words:
        return "the command is empty"
    is_script = words[0] in _SHELLS and any(word in ("-c", "-lc") for word in words[1:3])
    merged = [word for word in words if " " in word and (len(words) == 1 or word.split(" ")[0] in _COMMANDS)]
    return f"several words in one: {merged[0][:80]!r}" if merged and not is_script else ""


def loops(text: str) -> bool:
    """Return whether a text repeats itself as a stuck model does.

    Some words in a row (three, or eight signs of a script without blanks) come four times or more, and either a
    twentieth of the text is made of them or four of them follow at equal distances. Case and punctuation do not count.
    """
    words = [word.casefold() for word in _WORDS.findall(text)]
    size = 8 if sum(len(word) == 1 and word > "\u3000" for word in words) * 2 > len(words) else 3
    places: dict[tuple[str, ...], list[int]] = {}
    for at in range(len(words) - size + 1):
        places.setdefault(tuple(words[at : at + size]), []).append(at)
    return any(
        len(found) >= 4 and (len(found) * size * 20 >= len(words) or _is_regular(found))
        for gram, found in places.items()
        if any(not word.isdigit() for word in gram)
    )


def _is_regular(places: Sequence[int]) -> bool:
    gaps = [after - before for before, after in pairwise(places)]
    return any(gaps[at] == gaps[at + 1] == gaps[at + 2] for at in range(len(gaps) - 2))


def keeps_order(text: str, tools: Sequence[Tool]) -> bool | None:
    """Return whether the properties that a text names come in the order of the first tool's schema.

    None if it names fewer than two. Names in quotation marks count first, as JSON has them; else words.
    """
    names = _properties(tools)
    places: Mapping[str, int] = {}
    for around in ('"{}"', r"\b{}\b"):
        found = {name: re.search(around.format(re.escape(name)), text) for name in names}
        places = {name: match.start() for name, match in found.items() if match}
        if len(places) > 1:
            return list(places.values()) == sorted(places.values())
    return None


def _properties(tools: Sequence[Tool]) -> list[str]:
    """Return the names of the first tool's properties; some records give them without a schema around."""
    declared: Mapping[str, Any] = tools[0].parameters if tools else {}
    around = {"type", "description", "required", "additionalProperties", "$schema", "items", "enum", "default"}
    return list(declared["properties"]) if "properties" in declared else [n for n in declared if n not in around]
