"""The answers of a benchmark on the page: wrong ones, some right ones, and a filter that needs no script."""

from __future__ import annotations

from collections.abc import Sequence

from .markup import Words, html_text, one_line, pre
from .wrong import NONE_WRONG, RIGHT, WrongSample, WrongSamples

MOST_SUBSETS = 100
_KINDS = (("w", "wrong"), ("p", "partly right"), ("e", "no answer read"))
# A radio button before the list hides what it does not choose. Its label is the button that is seen: a line may break
# between the two.
FILTER_STYLE = """.answers>input{position:absolute;opacity:0}
.answers>label{display:inline-block;margin:.15rem 0;padding:0 .6rem;border:1px solid var(--line);border-radius:1rem;
max-width:100%;overflow-wrap:anywhere;font-size:.88rem;cursor:pointer}
.answers>input:checked+label{background:var(--ink);border-color:var(--ink);color:var(--card)}
.answers>input:focus-visible+label{outline:2px solid var(--bar);outline-offset:1px}
""" + "".join(
    f"input.{kind}:checked~.list details:not(.{kind}){{display:none}}\n"
    for kind in (*(kind for kind, _ in _KINDS), *(f"s{number}" for number in range(MOST_SUBSETS)))
)


def answers(key: str, wrong: WrongSamples, right: WrongSamples, folder: str, say: Words) -> str:
    """Return the lists of wrong and of right answers, and the filter over both.

    Args:
        key: Makes the names of the filter's buttons unique on the page.
        folder: The records that hold all samples; empty for none.
    """
    samples = [*wrong.shown, *right.shown]
    if not samples and not wrong.total and not right.total:
        return ""
    subsets = list(dict.fromkeys(sample.subset for sample in samples))[:MOST_SUBSETS]
    classes = {subset: f"s{number}" for number, subset in enumerate(subsets)}
    buttons = _kind_buttons(f"k{key}", samples, say) + _subset_buttons(f"s{key}", classes, say)
    lists = _list("Wrong answers", wrong, classes, folder, say) + _list("Right answers", right, classes, folder, say)
    return f'<div class="answers">\n{buttons}<div class="list">\n{lists}</div></div>\n'


def _kinds(sample: WrongSample) -> list[str]:
    if sample.value >= RIGHT:
        return [] if sample.answer else ["e"]
    return ["p" if sample.value > 0 else "w", *([] if sample.answer else ["e"])]


def _kind_buttons(name: str, samples: Sequence[WrongSample], say: Words) -> str:
    there = {kind for sample in samples for kind in _kinds(sample)}
    chosen = [(kind, say(label)) for kind, label in _KINDS if kind in there]
    some_lack_it = any(kind not in _kinds(sample) for kind, _ in chosen for sample in samples)
    return _buttons(name, say("all"), chosen, say) if some_lack_it else ""


def _subset_buttons(name: str, classes: dict[str, str], say: Words) -> str:
    chosen = [(css, subset) for subset, css in classes.items()]
    return _buttons(name, say("all subsets"), chosen, say) if len(chosen) > 1 else ""


def _buttons(name: str, every: str, chosen: Sequence[tuple[str, str]], say: Words) -> str:
    parts = [
        f'<input type="radio" name="{name}" id="{name}{css}" class="{css}"{" checked" * (css == "")}>'
        f'<label for="{name}{css}">{html_text(label)}</label>\n'
        for css, label in [("", every), *chosen]
    ]
    return f'<span class="dim">{say("Show")}</span>\n{"".join(parts)}<br>\n'


def _list(title: str, samples: WrongSamples, classes: dict[str, str], folder: str, say: Words) -> str:
    if samples == NONE_WRONG:
        return ""
    more = ""
    if len(samples.shown) < samples.total:
        link = f" · {say('all of them')}: {html_text(folder)}" if folder else ""
        more = f'<span class="dim">{len(samples.shown)} {say("shown")}{link}</span>'
    blocks = "".join(_sample(sample, classes.get(sample.subset, ""), say) for sample in samples.shown)
    return f"<h3>{say(title)} ({samples.total:,}){more}</h3>\n{blocks}"


def _sample(sample: WrongSample, subset: str, say: Words) -> str:
    parts = [(say("Prompt"), sample.prompt), (say("Reply"), sample.reply), (say("Expected"), sample.target)]
    if sample.explanation:
        parts.append((say("Why {score}").format(score=f"{sample.value:g}"), sample.explanation))
    body = "".join(f"<dt>{title}</dt><dd>{pre(text)}</dd>" for title, text in parts)
    verdict = f"{one_line(sample.answer or say('no answer'))} · {say('expected')} {one_line(sample.target or '–')}"
    css = " ".join(filter(None, [*_kinds(sample), subset]))
    return (
        f'<details class="{css}"><summary>{html_text(sample.id)}<span class="dim">{verdict}</span></summary>\n'
        f"<dl>{body}</dl></details>\n"
    )
