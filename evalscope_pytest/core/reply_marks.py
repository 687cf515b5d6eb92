"""Marks that models and chat templates leave in a reply: around thinking, and at the end of a turn.

This is the one list of them. The clients in ``models`` split a reply by it, and the readers in ``scoring`` see no more
of a reply than `without_marks` leaves, so both agree on what is thinking.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_NAMES = (
    r"(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflect(?:ion)?|scratch_?pad|analysis|(?:internal|inner)_monologue"
    r"|chain_of_thought)"
)
# `<think>`, `<seed:think>`, `<think time="3">`; `◁think▷`; `[THINK]`; `<|begin_of_thought|>`; Gemma's channels.
_TAG = re.compile(
    rf"</?(?:(?!no_)[a-z]{{1,12}}[:_])?{_NAMES}(?: [^<>\n]{{0,80}})?>|◁/?think(?:ing)?▷|\[/?{_NAMES}\]"
    rf"|<\|(?:/|(?:begin|start|end)_(?:of_)?)?{_NAMES}\|>"
    r"|<unused94>(?:thought)?|<unused95>|<\|channel>thought|<channel\|>",
    re.IGNORECASE,
)
_OTHER_KINDS = ("reason", "reflect", "scratch", "analysis", "monologue")

# gpt-oss writes channels; if the service drops the special tokens, only their names are left.
_CHANNEL = re.compile(
    r"(?:<\|start\|>assistant)?<\|channel\|>\s?(?P<name>[a-z]{1,20})[^<]{0,80}(?:<\|constrain\|>[^<]{0,40})?<\|message\|>"
)
_BARE_ANALYSIS = re.compile(r"\s{0,8}analysis(?=[A-Z\u4e00-\u9fff])")
_BARE_FINAL = "assistantfinal"
_MESSAGE_END = re.compile(r"<\|(?:end|return|call|start)\|>")

_END = re.compile(
    r"(?:<\|[/A-Za-z_][\w ./-]{0,40}\|>|<｜[^<>｜\n]{1,40}｜>|</s>"
    r"|<(?:eos|eot|eod|eom|pad|end_of_turn|end_of_utterance|unk)>|<\|?(?:im_end|eot_id|endoftext)\|?>|\[(?:EOS|EOT|PAD|/INST|END_OF_TEXT|END_OF_TURN)\])\Z"
)
_LONGEST_END = 64
_MOST_ENDS = 64
# A model that runs on writes the next turn of the conversation itself.
_NEXT_TURN = re.compile(
    r"(?:<\|(?:im_end|eot_id|eom_id|endoftext|end_of_text|end|return)\|>|<end_of_turn>|</s>|<｜[^<>｜\n]{1,40}｜>)"
    r"\s{0,4}(?:<\|(?:im_start|start_header_id|user|start|begin_of_text)\|>|<start_of_turn>|\[INST\]|<｜User｜>)"
)
_BEGIN = re.compile(
    r"\s{0,8}(?:<s>|<bos>|<\|begin_of_text\|>|<\|begin_of_solution\|>|<\|START_RESPONSE\|>|<\|assistant\|>"
    r"|<\|im_start\|>assistant\s|<start_of_turn>model\s"
    r"|<\|start_header_id\|>assistant<\|end_header_id\|>|<｜Assistant｜>)",
    re.IGNORECASE,
)

_QUOTES = "\"'`“”‘’「」『』"
_QUOTED = frozenset(_QUOTES)
_SENTENCE_ENDS = ".!?。！？:：;；>▷]"
_NAMING = re.compile(
    rf"[{_QUOTES}]?[ -]?(?:(?:tag|block|section|part|element|marker|token|bloc|bloque|balise|etiqueta)s?(?![a-z])"
    r"|[ ](?:is|was|isn't|wasn't) (?:an?|the|not|just|only|merely)(?![a-z])|标签|标记|标识|块|部分|タグ|ブロック)",
    re.IGNORECASE,
)
_FINAL_TAG = re.compile(r"<(?:final_)?(?:answer|response|output|solution)>", re.IGNORECASE)


class Tag(NamedTuple):
    """A tag around thinking.

    Attributes:
        kind: Tags of one kind open and close each other: ``<think>`` and ``</thinking>`` do.
    """

    start: int
    end: int
    closes: bool
    kind: str


class Parts(NamedTuple):
    """A reply in two parts."""

    reasoning: str
    text: str


def without_marks(reply: str) -> str:
    """Return the answer in a reply: without thinking, and without the tokens that begin and end a turn.

    Removed are closed blocks, all that follows one that is never closed, and all that precedes a closing tag whose
    opening tag was in the prompt. A tag that a sentence merely names stays where it is.
    """
    parts = channels(reply)
    return without_tokens(_without_thinking(parts.text if parts else reply))


def without_tokens(text: str) -> str:
    """Return ``text`` without the special tokens at its beginning and end, and without a next turn behind it."""
    if "<" not in text and not text.rstrip().endswith("]"):
        return text
    if turn := _NEXT_TURN.search(text):
        text = text[: turn.start()]
    end = len(text)
    for _ in range(_MOST_ENDS):
        bare = len(text[max(0, end - 200) : end].rstrip()) + max(0, end - 200)
        token = _END.search(text[max(0, bare - _LONGEST_END) : bare])
        if token is None:
            break
        end = bare - len(token.group())
    text = text if end == len(text) else text[:end].rstrip()
    while (begin := _BEGIN.match(text)) and not (begin.group().endswith("<s>") and "</s>" in text):
        text = text[begin.end() :]
    return text


def channels(reply: str) -> Parts | None:
    """Return the parts of a reply in harmony's channels, None when it has no channels.

    The answer is in the last ``final`` channel; without one the reply was cut off while thinking, and has none.
    """
    if "<|channel|>" not in reply:
        return _bare_channels(reply)
    found = list(_CHANNEL.finditer(reply))
    if not found:
        return None
    ends = [here.start() for here in found[1:]] + [len(reply)]
    spans = [
        (here.group("name"), here.end(), _message_end(reply, here.end(), end))
        for here, end in zip(found, ends, strict=True)
    ]
    thoughts = [reply[begin:end].strip() for name, begin, end in spans if name != "final"]
    final = next((reply[begin:end] for name, begin, end in reversed(spans) if name == "final"), None)
    return Parts("\n".join(thoughts).strip(), reply[: found[0].start()] if final is None else final)


def _message_end(reply: str, begin: int, latest: int) -> int:
    end = _MESSAGE_END.search(reply, begin, latest)
    return end.start() if end else latest


def _bare_channels(reply: str) -> Parts | None:
    start = _BARE_ANALYSIS.match(reply)
    if start is None:
        return None
    thought, final, text = reply[start.end() :].rpartition(_BARE_FINAL)
    return Parts(thought.strip(), text) if final else Parts(text.strip(), "")


def tags(text: str, start: int = 0) -> Iterator[Tag]:
    """Yield the tags of thinking from ``start`` on, those that a sentence names left out."""
    for match in _TAG.finditer(text, start):
        tag = _tag(match)
        if not _quoted(text, tag):
            yield tag


def opening_at(text: str, start: int) -> Tag | None:
    """Return the tag at ``start`` that opens a block, None when there is none."""
    match = _TAG.match(text, start)
    tag = _tag(match) if match else None
    return None if tag is None or tag.closes else tag


def closing_of(text: str, tag: Tag) -> tuple[int, int] | None:
    """Return the end of the block that ``tag`` opens, and the start of the text behind it; None if it has no end."""
    for other in tags(text, tag.end):
        if other.closes and other.kind == tag.kind:
            return other.start, other.end
    final = _final_behind(text, tag)
    return None if final is None else (final, final)


def _final_behind(text: str, tag: Tag) -> int | None:
    """Return where an answer's tag ends a block without a closing tag ("<reasoning> ... <answer>"), if one does."""
    final = None if tag.kind == "think" else _FINAL_TAG.search(text, tag.end)
    return final.start() if final else None


def first_closing(text: str) -> tuple[int, int] | None:
    """Return start and end of the first closing tag that no sentence names: it ends a block that the prompt opened."""
    return next(((tag.start, tag.end) for tag in tags(text) if tag.closes and not _stays(text, tag)), None)


def heading(text: str, tag: Tag) -> bool:
    """Return whether a tag without a partner is a heading ("[Reasoning]"); ``[THINK]`` is none."""
    return text[tag.start] == "[" and tag.kind != "think"


def named(text: str, tag: Tag) -> bool:
    """Return whether a sentence names the tag ("I used a <think> block"): for a tag without its partner."""
    line = text[max(0, tag.start - 80) : tag.start].rpartition("\n")[2]
    before, after = line.rstrip(), text[tag.end : tag.end + 24]
    if not before.strip("*#>-_ "):
        return False
    if _NAMING.match(after):
        return True
    apart = line[-1:].isspace() or line[-1] in _QUOTES + "(（"
    goes_on = re.match(r"[ ](?![A-Z\n])|[.,;:!?)，。、；]|$", after[1:] if after[:1] in _QUOTES else after)
    return apart and before[-1] not in _SENTENCE_ENDS and goes_on is not None and bool(after.strip() or tag.closes)


def _without_thinking(text: str) -> str:
    found = list(tags(text))
    if not found:
        return text
    last = {tag.kind: tag.start for tag in found if tag.closes}
    kept: list[tuple[int, int]] = []
    unopened: list[Tag] = []
    position = 0
    inside: str | None = None
    for tag in found:
        if inside is not None:
            if tag.closes and tag.kind == inside:
                position, inside = tag.end, None
        elif tag.start < position:
            continue
        elif tag.closes:
            unopened.append(tag)
        elif last.get(tag.kind, -1) > tag.start:
            kept.append((position, tag.start))
            inside = tag.kind
        elif not _stays(text, tag):
            kept.append((position, tag.start))
            final = _final_behind(text, tag)
            position = len(text) if final is None else final
    kept.append((position, len(text)))
    begin = next((tag.end for tag in reversed(unopened) if not _stays(text, tag)), 0)
    return "".join(text[max(start, begin) : end] for start, end in kept if end > begin)


def _stays(text: str, tag: Tag) -> bool:
    """Return whether a tag without its partner is text: named in a sentence, or a heading."""
    return heading(text, tag) or named(text, tag)


def _tag(match: re.Match[str]) -> Tag:
    return Tag(match.start(), match.end(), *_read(match.group()))


@lru_cache(256)
def _read(tag: str) -> tuple[bool, str]:
    """Return whether a tag closes a block, and its kind."""
    name = tag.lower().partition(" ")[0]
    closes = name[1:2] == "/" or name.startswith(("<|/", "<|end")) or name in ("<unused95>", "<channel|>")
    other = next((kind for kind in _OTHER_KINDS if kind in name), "think")
    return closes, "think" if "think" in name or "thought" in name else other


def _quoted(text: str, tag: Tag) -> bool:
    """Return whether a tag is between quotes: then it is only mentioned, with or without a partner."""
    before = text[max(0, tag.start - 2) : tag.start]
    return before[-1:] in _QUOTED and before != "``" and text[tag.end : tag.end + 1] in _QUOTED
