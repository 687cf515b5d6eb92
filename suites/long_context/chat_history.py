"""LongMemEval: the chats of a user with an assistant as the prompt has them, all or what a retriever ranked first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from evalscope_pytest import hub
from evalscope_pytest.benchmarks.release import json_lines
from evalscope_pytest.core.errors import ConfigError, DatasetError, closest
from evalscope_pytest.datasets.reader import Reader
from evalscope_pytest.datasets.source import Source

FILES = {"s": "longmemeval_s_cleaned.json", "m": "longmemeval_m_cleaned.json", "oracle": "longmemeval_oracle.json"}
MODES = {"long_context": ["s", "m"], "oracle_context": ["oracle"], "retrieval_log": ["retrieval_log"]}
_CHOICES = {
    "eval_mode": list(MODES),
    "retriever_type": ["flat-session", "flat-turn"],
    "history_format": ["json", "nl"],
    "reading_method": ["con", "direct"],
}
PARAMS: Mapping[str, Any] = {
    **{name: allowed[0] for name, allowed in _CHOICES.items()},
    "retrieval_log_path": None,
    "user_only": False,
    "topk_context": 1000,
}
PROMPTS = {
    "direct": "Below are chats between you and a user. Answer the user's question from what is relevant in them.\n\n\n"
    "Chats:\n\n{history}\n\nToday's date: {date}\nQuestion: {question}\nAnswer:",
    "con": "Below are chats between you and a user. Answer the user's question from what is relevant in them, in two "
    "steps: write down all the relevant information first, then reason from it to the answer.\n\n\nChats:\n\n{history}"
    "\n\nToday's date: {date}\nQuestion: {question}\nAnswer (in two steps):",
}
Turn = Mapping[str, Any]
Turns = Sequence[Turn]


def dataset(mode: str = "long_context") -> Source:
    return hub("evalscope/longmemeval-cleaned", subsets=MODES[mode][:1])


def in_mode(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what differs in the benchmark with its parameters.

    Raises:
        ConfigError: One of them is wrong.
    """
    for name, allowed in _CHOICES.items():
        if params[name] not in allowed:
            raise ConfigError(f"{name} of longmemeval: {params[name]!r}. {closest(params[name], allowed)}")
    if params["topk_context"] < 1:
        raise ConfigError(
            f"topk_context of longmemeval: {params['topk_context']}. Allowed: 1 or more. Correct the number."
        )
    mode, log = params["eval_mode"], params["retrieval_log_path"]
    if mode == "retrieval_log" and not (log and Path(str(log)).is_file()):
        raise ConfigError(
            f"retrieval_log_path of longmemeval: {log!r} is not a file, and eval_mode is retrieval_log. Give the path "
            "of a retrieval log."
        )
    if mode != "retrieval_log" and log:
        raise ConfigError(
            f"retrieval_log_path of longmemeval: {log!r} has no effect, since eval_mode is {mode}. Set eval_mode to "
            "retrieval_log, or leave the path out."
        )
    return {"dataset": dataset(mode), "prompt": PROMPTS[params["reading_method"]]}


def records(read: Reader, subset: str, params: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Return the records of a subset, or those of the retrieval log.

    Raises:
        ConfigError: The mode does not have the subset.
        DatasetError: The file is not JSON.
    """
    mode = params["eval_mode"]
    if mode == "retrieval_log":
        return _parsed(Path(params["retrieval_log_path"]).read_text(encoding="utf-8-sig"))
    if subset not in MODES[mode]:
        raise ConfigError(
            f"subset_list of longmemeval: {subset!r} with eval_mode {mode}. {closest(subset, MODES[mode])}"
        )
    (text,) = read(FILES[subset], f"*/{FILES[subset]}")
    return _parsed(text)


def _parsed(text: str) -> list[dict[str, Any]]:
    if not text.lstrip().startswith("["):
        return json_lines([text])
    try:
        found: list[dict[str, Any]] = json.loads(text)
    except ValueError as error:
        raise DatasetError(f"the records of longmemeval are not JSON: {error}. Correct the file.") from error
    return found


def history(record: Mapping[str, Any], params: Mapping[str, Any]) -> str:
    """Return the chats by their date, each with its date, and as JSON or plain turns."""
    chats = _retrieved(record, params) if params["eval_mode"] == "retrieval_log" else _whole(record, params)
    shown = _as_json if params["history_format"] == "json" else _as_turns
    ordered = sorted(chats, key=lambda chat: chat[0])
    return "".join(
        f"\n### Session {number}:\nSession Date: {date}\nSession Content:\n{shown(turns)}\n"
        for number, (date, turns) in enumerate(ordered, 1)
    )


def _whole(record: Mapping[str, Any], params: Mapping[str, Any]) -> list[tuple[str, Turns | Turn]]:
    """Return the last chats of the record."""
    chats = list(zip(record["haystack_dates"], record["haystack_sessions"], strict=True))
    return [(date, _kept(turns, params)) for date, turns in chats[-params["topk_context"] :]]


def _retrieved(record: Mapping[str, Any], params: Mapping[str, Any]) -> list[tuple[str, Turns | Turn]]:
    """Return what the retriever ranked first: chats and single turns, or turns with the ones that follow them."""
    dated = zip(record["haystack_dates"], record["haystack_sessions"], strict=True)
    by_name = dict(zip(record["haystack_session_ids"], dated, strict=True))
    of_turns, found = params["retriever_type"] == "flat-turn", list[tuple[str, Turns | Turn]]()
    for ranked in record["retrieval_results"]["ranked_items"][: params["topk_context"]]:
        name = ranked["corpus_id"].replace("noans_", "answer_")
        if not of_turns and name in by_name:
            date, turns = by_name[name]
            found.append((date, _kept(turns, params)))
            continue
        name, _, number = name.rpartition("_")
        if name not in by_name or not number.isdecimal() or number == "0":
            continue
        date, turns = by_name[name]
        if kept := _kept(turns[int(number) - 1 :][: 2 if of_turns else 1], params):
            found.append((date, kept if of_turns else kept[0]))
    return found


def _kept(turns: Turns, params: Mapping[str, Any]) -> Turns:
    """Return turns without the mark of the answer; those of the user alone if they are wanted."""
    kept = [turn for turn in turns if turn.get("role") == "user" or not params["user_only"]]
    return [{name: value for name, value in turn.items() if name != "has_answer"} for turn in kept]


def _as_json(turns: Turns | Turn) -> str:
    return "\n" + json.dumps(turns, ensure_ascii=False)


def _as_turns(turns: Turns | Turn) -> str:
    if isinstance(turns, Mapping):
        return f"{turns['role']}: {turns['content'].strip()}"
    return "".join(f"\n\n{_as_turns(turn)}" for turn in turns)
