"""Shared parts of the benchmarks of named entities: prompt, exemplars, scorer, and samples of records."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from evalscope_pytest.benchmarks.definition import FewShot
from evalscope_pytest.core.values import Sample
from evalscope_pytest.datasets.source import Record

from .entities import entity_answer, tagged

PROMPT = (
    "Mark the named entities in the text below. The entity types are:\n{entities}\n\n"
    "Repeat the text exactly, with each entity between the tags of its type, as in: "
    "<person>Ada Lovelace</person> was born in <location>London</location>. The tags are {entity_list}. Mark every "
    "entity, but none inside another; if two types fit, use the more specific one. Write nothing else, and put the "
    "whole text between <response> and </response>.\n\nText:\n{text}\n"
)
SHOTS = "Here are some examples with marked entities:\n\n{fewshot}\n"
SHOT = "Input:\n{text}\n\nOutput:\n{target}"

# Kinds that many benchmarks have.
PER = "PER person: people by name"
ORG = "ORG organization: companies, institutions and other groups that act as one"
LOC = "LOC location: cities, countries, landscapes and other places"
MISC = "MISC miscellaneous: other names, of events, works, products or peoples"

CELLS = (
    "PROTEIN protein: proteins, their families and complexes",
    "DNA dna: genes and other stretches of DNA",
    "RNA rna: molecules of RNA",
    "CELL_LINE cell_line: cell lines grown in culture",
    "CELL_TYPE cell_type: types of cells in an organism",
)


# The arguments of ``@benchmark`` that all of these benchmarks share.
NER: dict[str, Any] = {
    "prompt": PROMPT,
    "few_shot": FewShot(5, split="train", shot=SHOT, prompt=SHOTS),
    "scorer": entity_answer(),
    "tags": ["knowledge", "ner"],
}


def entity_sample(record: Record, *kinds: str) -> Sample:
    """Return the sample of a record of ``tokens`` and ``ner_tags`` (``B-PER``, ``I-PER``, ``O``).

    Args:
        kinds: The kinds of entities, ``"PER person: people by name"``: type in the data, tag, description.
    """
    shown = _shown(kinds)
    tokens, ner_tags = list(record["tokens"]), list(record["ner_tags"])
    text = " ".join(tokens)
    metadata = {**shown, "text": text, "tokens": tokens, "ner_tags": ner_tags}
    return Sample(text, tagged(tokens, ner_tags, shown["tags"]), metadata=metadata)


@lru_cache(maxsize=64)
def _shown(kinds: tuple[str, ...]) -> Mapping[str, Any]:
    """Return what the prompt shows of the kinds, and the tag of each type; made once for all samples."""
    described = [(name.split(), description) for name, _, description in (kind.partition(": ") for kind in kinds)]
    tags = {type_.upper(): tag for (type_, tag), _ in described}
    return {
        "entities": "\n".join(f"- {tag}: {description}" for (_, tag), description in described),
        "entity_list": ", ".join(f"<{tag}>" for tag in tags.values()),
        "tags": tags,
    }
