"""Prompts: what a template may name of a sample, and the messages made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..core.content import Content, Text
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


def messages(benchmark: Benchmark, sample: Sample, shots: str = "") -> tuple[Message, ...]:
    """Return what a sample sends: one user message, after a system message if one is set.

    A sample that is a conversation already is sent as it is: templates and shots do not apply to it, and the system
    prompt only if it brings none.

    Args:
        shots: The exemplars as one text (`shot_text` of each, or `release_shots`); empty for none.
    """
    system = (Message("system", _system_text(benchmark.system_prompt, sample)),) if benchmark.system_prompt else ()
    if isinstance(sample.input, str):
        text = user_text(benchmark, sample, shots)
        return (*system, Message("user", _placed(text, sample) if sample.media else text))
    if sample.parts:
        return (*system, Message("user", _with_parts(benchmark, sample, shots)))
    turns = sample.messages
    if sample.media:
        turns = tuple(replace(m, content=in_place(m.content, sample.media)) for m in turns)
    own = any(message.role == "system" for message in turns)
    return turns if own else (*system, *turns)


def _system_text(prompt: str, sample: Sample) -> str:
    """Return a system prompt with what it names of a sample's metadata. All other braces are its own."""
    for name, value in sample.metadata.items():
        if isinstance(value, str) and f"{{{name}}}" in prompt:
            prompt = prompt.replace(f"{{{name}}}", value)
    return prompt


def _placed(text: str, sample: Sample) -> Content:
    content = in_place(text, sample.media)
    return (Text(content),) if isinstance(content, str) else content


def _with_parts(benchmark: Benchmark, sample: Sample, shots: str) -> Content:
    """Return the parts of a question: its text under the template, media before and after it, and within it in place.

    The template's words go around the text from its first to its last piece.
    """
    before, inside, after = around_text(sample.parts)
    question, marks = marked(inside)
    text = user_text(benchmark, replace(sample, input=question), shots)
    middle = in_place(text, (*marks, *sample.media))
    inner = (Text(middle),) if isinstance(middle, str) else middle
    return (*before, *(part for part in inner if part != Text("")), *after)


def user_text(benchmark: Benchmark, sample: Sample, shots: str = "") -> str:
    """Return the text of the user message."""
    prompt = template_of(benchmark, sample.subset)
    header = ""
    if shots and benchmark.few_shot:
        header = benchmark.few_shot.prompt or DEFAULT_SHOTS_HEADER
    names = parse(prompt, _where("prompt_template", benchmark)).names
    header_names = parse(header, _where("few_shot_prompt_template", benchmark)).names
    fields = sample_fields(sample, benchmark.choice, (*names, *header_names))
    text = "" if holds_question(header) else render(prompt, fields, _where("prompt_template", benchmark))
    if not header:
        return text
    fields["fewshot"] = shots
    shown = render(header, fields, _where("few_shot_prompt_template", benchmark))
    return f"{shown}\n{text}" if text else shown


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
