"""Fault cases 13 to 15 and 31 to 40 of docs/design/reliability.md: models, datasets and users that write what harms."""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from html.parser import HTMLParser
from inspect import isawaitable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from evalscope_pytest import Sample, scoring
from evalscope_pytest.core.errors import DatasetError
from evalscope_pytest.core.text import MAX_TEXT
from evalscope_pytest.datasets.media import fetch
from evalscope_pytest.scoring.compare.math_worker import MathWorker
from evalscope_pytest.scoring.filters import Filters
from evalscope_pytest.scoring.read.choice import read_choice
from evalscope_pytest.scoring.read.math_text import read_math
from evalscope_pytest.scoring.read.options import options
from evalscope_pytest.scoring.read.phrase import read_phrase
from evalscope_pytest.store.layout import record_names, safe_name
from evalscope_pytest.suites.instruction.ifeval.scorer import ifeval
from evalscope_pytest.suites.reasoning.bbh import bbh_answer
from tests.cost import at_most, grows_linearly
from tests.servers import service

LONE, TERMINAL = "\ud800", "\x1b]0;owned\x07\x1b[31m\x9b31m"
HOSTILE = f"{TERMINAL} NUL\x00 line\u2028 right\u202eleft <script>alert(1)</script> {LONE} end"
KEY = "c4nary-Key-0123456789"
HTML = "<img src=x onerror=alert(1)></script><script>document.title='owned'</script><a href='javascript:alert(1)'>x</a>"
CHROMIUM = shutil.which("chromium")


def strict(text: str) -> object:
    """Parse JSON as other tools do: without NaN."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


def test_case_13_ten_megabytes(served):
    served.benchmark(
        count=2,
        options='scorer=Scorer("size", ("size",), lambda text, sample: Score(size=len(text)))',
        before="from evalscope_pytest import Scorer",
    )
    served.server.answer = lambda messages: "x" * 10_000_000 + "9" if messages[-1]["content"][0] == "0" else "short"
    with at_most(20):
        run = served.run()
    long, short = run.rows()
    kept = long["model_output"]["choices"][0]["message"]["content"]
    assert len(kept) <= MAX_TEXT
    assert "[... cut: this text has 10000001 characters, sha256 " in kept
    assert kept.endswith("9")
    assert long["truncated"]
    assert "truncated" not in short
    sizes = [row["sample_score"]["score"]["value"]["size"] for row in run.rows("reviews")]
    assert sizes == [len(kept), 5]
    assert (run.work_dir / "reports" / "report.html").stat().st_size < 40_000


@pytest.mark.parametrize("workers", [0, 2])
def test_case_14_text_that_harms_is_kept_and_never_shown(served, workers):
    body = """
async def test_adding(sample, model):
    out = await model.generate(sample)
    print("printed", out.text)
    first = sample.input.split()[0]
    if first == "0":
        raise RuntimeError("a bug with " + out.text)
    if first == "1":
        pytest.skip("skipped for " + out.text)
    if first == "2":
        assert out.text == "4", out.text
    if first == "3":
        return Score(accuracy=0, answer=out.text, explanation=out.text)
    return out
"""
    after = (
        "def test_ordinary(model):\n    text = model.generate('Hello').text\n    print(text)\n    assert text == 'x'\n"
    )
    served.benchmark(body=body, after=after, options='subsets=["it\\x1b[31m\\u202e"], ')
    served.write("test_adding.py", (served.path / "test_adding.py").read_text().replace(
        'local("adding.jsonl"), to_sample=to_sample, scorer=exact_match(), subsets=["it\\x1b[31m\\u202e"], ',
        'local("adding.jsonl", subsets=["it\\x1b[31m\\u202e"], subset_by=lambda r: "it\\x1b[31m\\u202e"), '
        "to_sample=to_sample, scorer=exact_match()",
    ))  # fmt: skip
    served.server.answer = lambda messages: HOSTILE
    served.server.fault_for = lambda received: (
        service.status(400, f"bad {TERMINAL}") if received.body["messages"][-1]["content"].startswith("5 ") else None
    )
    args = ["-vv", "-rA", "-l", "--eval-show-wrong=5", "--junitxml=j.xml", "--eval-limit=8", "--eval-strict"]
    run = served.spawn(".", *args, "--eval-model=served", *(["-n2"] if workers else []))
    harmful = {c for c in run.out if not c.isprintable() and c != "\n"}
    assert not harmful, run.out
    assert "\\x1b]0;owned" in run.out
    predictions = run.rows()
    assert {row["model_output"]["choices"][0]["message"]["content"] for row in predictions} == {HOSTILE}
    page = (run.work_dir / "reports" / "report.html").read_text()
    assert not {c for c in page if not c.isprintable() and c not in "\n\t"}
    assert "<script" not in page
    cases = {case.get("name") for case in ElementTree.parse(served.path / "j.xml").iter("testcase")}
    assert len(cases) == 9


@pytest.mark.parametrize("value", ["float('nan')", "float('inf')", "10 ** 400", "'x'", "True + 1j", "2.0"])
def test_case_15_a_score_that_is_no_number_is_the_error_of_its_sample(served, value):
    body = f"""
async def test_adding(sample, model):
    await model.generate(sample)
    return Score(accuracy={value} if sample.input[0] == "1" else 1)
"""
    served.benchmark(body=body, count=3)
    run = served.run("--eval-ignore-errors")
    assert run.counts == {"correct": 2, "errors": 1}
    assert "ScoringError: metric 'accuracy' is" in run.out
    for file in run.work_dir.rglob("*.json*"):
        for text in file.read_text().splitlines() if file.suffix == ".jsonl" else [file.read_text()]:
            strict(text)


NAMES = ["../../x", "/etc/passwd", "CON", "con.txt", "NUL ", "a" * 400, "🙂" * 50, "a/b", "a_b", "A_B", "..", ".", "",
         "a\x00b", "~", "~/x", "C:\\x", "x.", "..\\..\\x", "é", "e\u0301", "-rf", "a\nb", "\ud800"]  # fmt: skip


def test_case_31_names_stay_inside_and_apart(served):
    served.benchmark(count=0)
    subsets = [name for name in NAMES if name and "\ud800" not in name]
    rows = [{"question": f"{n} + 1", "answer": str(n + 1), "part": subset} for n, subset in enumerate(subsets)]
    served.write("adding.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    source = (served.path / "test_adding.py").read_text()
    served.write(
        "test_adding.py",
        source.replace('local("adding.jsonl")', f'local("adding.jsonl", subsets={subsets!r}, subset_by="part")'),
    )
    before = set(served.path.parent.iterdir()) | set(served.path.iterdir())
    run = served.run(model="../../../etc/passwd")
    assert run.counts == {"correct": len(subsets)}
    assert run.score() == 1
    assert len(list((run.work_dir / "predictions").glob("*/*.jsonl"))) == len(subsets)
    after = set(served.path.parent.iterdir()) | set(served.path.iterdir())
    assert {path.name for path in after - before} <= {"outputs", "__pycache__", ".pytest_cache"}
    assert len({safe_name(name).casefold() for name in NAMES}) >= len(NAMES) - 1  # two of them differ in case only
    assert len({name.casefold() for name in record_names((a, b) for a in NAMES for b in NAMES).values()}) == 576


def test_case_32_templates_in_data_are_text(served):
    payloads = [
        "{{ cycler.__init__.__globals__.os.system('touch owned') }}",
        "{0.__class__.__mro__} {target} {question} %s %(x)s ${HOME} {{target}}",
        "{% for i in range(10**9) %}x{% endfor %}",
    ]
    served.benchmark(count=0, options='prompt="Q: {question} ({extra})", scorer=exact_match()')
    source = (served.path / "test_adding.py").read_text()
    served.write(
        "test_adding.py", source.replace('target=record["answer"])', 'target=record["answer"], metadata=record)')
    )
    rows = [{"question": text, "answer": "1", "extra": text} for text in payloads]
    served.write("adding.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    served.run()
    asked = {r.body["messages"][-1]["content"] for r in served.server.requests}
    assert asked == {f"Q: {text} ({text})" for text in payloads}
    assert not (served.path / "owned").exists()


class Bomb:
    def __reduce__(self):
        return os.system, ("touch owned",)


def test_case_33_pickles_are_no_records(project):
    project.benchmark(count=0)
    folder = project.path / "adding.jsonl"
    folder.mkdir()
    for name in ("test.pkl", "test.pickle", "test.pt", "test.npy", "test.joblib"):
        (folder / name).write_bytes(pickle.dumps(Bomb()))
    run = project.run()
    assert run.code == 4
    assert "it has no jsonl, json, csv, tsv, parquet or arrow" in run.out
    assert not (project.path / "owned").exists()


TEN = "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(9 * ['*' + chr(97 + i)])}]\n" for i in range(9))
YAML = {
    "object": "model: !!python/object/apply:os.system ['touch owned']",
    "name": "model: !!python/name:os.system",
    "module": "model: !!python/module:os",
    "aliases": "a: &a [x, x]\n" + TEN,
    "merge keys": "a: &a {x: 1}\n" + TEN.replace("[", "{<<: [").replace("]", "]}"),
    "cycle": "a: &a [*a]",
    "nesting": "a: " + "[" * 50_000,
    "number": "limit: " + "9" * 100_000,
    "sixties": "limit: " + "1:" * 50_000 + "1",
    "many values": "datasets:\n" + "- a\n" * 30_000,
    "size": "model: " + "x" * 600_000,
    "keys": "? [a]\n: b",
}


@pytest.mark.parametrize("kind", YAML)
def test_case_34_hostile_yaml_is_refused_at_once(project, kind):
    project.benchmark(count=2)
    project.write("conf.yaml", YAML[kind])
    with at_most(20):
        run = project.run("--eval-task-config=conf.yaml", model="")
    assert run.code == 4
    assert "conf.yaml" in run.out
    assert "Traceback" not in run.out
    assert not (project.path / "owned").exists()


def test_case_34_hostile_json_is_refused_at_once(project):
    project.benchmark(count=2)
    for text in ('{"a":' * 100_000, '{"limit": NaN}', '{"limit": ' + "9" * 100_000 + "}", '{"model": "\ud800"'):
        (project.path / "conf.json").write_bytes(text.encode("utf-8", "surrogatepass"))
        run = project.run("--eval-task-config=conf.json", model="")
        assert run.code == 4
        assert "Traceback" not in run.out


@pytest.mark.parametrize("kind", ["jsonl", "json", "jsonl.gz"])
def test_case_34_hostile_data_is_refused_before_anything_is_asked(served, kind):
    import gzip

    text = {
        "jsonl": b'{"question": ' + b"[" * 100_000,
        "json": b"[" * 100_000,
        "jsonl.gz": gzip.compress(b" " * (80 << 20), 9),
    }[kind]
    served.benchmark(count=0)
    (served.path / "adding.jsonl").mkdir()
    (served.path / "adding.jsonl" / f"test.{kind}").write_bytes(text)
    run = served.run()
    assert run.code == 4
    assert "Traceback" not in run.out
    assert not served.server.requests


def test_case_35_scripts_of_datasets_are_not_run(project):
    project.benchmark(count=0)
    script = "open('owned', 'w').close()\nimport datasets\nclass Data(datasets.GeneratorBasedBuilder): pass\n"
    for name in ("adding.py", "adding.jsonl.py", "__init__.py", "test.py"):
        project.write(f"adding.jsonl/{name}", script)
    run = project.run(project.path / "test_adding.py")
    assert run.code == 4
    assert "holds no records" in run.out
    assert not (project.path / "owned").exists()


N = 200_000
BOMBS: dict[str, Callable[[int], str]] = {
    "gsm8k markers": lambda n: "#### " * (n // 5),
    "open boxes": lambda n: "\\boxed{" * (n // 10),
    "blanks": lambda n: " " * n + "x",
    "thoughts": lambda n: "<think>" * (n // 7),
    "one letter": lambda n: "a" * n + "!",
    "braces": lambda n: "\\boxed" + "{" * (n // 2) + "}" * (n // 2 - 1),
    "claims": lambda n: "the answer is " * (n // 14),
    "digits": lambda n: "9" * n,
}
CHOICES = ("alpha", "beta", "7", "not B")
EXTRACTORS = {
    "choice": lambda text: read_choice(text, options(CHOICES)),
    "choices": lambda text: read_choice(text, options(CHOICES), multiple=True),
    "mathematics": read_math,
    "phrase": read_phrase,
    "filters": Filters.of({"remove_until": "zz", "extract": r"(?s).*(a+)+$|\s+$|<think>.*?</think>"}).apply,
}
SCORERS = {
    "choice_answer": (scoring.choice_answer(), Sample("Q", "A", CHOICES)),
    "several": (scoring.choice_answer(multiple=True), Sample("Q", "AB", CHOICES)),
    "multi_choice_accuracy": (scoring.multi_choice_accuracy(), Sample("Q", "AB", CHOICES)),
    "math_answer": (scoring.math_answer(), Sample("find all x", ("\\frac{x}{2}", "1,2"))),
    "aime_answer": (scoring.aime_answer(), Sample("Q", "042")),
    "exact_match": (scoring.exact_match(inclusion=True), Sample("Q", "aa")),
    "includes": (scoring.includes(), Sample("Q", "aa")),
    "similarity": (scoring.similarity(), Sample("Q", "the answer is a b c")),
    "bbh_answer": (bbh_answer(), Sample("Q", "valid")),
    "bbh options": (bbh_answer(), Sample("Q\n(A) x\n(B) y", "(A)")),
}
INSTRUCTIONS = {
    "keywords:existence": {"keywords": ["aa", "####"]},
    "keywords:frequency": {"keyword": "a", "relation": "at least", "frequency": 1},
    "keywords:forbidden_words": {"forbidden_words": ["aa", "9"]},
    "length_constraints:number_words": {"relation": "at least", "num_words": 1},
    "length_constraints:number_sentences": {"relation": "at least", "num_sentences": 1},
    "detectable_format:multiple_sections": {"section_spliter": "#", "num_sections": 1},
    "detectable_format:number_highlighted_sections": {"num_highlights": 1},
    "detectable_format:title": {},
    "detectable_format:json_format": {},
    "detectable_content:number_placeholders": {"num_placeholders": 1},
    "detectable_content:postscript": {"postscript_marker": "P.P.S"},
    "change_case:english_lowercase": {},
    "combination:two_responses": {},
}


def score(scorer, sample, text) -> None:
    verdict = scorer.score(text, sample)
    if isawaitable(verdict):
        verdict.close()  # it works elsewhere


@pytest.mark.parametrize("bomb", BOMBS)
def test_case_36_extraction_takes_no_time(bomb):
    for name, extract in EXTRACTORS.items():
        grows_linearly(extract, BOMBS[bomb], N, glance_s=0.4, what=name)


@pytest.mark.parametrize("bomb", BOMBS)
def test_case_36_scoring_takes_no_time(bomb):
    for name, (scorer, sample) in SCORERS.items():
        grows_linearly(partial(score, scorer, sample), BOMBS[bomb], N, glance_s=0.4, what=name)
    scorer = ifeval()
    for instruction, arguments in INSTRUCTIONS.items():
        sample = Sample("Q", metadata={"instruction_id_list": [instruction], "kwargs": [arguments]})
        scorer.score("warm", sample)
        grows_linearly(partial(score, scorer, sample), BOMBS[bomb], N, glance_s=0.4, what=instruction)


def test_case_36_suites_run_no_backtracking_expression():
    suites = Path(__file__).parent.parent.parent / "suites"
    bare = [
        f"{file.relative_to(suites)}:{number}: {line.strip()}"
        for file in sorted(suites.rglob("test_*.py"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if line.split("#")[0].strip().startswith(("import re", "from re ", "import regex", "from regex "))
        and line.split()[1].rstrip(",") in ("re", "regex")
    ]
    assert not bare, "use evalscope_pytest.scoring.pattern, which takes linear time"


LATEX = [
    "9^{9^{9^{9}}}", "100000000!", "+".join(f"x^{{{n}}}" for n in range(20_000)), "(" * 5000 + "1" + ")" * 5000,
    "\\frac{1}{" * 300 + "1" + "}" * 300, "9**9**9", "\\sqrt{" * 39 + "x" + "}" * 39, "(x+1)^{10^{9}}",
    "__import__('os').system('touch owned')", "\\text{__import__('os').system('touch owned')}",
    "x.__class__.__base__.__subclasses__()", "\\int_{0}^{1} e^{-x^{x^{x}}} dx", "[1]*10**10", "lambda: 0",
]  # fmt: skip


def test_case_37_hostile_mathematics(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    worker = MathWorker(limit_s=0.5)
    monkeypatch.setattr("evalscope_pytest.scoring.compare.math_worker._shared", worker)

    async def judged() -> Iterator[tuple[float, dict[str, object]]]:
        found = []
        scorer = scoring.math_answer()
        for text in LATEX:
            started = time.monotonic()
            verdict = scorer.score(f"\\boxed{{{text}}}", Sample("Q", "\\frac{x+1}{y}"))
            score = await verdict if isawaitable(verdict) else verdict
            found.append((time.monotonic() - started, score))
        return found

    try:
        found = asyncio.run(judged())
    finally:
        worker.close()
    assert all(score.values == {"accuracy": 0.0} for _, score in found)
    assert not any(took > 60 for took, _ in found)
    assert not list(tmp_path.iterdir())


LATE = """
async def test_adding(sample, model):
    await model.generate(sample)
    return Score(accuracy=0.0, metadata={"comparison": "timeout"})
"""


@pytest.mark.parametrize("processes", [0, 2])
def test_case_37_late_comparisons_are_counted_in_one_line(served, processes):
    served.benchmark(count=10, body=LATE)
    run = served.run("-n", processes)
    assert run.code == 0, run.out
    late = [line for line in run.out.splitlines() if "computer algebra" in line]
    assert len(late) == 1, run.out
    assert re.match(r"10 answers counted as wrong since .* over five seconds: adding\[default-\d+\]", late[0])


class Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.policy = ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.handlers += [f"{name}={value}" for name, value in attrs if name.startswith("on") or name == "src"]
        self.handlers += [value for name, value in attrs if name == "href" and not value.startswith("#")]
        if tag == "meta" and dict(attrs).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attrs)["content"]


@pytest.fixture
def hostile_page(served):
    served.benchmark(
        count=0, name="adding", options=f"pretty_name={HTML!r}, description={HTML!r}, scorer=exact_match()"
    )
    rows = [{"question": f"{n} {HTML}", "answer": HTML} for n in range(3)]
    served.write("adding.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    served.server.answer = lambda messages: f"{HTML}{TERMINAL}"
    served.server.fault_for = lambda received: (
        service.status(400, f"bad {HTML}") if received.body["messages"][-1]["content"].startswith("2 ") else None
    )
    return served.run("--eval-ignore-errors", model=f"m{HTML}").work_dir / "reports" / "report.html"


def test_case_38_nothing_in_the_report_comes_to_life(hostile_page):
    page = Page()
    page.feed(hostile_page.read_text())
    assert not {"script", "img", "iframe", "object", "form"} & page.tags
    assert not page.handlers
    assert page.policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script-src" not in page.policy


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
def test_case_38_a_browser_runs_nothing(hostile_page, tmp_path):
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--dump-dom",
             "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
    done = subprocess.run(
        [CHROMIUM, *flags, f"--user-data-dir={tmp_path}/chromium", hostile_page.as_uri()],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "<title>owned" not in done.stdout
    assert "onerror=alert(1)&gt;" in done.stdout
    page = Page()
    page.feed(done.stdout)
    assert not page.handlers
    assert "script" not in page.tags


BODY = """
async def test_adding(sample, model):
    out = await model.generate(sample)
    key = os.environ["EVALSCOPE_API_KEY"]
    print("printed", out.text, key)
    logging.getLogger("own").warning("logged %s", key)
    first = sample.input.split()[0]
    if first == "0":
        raise RuntimeError("a bug with " + key)
    if first == "1":
        pytest.skip("skipped for " + key)
    if first == "2":
        assert out.text == key, key
    if first == "3":
        return Score(accuracy=0, answer=key, explanation=key, metadata={"x": [key]})
    return out
"""
TESTS = """
def test_ordinary(model, task_config):
    key = os.environ["EVALSCOPE_API_KEY"]
    print(key, task_config, vars(model))
    assert model.generate("Hello").text == key

def test_crash_in_the_client(model, monkeypatch):
    import aiohttp
    def crash(self, *args, **options):
        headers = {**self._default_headers, **options}
        raise RuntimeError("boom")
    monkeypatch.setattr(aiohttp.ClientSession, "_request", crash)
    model.generate("crash")
"""


@pytest.mark.parametrize("way", ["one process", "two workers", "debug", "openai sdk", "internal error"])
def test_case_39_a_key_is_nowhere(served, way):
    served.benchmark(body=BODY, after=TESTS)
    served.server.answer = lambda messages: f"You sent Bearer {KEY}."
    served.server.fault_for = lambda received: (
        service.status(400, f"bad key {KEY}") if received.body["messages"][-1]["content"].startswith("5 ") else None
    )
    if way == "internal error":
        served.write("conftest.py", "import os\ndef pytest_collection_finish():\n    k = dict(os.environ)\n    1 / 0\n")
    extra = {
        "two workers": ["-n2"],
        "debug": ["--debug=debug.log"],
        "openai sdk": ["--eval-model-args=client=sdk"],
        "internal error": [],
    }
    args = ["-l", "--tb=long", "-vv", "-rA", "--junitxml=j.xml", "--eval-show-wrong=9", "--log-file=own.log"]
    options = ["--log-level=DEBUG", "--eval-model=served", "-o", "junit_logging=all", *extra.get(way, [])]
    if way == "debug":
        options.append(f"--eval-api-key={KEY}")
    sent = served.spawn(".", *args, *options, env={"EVALSCOPE_API_KEY": KEY, "OPENAI_LOG": "debug"})
    assert sent.code == (3 if way == "internal error" else 1), sent.out
    assert way == "internal error" or served.server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    written = {p: p.read_bytes() for p in served.path.rglob("*") if p.is_file()}
    assert KEY not in sent.out
    assert not [path for path, content in written.items() if KEY.encode() in content]
    assert way != "debug" or b"--eval-api-key=***" in written[served.path / "debug.log"]


def test_case_39_a_key_that_is_a_word_leaves_texts_alone(served):
    served.benchmark(count=2)
    served.server.answer = lambda messages: "ollama is a llama, ollamas are many"
    run = served.run("--eval-api-key=ollama")
    assert {row["model_output"]["choices"][0]["message"]["content"] for row in run.rows()} == {
        "ollama is a llama, ollamas are many"
    }


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/latest/meta-data/", "file:///etc/passwd", "http://127.0.0.1:{port}/", "http://[::1]/"],
)
def test_case_40_media_in_private_networks_are_refused(served, url):
    with pytest.raises(DatasetError):
        fetch(url.format(port=served.server.port))
    assert not served.server.requests  # redirects and changing names: tests/datasets/test_media.py
