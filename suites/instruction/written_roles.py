"""Scoring prompts that are written out for each role: which fragments of information are in which prompt.

The rules are those of PerspectiveGap's scorer (MIT). A fragment is known by the runs of one to three tokens that no
other fragment has, names of roles left out. A prompt has it with 70 % of them, and has too much of it with 30 %.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.core.values import Sample, Score
from evalscope_pytest.scoring import Scorer

from .role_sets import METRICS, Found, figures

Tokens = Callable[[str], list[str]]
_HAS, _HAS_TOO_MUCH = 0.7, 0.3
_LONGEST = 200_000  # Characters of a reply that are read.
_WORD = re.compile(r"[a-z0-9]+")
_LETTER = re.compile(r"[a-zA-Z0-9]")


def written_roles(tokenizer: str = "") -> Scorer:
    """Judge a prompt for each role, below a line ``# ROLE``. Metrics as in `role_sets`.

    Args:
        tokenizer: A file ``tokenizer.json``, whose tokens are compared; without it words are.

    Raises:
        ConfigError: The file is not there, or the library that reads it is not.
    """
    tokens = _tokens_of(tokenizer) if tokenizer else words

    def score(text: str, sample: Sample) -> Score:
        need = {role: set(fragments) for role, fragments in sample.metadata["need"].items()}
        own = distinctive(sample.metadata["fragments"], {word for role in need for word in tokens(role)}, tokens)
        prompts = sections(text[:_LONGEST])
        shares = {role: _shares(own, runs(tokens(prompts.get(role, "")))) for role in need}
        found = Found(
            right={role: {f for f in need[role] if of.get(f, 0.0) >= _HAS} for role, of in shares.items()},
            wrong={role: {f for f in of if of[f] >= _HAS_TOO_MUCH} - need[role] for role, of in shares.items()},
        )
        strict = all(found.right[role] == need[role] and not found.wrong[role] for role in need)
        has = {role: sorted(found.right[role] | found.wrong[role]) for role in need}
        return figures(found, sample, json.dumps(has) if prompts else None, strict=strict)

    return Scorer("written_roles", METRICS, score, _ideal_reply, tokenizer)


def words(text: str) -> list[str]:
    """Return the words and numbers of a text in lower case."""
    return _WORD.findall(text.lower())


def runs(tokens: list[str]) -> set[str]:
    """Return all runs of one, two and three tokens."""
    return {" ".join(tokens[at : at + n]) for n in (1, 2, 3) for at in range(len(tokens) - n + 1)}


def distinctive(fragments: Mapping[str, str], names: set[str], tokens: Tokens) -> dict[str, set[str]]:
    """Return the runs that one fragment alone has, without those made of the names of roles."""
    of = {fragment: runs(tokens(text)) for fragment, text in fragments.items()}
    others = {one: set[str]().union(*(found for other, found in of.items() if other != one)) for one in of}
    return {one: {run for run in of[one] - others[one] if not names.issuperset(run.split(" "))} for one in of}


def sections(text: str) -> dict[str, str]:
    """Return the text below each line ``# ROLE``, by role."""
    found: dict[str, list[str]] = {}
    role = None
    for line in text.split("\n"):
        if line.startswith("# ") and line[2:].strip():
            role = line[2:].rstrip()
            found[role] = []
        elif role is not None:
            found[role].append(line)
    return {role: "\n".join(lines) for role, lines in found.items()}


def _shares(own: Mapping[str, set[str]], given: set[str]) -> dict[str, float]:
    return {one: round(len(found & given) / len(found), 3) if found else 0.0 for one, found in own.items()}


def _ideal_reply(sample: Sample) -> str:
    texts: Any = sample.metadata["fragments"]
    need = sample.metadata["need"].items()
    return "\n\n".join(f"# {role}\n" + "\n".join(texts[one] for one in fragments) for role, fragments in need)


def _tokens_of(file: str) -> Tokens:
    if not Path(file).is_file():
        raise ConfigError(f"tokenizer: {file!r} is not a file. Give the path of a tokenizer.json, or leave it out.")
    if find_spec("tokenizers") is None:
        raise ConfigError("tokenizer: the library 'tokenizers' is not installed. Install it: pip install tokenizers.")
    loaded: list[Any] = []

    def tokens(text: str) -> list[str]:
        if not loaded:
            from tokenizers import Tokenizer

            loaded.append(Tokenizer.from_file(file))
        return [piece.lstrip("Ġ").lower() for piece in loaded[0].encode(text).tokens if _LETTER.search(piece)]

    return tokens
