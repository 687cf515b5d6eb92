"""The summary for a CI job, read as a renderer of Markdown reads it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from evalscope_pytest.core.secret import Secret
from evalscope_pytest.report.ci_summary import MAX_BYTES, MAX_TEXT, Ended, ShownSample, ShownSamples, summary
from evalscope_pytest.report.execution import GateResult

RENDERER = MarkdownIt("gfm-like", {"linkify": False}).enable("table")
HOSTILE = [
    "a | b", "`code`", "**bold**", "<img src=x onerror=alert(1)>", "[link](http://host)", "![x](http://host/p.png)",
    "http://host/x", "www.host.org", "@someone", "# heading", "\\", "&amp;", "\x1b[31mred", "$x$", "~~gone~~", "a\nb",
]  # fmt: skip


def gate(name="adding>=0.7", verdict="passed", facts="mean_acc 0.8000 over 10"):
    return GateResult(verdict == "passed", f"{name}: {verdict}, {facts}", name, {"verdict": verdict})


def ended(**fields):
    return Ended(**{"model": "m", "exit_code": 0, **fields})


def samples(*texts):
    return ShownSamples("Wrong samples", (ShownSample("adding[default-0]", "0", tuple(texts)),))


def tokens(text):
    """Return all tokens of a text, those within lines included."""
    return [inner for token in RENDERER.parse(text) for inner in (token, *(token.children or ()))]


def title(text):
    return text.splitlines()[0]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"gates": [gate()]}, "### ✅ Evaluation of m: gate passed"),
        (
            {"gates": [gate(verdict="undecided")], "exit_code": 1},
            "### ❌ Evaluation of m: gate undecided (exit code 1)",
        ),
        (
            {"gates": [gate(), gate(verdict="failed"), gate(verdict="undecided")], "exit_code": 1},
            "### ❌ Evaluation of m: 1 failed, 1 undecided, 1 passed of 3 gates (exit code 1)",
        ),
        ({"exit_code": 4}, "### ❌ Evaluation of m: nothing was evaluated (exit code 4)"),
        (
            {"gates": [gate()], "exit_code": 1},
            "### ❌ Evaluation of m: gate passed (exit code 1)",
        ),  # other tests failed
    ],
)
def test_the_title_says_what_became_of_the_run(fields, expected):
    assert title(summary(ended(**fields))) == expected


def test_a_gate_that_did_not_pass_comes_first():
    text = summary(ended(gates=[gate("a>=0.1"), gate("b>=0.1", "undecided"), gate("c>=0.1", "failed")]))
    assert [line.split(" | ")[0].removeprefix("| ") for line in text.splitlines() if "&gt;=" in line] == [
        "c&gt;=0.1", "b&gt;=0.1", "a&gt;=0.1",
    ]  # fmt: skip


def test_a_comparison_with_a_baseline_is_named_by_its_gate():
    text = "a not shown worse than baseline"
    facts = {"text": text, "verdict": "failed"}
    written = summary(ended(gates=[GateResult(False, f"{text}: failed, 0.1 worse", "baseline a", facts)]))
    assert f"| {text} | ❌ failed | 0.1 worse |" in written


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_others_is_no_markup(text):
    written = summary(
        ended(
            model=text,
            gates=[gate(f"{text}>=0.5", facts=text)],
            notes=[text],
            interrupted=text,
            samples=samples(("Prompt", text), ("Reply", text)),
        )
    )
    found = tokens(written)
    assert not [t.type for t in found if t.type in ("link_open", "image", "s_open", "em_open", "code_inline")]
    assert all(t.content in ("@<!-- -->", "<!-- -->") or "details" in t.content for t in found if "html" in t.type)
    assert sum(t.type == "tr_open" for t in found) == 2
    assert sum(t.type == "td_open" for t in found) == 3
    assert "\x1b" not in written
    assert "@someone" not in written.replace("```text\n@someone", "")  # a block of code mentions nobody


@given(st.text(alphabet="`~ \n\tab|<>#-", max_size=200))
def test_no_reply_ends_its_block(reply):
    blocks = [t for t in tokens(summary(ended(samples=samples(("Reply", reply))))) if t.type == "fence"]
    assert [block.content for block in blocks] == [f"{reply or '(empty)'}\n"]


@given(st.lists(st.text(max_size=40), max_size=4))
def test_each_gate_is_one_row(names):
    gates = [gate(name or "x") for name in names]
    found = tokens(summary(ended(gates=gates)))
    assert sum(t.type == "tr_open" for t in found) == (len(gates) + 1 if gates else 0)
    assert sum(t.type == "td_open" for t in found) == 3 * len(gates)


def test_a_long_reply_is_cut_in_the_middle():
    text = summary(ended(samples=samples(("Reply", "a" * 5000 + "b" * 5000))))
    assert f"[... {10_000 - MAX_TEXT:,} characters ...]" in text
    assert len(text) < 2 * MAX_TEXT


@pytest.mark.parametrize(
    "fields",
    [
        {"samples": samples(*(("Reply", "界" * 1000) for _ in range(500)))},
        {"notes": ["界" * 1000] * 500},
    ],
)
def test_what_a_page_does_not_take_is_left_out(fields):
    text = summary(ended(gates=[gate()], page=Path("out/report.html"), **fields))
    assert len(text.encode()) <= MAX_BYTES
    assert title(text) == "### ✅ Evaluation of m: gate passed"
    assert "out/report.html" in text


def test_keys_are_masked():
    Secret("sk-very-secret-value")
    text = summary(ended(notes=["sk-very-secret-value"], samples=samples(("Reply", "sk-very-secret-value"))))
    assert "very-secret" not in text
