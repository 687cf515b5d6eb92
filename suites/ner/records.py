"""What the benchmarks of named entities share: how they ask, show exemplars and score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evalscope_pytest.benchmarks.definition import FewShot
from evalscope_pytest.core.values import Sample
from evalscope_pytest.datasets.source import Record

from .entities import entity_answer, tagged

PROMPT = (
    "Mark the named entities in the text below. There are these kinds of entities:\n{entities}\n\n"
    "Repeat the text exactly as it stands, each entity between the tags of its kind, as in: "
    "<person>Ada Lovelace</person> was born in <location>London</location>. The tags here are {entity_list}. Mark "
    "every entity, none inside another; where two kinds fit, take the narrower one. Write nothing else, and put all of "
    "it between <response> and </response>.\n\nText:\n{text}\n"
)
SHOTS = "In these texts the entities are marked already:\n\n{fewshot}\n"
SHOT = "Input:\n{text}\n\nOutput:\n{target}"

# Kinds that many benchmarks have.
PER = "PER person: people by name"
ORG = "ORG organization: companies, institutions and other groups that act as one"
LOC = "LOC location: cities, countries, landscapes and other places"
MISC = "MISC miscellaneous: names that are none of the others, of events, works, products or peoples"

CELLS = (
    "PROTEIN protein: proteins, their families and complexes",
    "DNA dna: genes and other stretches of DNA",
    "RNA rna: molecules of RNA",
    "CELL_LINE cell_line: lines of cells that are grown in culture",
    "CELL_TYPE cell_type: kinds of cells that bodies are made of",
)


def entities(*lines: str, shots: int = 5) -> dict[str, Any]:
    """Return the arguments of ``@benchmark`` for records of ``tokens`` and ``ner_tags`` (``B-PER``, ``I-PER``, ``O``).

    Args:
        lines: The kinds of entities, ``"PER person: names of people"``: type in the data, tag, description.
        shots: Exemplars, the first of split ``train``.
    """
    return {"to_sample": tagging(*lines), **asking(shots)}


def asking(shots: int = 5) -> dict[str, Any]:
    """Return what `entities` does, without ``to_sample``."""
    return {
        "prompt": PROMPT,
        "few_shot": FewShot(shots, split="train", shot=SHOT, prompt=SHOTS) if shots else None,
        "scorer": entity_answer(),
        "tags": ["knowledge", "ner"],
    }


def tagging(*lines: str) -> Any:
    """Return the ``to_sample`` of a benchmark with these kinds of entities."""
    kinds = [(name.split(), description) for name, _, description in (line.partition(": ") for line in lines)]
    tags: Mapping[str, str] = {kind.upper(): tag for (kind, tag), _ in kinds}
    shown = {
        "entities": "\n".join(f"- {tag}: {description}" for (_, tag), description in kinds),
        "entity_list": ", ".join(f"<{tag}>" for tag in tags.values()),
        "tags": tags,
    }

    def to_sample(record: Record) -> Sample:
        tokens, ner_tags = list(record["tokens"]), list(record["ner_tags"])
        text = " ".join(tokens)
        metadata = {**shown, "text": text, "tokens": tokens, "ner_tags": ner_tags}
        return Sample(text, tagged(tokens, ner_tags, tags), metadata=metadata)

    return to_sample
