"""LoCoMo: dialogues of two people over months as they stand in the prompt, and the score of a short answer."""

from __future__ import annotations

import json
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from evalscope_pytest import Sample, Score, Scorer
from evalscope_pytest.core.errors import ConfigError, DatasetError, closest
from evalscope_pytest.datasets.reader import Reader

from .word_stems import stemmed

FILE = "locomo10.json"
MODES = ["long_context", "oracle_context"]
KINDS = {1: "multi_hop", 2: "temporal", 3: "commonsense", 4: "single_hop", 5: "adversarial"}
PROMPT = (
    "Below is a conversation of two people, {speakers}, over several days. The date stands before each part.\n\n"
    "{history}\n{request}\n\nQuestion: {question}{hint} Short answer:"
)
SHORT = (
    "From the conversation above, answer the question with a short phrase, in the exact words of the conversation if "
    "possible."
)
HINTS = {2: " Answer with an approximate date, by the dates of the conversation."}
HINTS |= {5: " If the conversation does not say, answer 'No information available'."}
_ABSENT = "No information available"
_MACRO = "macro_f1"
_LONGEST = 4000  # characters that are compared
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the|and)\b")
_LEAD = re.compile(r"^[\s*_#>]{0,8}(?:(?:short|final|exact) )?answer[\s*_]{0,4}[:：][\s*_]{0,4}", re.IGNORECASE)
_NOT_SAID = re.compile(
    r"\b(?:not|never|n't|cannot) (?:(?:be|been|explicitly|directly|specifically|clearly|ever|actually|have) ){0,3}"
    r"(?:mention|say|said|stat|specif|discuss|reveal|disclos|indicat|describ|address|answer|determin|tell|told|know|"
    r"provid|available|clear)"
    r"|\b(?:no|any|enough|sufficient) (?:such |relevant |further )?"
    r"(?:information|mention|indication|evidence|details?)\b"
    r"|\b(?:unknown|unanswerable|unspecified|unclear|undisclosed)\b|^(?:none|n/a|nothing)\b"
)
_GUESS = re.compile(r"\b(?:but|however|though|although|probably|likely|perhaps|maybe|possibly|guess|except)\b")


def questions(read: Reader, subset: str, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a record for each question: its conversation, the question, and the conversation's name.

    Raises:
        ConfigError: ``eval_mode`` is wrong, or the subset is not ``qa``.
        DatasetError: The file is not JSON.
    """
    if params["eval_mode"] not in MODES:
        raise ConfigError(f"eval_mode of locomo: {params['eval_mode']!r}. {closest(params['eval_mode'], MODES)}")
    if subset != "qa":
        raise ConfigError(f"subset_list of locomo: {subset!r}. {closest(subset, ['qa'])}")
    (text,) = read(FILE, f"*/{FILE}")
    try:
        dialogues = json.loads(text)
    except ValueError as error:
        raise DatasetError(f"{FILE} is not JSON: {error}. Correct the file.") from error
    for dialogue in dialogues:
        for asked in dialogue["qa"]:
            yield {**asked, "conversation": dialogue["conversation"], "sample_id": dialogue["sample_id"]}


def about(record: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata of a question: what the prompt names, and the kind of question."""
    category, conversation = int(record["category"]), record["conversation"]
    evidence = None if params["eval_mode"] == "long_context" else set(record.get("evidence") or [])
    return {
        "history": history(conversation, evidence),
        "speakers": f"{conversation['speaker_a']} and {conversation['speaker_b']}",
        "request": "From the conversation above, answer the question." if category == 5 else SHORT,
        "hint": HINTS.get(category, ""),
        "kind": KINDS[category],
    }


def answer_of(record: Mapping[str, Any]) -> str:
    return str(record["answer"]) if "answer" in record else _ABSENT


def history(conversation: Mapping[str, Any], evidence: set[str] | None) -> str:
    """Return the dated sessions of a conversation, in order.

    Args:
        evidence: The turns to keep, by their ``dia_id``; sessions without any are left out. None for all.
    """
    parts = []
    for number in sorted(int(name[8:]) for name in conversation if re.fullmatch(r"session_\d{1,6}", name)):
        turns = conversation[f"session_{number}"] or []
        if evidence is not None and not (turns := [turn for turn in turns if turn.get("dia_id") in evidence]):
            continue
        date = conversation.get(f"session_{number}_date_time") or ""
        parts.append(f"DATE: {date}\nCONVERSATION:\n{''.join(map(_turn, turns))}\n")
    return "".join(parts)


def _turn(turn: Mapping[str, Any]) -> str:
    shared = f" and shared {turn['blip_caption']}." if turn.get("blip_caption") else ""
    return f'{turn["speaker"]} said, "{turn["text"]}"{shared}\n\n'


def short_answer() -> Scorer:
    """Judge by LoCoMo's F1 of stemmed words. Metrics: ``f1``, ``macro_f1`` (the mean over kinds), and one of each kind.

    Of a question with several answers, parted by commas, each has the F1 of the nearest part of the reply. What
    precedes a semicolon is the answer to a question of common sense. An adversarial question is answered rightly by any
    words for "it was not said".
    """
    return Scorer("short_answer", ("f1", _MACRO), _score, _ideal_reply, aggregation={_MACRO: "macro_mean"})


def _ideal_reply(sample: Sample) -> str:
    return sample.targets[0].split(";")[0]


def _score(text: str, sample: Sample) -> Score:
    kind, target = sample.metadata["kind"], sample.targets[0]
    reply = _LEAD.sub("", text.strip()[:_LONGEST]).strip()
    if kind == "adversarial":
        value = float(_says_nothing(reply))
    elif kind == "multi_hop":
        wanted = [part for part in target.split(",") if part.strip()]
        given = reply.split(",")[:100]
        value = sum(max(f1(part, one) for part in given) for one in wanted) / len(wanted)
    else:
        value = f1(reply, target.split(";")[0] if kind == "commonsense" else target)
    values = {"f1": value, _MACRO: value, f"{kind}_f1": value}
    return Score.of(values, answer=reply[:200] or None, metadata={"weights": {_MACRO: {kind: 1.0}}})


def _says_nothing(reply: str) -> bool:
    """Return whether a reply holds the official words for an answer that is not there, or others without a guess."""
    lower = " ".join(reply.lower().replace("’", "'").split())
    if "no information available" in lower or "not mentioned" in lower:
        return True
    lower = lower.replace("n't ", " not ").strip(" \"'*_`.")
    return _NOT_SAID.search(lower[:300]) is not None and _GUESS.search(lower[:600]) is None


def f1(reply: str, target: str) -> float:
    """Return the F1 of the stems of two texts, without case, punctuation, articles and "and"."""
    given, wanted = Counter(_stems(reply)), Counter(_stems(target))
    shared = sum((given & wanted).values())
    return 2 * shared / (sum(given.values()) + sum(wanted.values())) if shared else 0.0


def _stems(text: str) -> list[str]:
    plain = unicodedata.normalize("NFD", text).lower().translate(_PUNCTUATION)
    return [stemmed(word) for word in _ARTICLES.sub(" ", plain).split()]
