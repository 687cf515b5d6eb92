"""What is fuzzed: functions that read text of models, services, datasets and users. Each checks its own promises."""

from __future__ import annotations

import contextlib
import html
import inspect
import io
import json
import tempfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from evalscope_pytest import scoring
from evalscope_pytest.config.text import parse_mapping, parse_yaml
from evalscope_pytest.core.canonical import dumps, joined
from evalscope_pytest.core.errors import ConfigError, DatasetError, ModelError
from evalscope_pytest.core.secret import mask_keys, redact
from evalscope_pytest.core.values import Call, Message, ModelOutput, Sample, SampleResult, Score
from evalscope_pytest.datasets.files import _read_csv, _read_json, _read_json_lines
from evalscope_pytest.datasets.layout import glob_matches, read_configs
from evalscope_pytest.report.html import templates
from evalscope_pytest.report.table import grid, visible
from evalscope_pytest.scoring.compare.math_equal import same
from evalscope_pytest.scoring.filters import Filters
from evalscope_pytest.scoring.patterns import pattern
from evalscope_pytest.scoring.read.boxes import boxes
from evalscope_pytest.scoring.read.choice import read_choice
from evalscope_pytest.scoring.read.math_text import read_math
from evalscope_pytest.scoring.read.options import listed, options
from evalscope_pytest.scoring.read.phrase import read_phrase
from evalscope_pytest.scoring.read.visible import fold
from evalscope_pytest.scoring.read.visible import visible as shown
from evalscope_pytest.store.journal import encode_line, entries, split_line
from evalscope_pytest.store.layout import WorkDir, record_names, safe_name
from evalscope_pytest.store.rows import calls_of, documents, encode, header_of
from evalscope_pytest.suites.instruction.ifeval.registry import INSTRUCTIONS
from evalscope_pytest.suites.instruction.ifeval.scorer import ifeval
from evalscope_pytest.suites.reasoning.bbh import bbh_answer
from evalscope_pytest.wire.errors import complaint, json_object
from evalscope_pytest.wire.sse import EventParser

FOUR = options(("alpha", "the second", "7", "not B"))
CHOICES = ("alpha", "the second", "7", "not B")
KWARGS: dict[str, Any] = {
    "num_sections": 3, "section_spliter": "Section", "num_bullets": 3, "num_highlights": 2, "num_placeholders": 2,
    "postscript_marker": "P.P.S", "keywords": ["word", "a a"], "keyword": "aa", "relation": "at least", "frequency": 2,
    "forbidden_words": ["aaa", "b-c"], "letter": "a", "let_frequency": 3, "let_relation": "less than", "language": "en",
    "num_words": 3, "num_sentences": 3, "num_paragraphs": 3, "nth_paragraph": 1, "first_word": "x",
    "capital_frequency": 3, "capital_relation": "at least", "prompt_to_repeat": "a", "end_phrase": "x",
}  # fmt: skip
# Language detection is a library's, and samples: it is slow under instrumentation, and bounded by its own test.
FOLLOWED = [name for name in INSTRUCTIONS if not name.startswith(("language:", "change_case:english"))]
SCORED = [
    (scoring.choice_answer(), Sample("Q", "A", CHOICES)),
    (scoring.choice_answer(multiple=True), Sample("Q", "AC", CHOICES)),
    (scoring.multi_choice_accuracy(), Sample("Q", "AC", CHOICES)),
    (scoring.math_answer(), Sample("Find all x", ("\\frac{1}{2}", "1,2", "x+1"))),
    (scoring.aime_answer(), Sample("Q", "042")),
    (scoring.exact_match(inclusion=True), Sample("Q", "aa b")),
    (scoring.includes(), Sample("Q", ("aa", "b-"))),
    (bbh_answer(), Sample("Q", "valid")),
    (bbh_answer(), Sample("Q\n(A) x\n(B) y", "(B)")),
    (bbh_answer(), Sample("Q", "] )")),
    (bbh_answer(), Sample("Q", "12")),
    (scoring.similarity(), Sample("Q", ("the answer is a", "好的 答案"))),
    (
        ifeval(),
        Sample("Q", metadata={"instruction_id_list": FOLLOWED, "kwargs": [KWARGS] * len(FOLLOWED)}),
    ),
]  # fmt: skip
FILTERS = Filters.of({"remove_until": "x", "extract": r"(\w+)\s*$|is (.+)", "take_first": True})


def extract(text: str) -> None:
    """Every extractor takes any text, and its result is text of the reply's own."""
    assert shown(shown(text)) is not None
    assert len(fold(text)) == len(text)
    for multiple in (False, True):
        chosen = read_choice(text, FOUR, multiple=multiple)
        assert chosen is None or (set(chosen) <= set("ABCD") and (multiple or len(chosen) == 1))
    answer = read_math(text)
    assert answer is None or 0 < len(answer) <= 2 * len(text)
    assert all(read_phrase(text))
    assert all(0 <= box.start < box.end <= len(text) for box in boxes(text))
    listed(text)


def score(text: str) -> None:
    """Every scorer judges any reply, with finite numbers from 0 to 1."""
    for scorer, sample in SCORED:
        verdict = scorer.score(text, sample)
        if inspect.isawaitable(verdict):
            verdict.close()  # type: ignore[union-attr]  # computer algebra, in a process of its own
            continue
        assert isinstance(verdict, Score)
        assert all(0 <= value <= 1 for value in verdict.values.values()), verdict


def compare(text: str) -> None:
    """Any two answers can be compared, and an answer equals itself or is left to computer algebra."""
    gold, _, answer = text.partition("|")
    same(gold, answer, "find all percent")
    same("\\frac{3}{4}", answer)
    assert same(gold, gold) is not False or not gold.strip()


def filtered(text: str) -> None:
    """Filters take any reply; a user's expression compiles or is refused."""
    source, _, reply = text.partition("|")
    assert isinstance(FILTERS.apply(text), str)
    try:
        compiled = pattern(source)
    except ConfigError:
        return
    compiled.captured(reply)


def masked(text: str) -> None:
    """What leaves the process is printable after masking, and masking twice changes nothing."""
    once = redact(text)
    once.encode()
    assert redact(once) == once
    mask_keys(text)
    assert visible(text).isprintable() or not visible(text)
    grid(["a"], [[text]], [True])


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)


def rendered(text: str) -> None:
    """Text in the report is text: no tag comes of it."""
    escaped = templates().from_string("{{ text }}").render(text=text)
    parser = _Tags()
    shown = "<p title='{{ text }}'>{{ text }}</p><pre>{{ text | shortened }}</pre>{{ text | one_line }}"
    parser.feed(templates().from_string(shown).render(text=text))
    parser.close()
    assert parser.tags == {"p", "pre"}, parser.tags
    assert text.isprintable() is False or html.unescape(escaped) == text


def recorded(text: str) -> None:
    """What is recorded is ASCII, strict JSON, and reads back as it was."""
    question, _, reply = joined(text).partition("|")
    call = Call((Message("user", question),), ModelOutput(reply, reasoning=question, model=f"m{text[:9]}"))
    sample = Sample(question, (reply, question), metadata={question: [reply, 1e999]}, id=text[:5])
    verdict = Score(accuracy=1, answer=reply, explanation=question, metadata={reply: question})
    result = SampleResult("b", text[:7], 0, 0, 0, "k" * 32, "r" * 32, sample, (call,), verdict)
    line = encode_line(header_of(result), *documents(result, "m"))
    header, prediction, review = split_line(line)
    strict = {"parse_constant": lambda name: 1 / 0}
    json.loads(header, **strict)
    json.loads(review, **strict)
    assert calls_of(json.loads(prediction, **strict)) == (call,)
    with tempfile.NamedTemporaryFile() as file:
        file.write(line + text.encode("utf-8", "surrogatepass") + b"\n" + line + line[: len(line) // 2])
        file.flush()
        assert len([entry for entry in entries(Path(file.name)) if entry.row.key == "k" * 32]) >= 2


def journal(text: str) -> None:
    """A journal of any bytes is read."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(text.encode("utf-8", "surrogatepass"))
        file.flush()
        for _ in entries(Path(file.name)):
            pass


def named(text: str) -> None:
    """Names of models and subsets make files inside the work_dir, each its own."""
    first, _, second = text.partition("|")
    names = [safe_name(first), safe_name(second)]
    assert first == second or names[0] != names[1]
    for name in names:
        assert name not in ("", ".", "..")
        assert not set('/\\:*?"<>|\0') & set(name)
        assert len(name.encode()) <= 120
        assert safe_name(name) == name or "~" in name
    WorkDir(Path("/w")).report_file(first, second)
    pairs = {(first, second), (second, first), (first, ""), ("", first), (first + "_" + second, "")}
    assert len({name.casefold() for name in record_names(pairs).values()}) == len(pairs)


def configured(text: str) -> None:
    """Configuration in any form is read or refused."""
    for read in (parse_yaml, parse_mapping):
        with contextlib.suppress(ValueError, RecursionError):
            dumps(encode(read(text)))


def data(text: str) -> None:
    """Records in any format are read or refused."""
    raw = text.encode("utf-8", "surrogatepass")
    for read in (_read_json, _read_json_lines, _read_csv):
        with contextlib.suppress(DatasetError, RecursionError):
            for record in read(io.BytesIO(raw), Path("x")):
                assert isinstance(record, dict)
    with contextlib.suppress(DatasetError):
        read_configs(f"---\nconfigs:\n{text}\n---\n", "x")
    path, _, glob = text[:200].partition("|")
    glob_matches(path, glob)


def served(text: str) -> None:
    """What a service sends is read, or is an error of the model."""
    raw = text.encode("utf-8", "surrogatepass")
    complaint(raw)
    parser = EventParser()
    half = len(raw) // 2
    events = [*parser.feed(raw[:half]), *parser.feed(raw[half:])]
    for event in (raw, *events):
        with contextlib.suppress(ModelError):
            json_object(event, "http://x/")


TARGETS: tuple[Callable[[str], None], ...] = (
    extract, score, compare, filtered, masked, rendered, recorded, journal, named, configured, data, served,
)  # fmt: skip

score("warm up: 好的")  # libraries and dictionaries are loaded before anything is timed
