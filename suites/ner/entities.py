"""Named entities: tagged text is laid over the tokens of the original, and compared span by span.

Micro averages over a subset, as seqeval gives them: a sample's precision counts as often as it has predicted entities,
its recall as often as it has true ones, F1 as often as both together, accuracy as often as it has tokens.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalscope_pytest.core.values import Sample, Score
from evalscope_pytest.scoring.read.visible import visible
from evalscope_pytest.scoring.scorer import Scorer

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z_ -]{0,60})>")
_OPEN, _CLOSE = "<response>", "</response>"
_MOST = 1000  # Entities of a reply that are looked for; the rest are wrong.


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """An entity: the first of its tokens, the one behind its last, and its type."""

    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class Mention:
    """An entity in a reply: its start in the text without blanks and tags, that text, and its tag."""

    start: int
    text: str
    tag: str


def entity_answer() -> Scorer:
    """Judge tagged text. Metrics ``f1``, ``precision``, ``recall``, ``accuracy``.

    The sample's metadata holds ``tokens``, ``ner_tags`` (``B-PER``, ``I-PER``, ``O``) and ``tags``, the name of the
    tag of each type, which is in capitals. An entity whose text is not in the original is a wrong one.
    """
    return Scorer("entity_answer", ("f1", "precision", "recall", "accuracy"), _score)


def _score(text: str, sample: Sample) -> Score:
    tokens, tags = sample.metadata["tokens"], sample.metadata["tags"]
    names = {name.lower(): kind for kind, name in tags.items()}
    gold = {span for span in spans_of(sample.metadata["ner_tags"]) if span.type in tags}
    mentions = read_mentions(text)
    found = place(mentions, tokens, names)
    right, given, true = len(gold.intersection(found)), len(mentions), len(gold)
    neither = float(not given and not true)
    same_tags = sum(map(str.__eq__, _tags_of(found, len(tokens)), _tags_of(gold, len(tokens))))
    return Score(
        f1=2 * right / (given + true) if given + true else neither,
        precision=right / given if given else neither,
        recall=right / true if true else neither,
        accuracy=same_tags / len(tokens) if tokens else 1.0,
        answer="; ".join(f"{span.type} {' '.join(tokens[span.start : span.end])}" for span in sorted(found)) or None,
        metadata={"weights": {"f1": given + true, "precision": given, "recall": true, "accuracy": len(tokens)}},
    )


def spans_of(ner_tags: Sequence[str]) -> list[Span]:
    """Return the entities of BIO tags; an ``I`` without a beginning begins one, as in conlleval."""
    found: list[Span] = []
    for at, tag in enumerate(ner_tags):
        mark, _, kind = tag.partition("-")
        kind = kind.upper()
        if mark == "I" and found and found[-1].end == at and found[-1].type == kind:
            found[-1] = Span(found[-1].start, at + 1, kind)
        elif mark in ("B", "I"):
            found.append(Span(at, at + 1, kind))
    return found


def tagged(tokens: Sequence[str], ner_tags: Sequence[str], tags: Mapping[str, str]) -> str:
    """Return the ideal reply: the tokens joined by blanks, with the entities between tags."""
    pieces = list(tokens)
    for span in spans_of(ner_tags):
        if name := tags.get(span.type):
            pieces[span.start] = f"<{name}>{pieces[span.start]}"
            pieces[span.end - 1] += f"</{name}>"
    return f"{_OPEN}{' '.join(pieces)}{_CLOSE}"


def read_mentions(text: str) -> list[Mention]:
    """Return the entities of a reply in order. One that is not closed ends at the next tag."""
    reply = visible(text)
    begin = reply.rfind(_OPEN)
    if begin >= 0:
        reply = reply[begin + len(_OPEN) :].partition(_CLOSE)[0]
    found: list[Mention] = []
    offset = last = 0
    tag = ""
    for mark in _TAG.finditer(reply):
        piece = "".join(reply[last : mark.start()].split())
        if tag and piece:
            found.append(Mention(offset, piece, tag))
        offset, last = offset + len(piece), mark.end()
        tag = "" if mark.group(1) else mark.group(2).lower()
    if tag and (piece := "".join(reply[last:].split())):
        found.append(Mention(offset, piece, tag))
    return found


def place(mentions: Sequence[Mention], tokens: Sequence[str], types: Mapping[str, str]) -> set[Span]:
    """Return the tokens each mention covers: of its places in the original, the one nearest to its place in the reply.

    Args:
        types: The type of each tag; any other tag is its type.
    """
    squeezed = ["".join(token.split()) for token in tokens]
    text = "".join(squeezed)
    token_at = [token for token, word in enumerate(squeezed) for _ in word]
    taken = [False] * len(tokens)
    found: set[Span] = set()
    for mention in mentions[:_MOST]:
        start = _nearest(text, mention)
        if start is None:
            continue
        first, last = token_at[start], token_at[start + len(mention.text) - 1]
        if not any(taken[first : last + 1]):
            taken[first : last + 1] = [True] * (last + 1 - first)
            found.add(Span(first, last + 1, types.get(mention.tag, mention.tag)))
    return found


def _nearest(text: str, mention: Mention) -> int | None:
    after = text.find(mention.text, mention.start)
    before = text.rfind(mention.text, 0, mention.start + len(mention.text))
    found = [start for start in (after, before) if start >= 0]
    return min(found, key=lambda start: abs(start - mention.start), default=None)


def _tags_of(spans: set[Span], length: int) -> list[str]:
    tags = ["O"] * length
    for span in spans:
        tags[span.start : span.end] = [f"B-{span.type}"] + [f"I-{span.type}"] * (span.end - span.start - 1)
    return tags
