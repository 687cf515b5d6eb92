"""Prompts: what a template may name of a sample, and the messages made of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..core.content import Content, Part, Text
from ..core.errors import ConfigError
from ..core.listed_options import letters
from ..core.template import parse, render
from ..core.values import Message, Sample
from .definition import Benchmark, FewShot
from .placed_media import around_text, in_place, marked

# What a template calls the question; benchmarks of tagged texts have it as `text`, too.
QUESTION_FIELDS = frozenset({"question", "query", "text"})
SAMPLE_FIELDS = ("question", "query", "choices", "letters", "subset")

DEFAULT_SHOT = "{question}\nANSWER: {target}"
DEFAULT_CHOICE_SHOT = "{question}\n{choices}\nANSWER: {target}"
DEFAULT_SHOTS_HEADER = "Here are some examples with answers:\n\n{fewshot}\n"
BETWEEN_SHOTS = "\n\n"
_NAMED = re.compile(r"\{(\w{1,80})\}")


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
    if "letters" not in fields:
        fields["letters"] = ",".join(letters(len(sample.choices))) if "letters" in names else ""
    fields["choices"] = options(sample, choice) if "choices" in names else ""
    if solved:
        fields["target"] = fields["answer"] = ",".join(sample.targets)
        fields["labels"] = "".join(sample.targets)
        fields["rationale"] = sample.rationale
    return fields


@dataclass(frozen=True, slots=True)
class Exemplars:
    """The exemplars before a question.

    Attributes:
        text: All of them as one text (of `shots.exemplars`, or `release_shots`).
        media: The parts that the marks in it stand for.
    """

    text: str = ""
    media: tuple[tuple[str, Part], ...] = ()


_NONE = Exemplars()


def messages(benchmark: Benchmark, sample: Sample, shots: Exemplars = _NONE) -> tuple[Message, ...]:
    """Return what a sample sends: one user message, after a system message if one is set.

    A sample that is a conversation already is sent as it is: templates and shots do not apply to it, and the system
    prompt only if it brings none.
    """
    system = (Message("system", _system_text(benchmark.system_prompt, sample)),) if benchmark.system_prompt else ()
    if isinstance(sample.input, str):
        text = "\n".join(filter(None, user_texts(benchmark, sample, shots.text)))
        media = (*sample.media, *shots.media)
        return (*system, Message("user", _placed(text, media) if media else text))
    if sample.parts:
        return (*system, Message("user", _with_parts(benchmark, sample, shots)))
    turns = sample.messages
    if sample.media:
        turns = tuple(replace(m, content=in_place(m.content, sample.media)) for m in turns)
    own = any(message.role == "system" for message in turns)
    return turns if own else (*system, *turns)


def _system_text(prompt: str, sample: Sample) -> str:
    """Return a system prompt with what it names of a sample's metadata. All other braces are its own."""
    named = {name: value for name, value in sample.metadata.items() if isinstance(value, str)}
    return _NAMED.sub(lambda found: named.get(found[1], found[0]), prompt) if named else prompt


def _placed(text: str, media: Sequence[tuple[str, Part]]) -> tuple[Part, ...]:
    content = in_place(text, media)
    return (Text(content),) if isinstance(content, str) else content


def _with_parts(benchmark: Benchmark, sample: Sample, shots: Exemplars) -> Content:
    """Return the parts of a question: its text under the template, media before and after it, and within it in place.

    The template's words go around the text from its first to its last piece. Exemplars come before all of it.
    """
    before, inside, after = around_text(sample.parts)
    question, marks = marked(inside)
    if not shots.text:
        text = user_texts(benchmark, replace(sample, input=question))[1]
        inner = _placed(text, (*marks, *sample.media))
        return (*before, *(part for part in inner if part != Text("")), *after)
    (lead, first), (tail, last) = marked(before, "before "), marked(after, "after ")
    shown, text = user_texts(benchmark, replace(sample, input=question), shots.text)
    if text:
        whole = f"{shown}\n{lead}{text}{tail}"
    else:  # the exemplars' template is the whole prompt
        whole = user_texts(benchmark, replace(sample, input=f"{lead}{question}{tail}"), shots.text)[0]
    return _placed(whole, (*first, *marks, *last, *sample.media, *shots.media))


def user_texts(benchmark: Benchmark, sample: Sample, shots: str = "") -> tuple[str, str]:
    """Return the exemplars and the question under their templates; the second is empty if the first holds it."""
    if benchmark.render is not None:
        return benchmark.render(sample), ""
    prompt = template_of(benchmark, sample.subset)
    header = ""
    if shots and benchmark.few_shot:
        header = benchmark.few_shot.prompt or DEFAULT_SHOTS_HEADER
    names = parse(prompt, _where("prompt_template", benchmark)).names
    header_names = parse(header, _where("few_shot_prompt_template", benchmark)).names
    fields = sample_fields(sample, benchmark.choice, (*names, *header_names))
    text = "" if holds_question(header) else render(prompt, fields, _where("prompt_template", benchmark))
    if not header:
        return "", text
    fields["fewshot"] = shots
    return render(header, fields, _where("few_shot_prompt_template", benchmark)), text


def template_of(benchmark: Benchmark, subset: str) -> str:
    """Return the template of the user message of a subset's samples."""
    return benchmark.prompts.get(subset) or benchmark.prompt or "{question}"


def holds_question(header: str) -> bool:
    """Return whether a template of shots is the whole prompt, because it holds the question itself."""
    return not QUESTION_FIELDS.isdisjoint(parse(header).names)


def shot_text(benchmark: Benchmark, sample: Sample) -> str:
    """Return a sample as an exemplar, with its answer."""
    few_shot = benchmark.few_shot or FewShot(0)
    template = few_shot.shot or (DEFAULT_CHOICE_SHOT if sample.choices else DEFAULT_SHOT)
    where = _where("query_template", benchmark)
    fields = sample_fields(sample, few_shot.choice or benchmark.choice, parse(template, where).names, solved=True)
    return render(template, fields, where)


def release_shots(text: str, num: int, where: str) -> str:
    """Return the introduction and the first ``num`` exemplars of a ready text in a data release.

    Parts are separated by blank lines. The exemplars begin with ``Q:``, the text before them is the introduction;
    the text above a line of dashes is a notice to people (a canary) and is left out.

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
        raise ConfigError(f"few_shot_num: {num}, but {where} holds {len(exemplars)}. Use at most that many.")
    return BETWEEN_SHOTS.join([*introduction, *exemplars[:num]])


def _where(option: str, benchmark: Benchmark) -> str:
    return f"{option} of {benchmark.name!r}"
