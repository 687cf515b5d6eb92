"""Prompts: templates that are filled in one pass, and the messages made of them.

A template's values are dataset text, and stay text: nothing in them is looked at again, so a question that holds
``{target}`` or ``{0.__class__}`` arrives at the model as it stands in the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..core.errors import ConfigError, closest
from ..core.values import Message, Sample
from ..datasets.sampling import letters
from .definition import Benchmark, FewShot

SAMPLE_FIELDS = ("question", "query", "choices", "letters", "subset")

DEFAULT_SHOT = "{question}\nANSWER: {target}"
DEFAULT_CHOICE_SHOT = "{question}\n{choices}\nANSWER: {target}"
DEFAULT_SHOTS_HEADER = "These questions of the same kind are answered already:\n\n{fewshot}\n"
BETWEEN_SHOTS = "\n\n"

_BRACES = "Write {{ and }} for literal braces."


@dataclass(frozen=True, slots=True)
class Template:
    """A template read once: ``literals[0] field[0] literals[1] field[1] ... literals[-1]``."""

    literals: tuple[str, ...]
    names: tuple[str, ...]


@lru_cache(maxsize=1024)
def parse(text: str, where: str = "the template") -> Template:
    """Read a template: ``{name}`` is a field, ``{{`` and ``}}`` are braces.

    Raises:
        ConfigError: A brace stands alone, or a field has no name.
    """
    literals, names, literal, at = [], [], "", 0
    while (brace := _next_brace(text, at)) >= 0:
        literal += text[at:brace]
        if text[brace : brace + 2] in ("{{", "}}"):
            literal, at = literal + text[brace], brace + 2
            continue
        end = text.find("}", brace)
        name = text[brace + 1 : end]
        if text[brace] == "}" or end < 0 or not name.strip() or "{" in name:
            around = text[max(0, brace - 20) : brace + 20]
            raise ConfigError(f"a single {text[brace]!r} at {around!r} in {where}. {_BRACES}")
        literals.append(literal)
        names.append(name)
        literal, at = "", end + 1
    return Template((*literals, literal + text[at:]), tuple(names))


def _next_brace(text: str, start: int) -> int:
    opening, closing = text.find("{", start), text.find("}", start)
    return max(opening, closing) if min(opening, closing) < 0 else min(opening, closing)


def render(template: str, fields: Mapping[str, str], where: str = "the template") -> str:
    """Return ``template`` with every ``{name}`` replaced by that field's text, which is taken as it is.

    Raises:
        ConfigError: A brace stands alone, or a name is not among ``fields``.
    """
    parsed = parse(template, where)
    pieces = [parsed.literals[0]]
    for name, literal in zip(parsed.names, parsed.literals[1:], strict=True):
        if name not in fields:
            raise unknown_field(name, fields, where)
        pieces += (fields[name], literal)
    return "".join(pieces)


def unknown_field(name: str, known: Iterable[str], where: str) -> ConfigError:
    """Return the error for a name that is no field."""
    return ConfigError(f"unknown field {{{name}}} in {where}. {closest(name, known)} {_BRACES}")


def options(sample: Sample, choice: str) -> str:
    """Return the sample's options, one a line."""
    return "\n".join(
        render(choice, {"letter": letter, "text": text}, "the benchmark's `choice`")
        for letter, text in zip(letters(len(sample.choices)), sample.choices, strict=True)
    )


def sample_fields(sample: Sample, choice: str, names: Sequence[str], *, solved: bool = False) -> dict[str, str]:
    """Return what a template may name of a sample; of the costly ones only those among ``names``.

    Args:
        choice: Template of one option.
        solved: Add the target and the rationale, for an exemplar.
    """
    fields = {key: value for key, value in sample.metadata.items() if isinstance(value, str)}
    fields["question"] = fields["query"] = sample.question
    fields["subset"] = sample.subset
    fields["letters"] = ",".join(letters(len(sample.choices))) if "letters" in names else ""
    fields["choices"] = options(sample, choice) if "choices" in names else ""
    if solved:
        fields["target"] = fields["answer"] = ",".join(sample.targets)
        fields["rationale"] = sample.rationale
    return fields


def messages(benchmark: Benchmark, sample: Sample, shots: str = "") -> tuple[Message, ...]:
    """Return what a sample sends: one user message, after a system message where one is set.

    A sample that is a conversation already is sent as it is: templates and shots do not apply to it, and the system
    prompt only where it brings none.

    Args:
        shots: The exemplars as one text (`shot_text` of each, or `release_shots`); empty for none.
    """
    system = (Message("system", benchmark.system_prompt),) if benchmark.system_prompt else ()
    if not isinstance(sample.input, str):
        own = any(message.role == "system" for message in sample.input)
        return sample.input if own else (*system, *sample.input)
    return (*system, Message("user", user_text(benchmark, sample, shots)))


def user_text(benchmark: Benchmark, sample: Sample, shots: str = "") -> str:
    """Return the text of the user message."""
    prompt = template_of(benchmark, sample.subset)
    header = ""
    if shots and benchmark.few_shot:
        header = benchmark.few_shot.prompt or DEFAULT_SHOTS_HEADER
    names = parse(prompt, _where("prompt_template", benchmark)).names
    header_names = parse(header, _where("few_shot_prompt_template", benchmark)).names
    fields = sample_fields(sample, benchmark.choice, (*names, *header_names))
    asked = "" if asks(header) else render(prompt, fields, _where("prompt_template", benchmark))
    if not header:
        return asked
    fields["fewshot"] = shots
    shown = render(header, fields, _where("few_shot_prompt_template", benchmark))
    return f"{shown}\n{asked}" if asked else shown


def template_of(benchmark: Benchmark, subset: str) -> str:
    """Return the template of the user message of a subset's samples."""
    return benchmark.prompts.get(subset) or benchmark.prompt or "{question}"


def asks(header: str) -> bool:
    """Tell whether a template of shots is the whole prompt, because it holds the question itself."""
    return not {"question", "query"}.isdisjoint(parse(header).names)


def shot_text(benchmark: Benchmark, sample: Sample) -> str:
    """Return a sample as an exemplar, with its answer."""
    few_shot = benchmark.few_shot or FewShot(0)
    template = few_shot.shot or (DEFAULT_CHOICE_SHOT if sample.choices else DEFAULT_SHOT)
    where = _where("query_template", benchmark)
    fields = sample_fields(sample, few_shot.choice or benchmark.choice, parse(template, where).names, solved=True)
    return render(template, fields, where)


def release_shots(text: str, num: int, where: str) -> str:
    """Return the introduction and the first ``num`` exemplars of a ready text in a data release.

    Parts are separated by blank lines. The exemplars begin with ``Q:``, what stands before them is the introduction;
    what stands above a line of dashes is a notice to people (a canary) and is left out.

    Raises:
        ConfigError: The text holds fewer exemplars.
    """
    _, dashes, below = text.partition("\n-----\n")
    introduction: list[str] = []
    exemplars: list[str] = []
    for part in (below if dashes else text).strip().split("\n\n"):
        if part.startswith("Q:"):
            exemplars.append(part)
        elif exemplars:
            exemplars[-1] += "\n\n" + part
        else:
            introduction.append(part)
    if num > len(exemplars):
        raise ConfigError(f"few_shot_num: {num}, but {where} holds {len(exemplars)}. Ask for at most that many.")
    return BETWEEN_SHOTS.join([*introduction, *exemplars[:num]])


def _where(option: str, benchmark: Benchmark) -> str:
    return f"{option} of {benchmark.name!r}"
