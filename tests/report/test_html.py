"""The page shows what happened, and whatever a model writes stays text."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timezone
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError
from syrupy.assertion import SnapshotAssertion

from evalscope_pytest.report.build import build_report
from evalscope_pytest.report.execution import GateResult
from evalscope_pytest.report.html import About, render, templates, write_html
from evalscope_pytest.report.model import Report
from evalscope_pytest.report.wrong import WrongSample
from evalscope_pytest.store.compact import compact
from evalscope_pytest.store.layout import WorkDir

from ..golden import Html
from ..store.results import failed, plan, record, scored
from .rows import plan as plans
from .rows import report, row

NOW = datetime(2026, 3, 9, 10, 5, tzinfo=timezone.utc)
HOSTILE = "</pre></style><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[31m\u202e\ud800\0"


class Seen(HTMLParser):
    """What a browser would make of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def _page(tmp_path: Path, **extra: str) -> str:
    workdir = WorkDir(tmp_path)
    results = [scored(i, value=float(i % 3 > 0), explanation="2 + 2 is 4", **extra) for i in range(6)]
    results += [scored(i, subset="second", value=0.5) for i in range(2)]
    record(workdir, [*results, failed(6, message="no reply <b>")])
    run = plan(main=7, second=2)
    (rows,) = compact(workdir, run)
    report = build_report(run.benchmarks[0], rows.rows, run.model_id)
    return write_html(workdir, run, [report], [rows], NOW).read_text(encoding="utf-8")


def test_golden_page(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    assert _page(tmp_path) == snapshot(extension_class=Html)


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    page = _page(tmp_path, text=HOSTILE, question=HOSTILE)
    seen = Seen()
    seen.feed(page)
    assert not seen.tags & {"script", "img", "iframe", "link", "object"}
    assert not {name for name in seen.attributes if name.startswith("on") or name in ("style", "src")}
    assert "<script>alert(1)</script>" in seen.text
    assert not any(c in page for c in "\x1b\u202e\0")


def test_nothing_is_loaded_or_run(tmp_path: Path) -> None:
    page = _page(tmp_path)
    assert "default-src 'none'; style-src 'sha256-" in page
    assert "http:" not in page.replace('http-equiv="', "")
    assert "https:" not in page
    assert "<script" not in page


def test_wrong_samples_are_shown_from_every_subset_and_counted(tmp_path: Path) -> None:
    seen = Seen()
    seen.feed(_page(tmp_path))
    assert "Wrong answers (4)" in seen.text
    for sample in ("quiz[main-0]", "quiz[main-3]", "quiz[second-0]", "quiz[second-1]"):
        assert sample in seen.text
    assert seen.text.index("quiz[second-1]") < seen.text.index("Right answers (4)") < seen.text.index("quiz[main-1]")
    assert "What is 2 + 2? (3)" in seen.text
    assert "8 of 9 samples scored" in seen.text


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"\xff\n" * 9])
def test_damaged_reviews_do_not_spoil_the_page(tmp_path: Path, damage: bytes) -> None:
    workdir = WorkDir(tmp_path)
    record(workdir, [scored(0, value=0.0)])
    run = plan(main=1)
    (rows,) = compact(workdir, run)
    (workdir.reviews(run.model_id) / "quiz_main.jsonl").write_bytes(damage)
    report = build_report(run.benchmarks[0], rows.rows, run.model_id)
    assert "Wrong answers (1)" in write_html(workdir, run, [report], [rows], NOW).read_text()


def test_a_long_reply_is_shortened(tmp_path: Path) -> None:
    assert len(_page(tmp_path, text="x" * 500_000)) < 60_000


def _run_page(
    tmp_path: Path, results: list[Any], language: str = "en", gates: tuple[GateResult, ...] = (), **sizes: int
) -> str:
    workdir = WorkDir(tmp_path)
    record(workdir, results)
    run = plan(**sizes)
    (rows,) = compact(workdir, run)
    report = build_report(run.benchmarks[0], rows.rows, run.model_id, collect_perf=True)
    report = replace(report, execution=replace(report.execution, gates=gates))
    return write_html(workdir, run, [report], [rows], NOW, language).read_text(encoding="utf-8")


def test_right_answers_are_bounded_and_the_page_says_where_all_are(tmp_path: Path) -> None:
    page = _run_page(tmp_path, [scored(i, value=1.0) for i in range(30)], main=30)
    assert "Right answers (30)" in page
    assert "10 shown" in page
    assert page.count("<details class") == 10
    (folder,) = re.findall(r"all of them: (reviews/[^<]*)<", page)
    assert (tmp_path / folder).is_dir()


def test_a_filter_chooses_by_subset_and_kind_without_a_script(tmp_path: Path) -> None:
    page = _page(tmp_path)
    assert [*re.findall(r'<label for="[^"]*">([^<]*)<', page)] == [
        "all", "wrong", "partly right", "all subsets", "main", "second"
    ]  # fmt: skip
    assert page.count(" checked>") == 2
    assert "input.s1:checked~.list details:not(.s1){display:none}" in page
    assert page.count('<details class="p s1">') == 2
    assert page.count('<details class="w s0">') == 2


def test_hostile_subset_names_stay_text(tmp_path: Path) -> None:
    bad = '"><script>x</script>'
    results = [scored(0, value=0.0), scored(0, subset=bad, value=0.0)]
    seen = Seen()
    seen.feed(_run_page(tmp_path, results, **{"main": 1, bad: 1}))
    assert "script" not in seen.tags
    assert bad in seen.text


def test_parameters_are_on_the_page_escaped(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "task_config.yaml").write_text("model: </pre><script>\nlimit: 5\n")
    page = _page(tmp_path)
    assert "model: &lt;/pre&gt;&lt;script&gt;\nlimit: 5" in page
    assert "configs/task_config.yaml" in page


def test_the_page_can_be_chinese(tmp_path: Path) -> None:
    page = _run_page(tmp_path, [scored(0, value=0.0)], "zh", main=1)
    assert '<html lang="zh">' in page
    assert "错误答案 (1)" in page
    assert "Wrong answers" not in page


def test_counts_and_measured_figures_of_a_chinese_page_are_chinese(tmp_path: Path) -> None:
    page = _run_page(tmp_path, [scored(i, value=0.0) for i in range(2)], "zh", main=3)
    assert "1 个基准，3 个样本中 2 个已评分" in page
    assert '<th class="n">延迟(秒)</th>' in page
    seen = Seen()
    seen.feed(page)
    assert not {"benchmark", "sample", "samples", "version", "Dataset", "Num"} & set(re.findall("[A-Za-z]+", seen.text))


def test_an_english_page_counts_in_english(tmp_path: Path) -> None:
    assert "1 benchmark, 1 of 3 samples scored" in _run_page(tmp_path, [scored(0, value=0.0)], main=3)


def test_a_gate_says_its_result_without_naming_itself_again(tmp_path: Path) -> None:
    passed = GateResult(True, "arc>=0.5: passed, mean_acc 1.0000 over 4", "arc>=0.5")
    compared = GateResult(False, "arc: failed, mean_acc 0.1, baseline 0.2", "baseline arc")
    seen = Seen()
    seen.feed(_run_page(tmp_path, [scored(0)], gates=(passed, compared), main=1))
    assert seen.text.count("arc>=0.5") == 1
    assert "mean_acc 1.0000 over 4" in seen.text
    assert "arc: failed, mean_acc 0.1, baseline 0.2" in seen.text


def test_a_comparison_with_a_baseline_shows_its_gate_and_its_verdict_once(tmp_path: Path) -> None:
    text = "arc not shown worse than baseline @95%"
    compared = GateResult(
        False, f"{text}: failed, mean_acc 0.1", "baseline arc", {"text": text, "kind": "alarm", "verdict": "failed"}
    )
    seen = Seen()
    seen.feed(_run_page(tmp_path, [scored(0)], gates=(compared,), main=1))
    assert seen.text.count(text) == seen.text.count("failed") == 1
    assert "baseline arc" not in seen.text
    assert compared.finding == "mean_acc 0.1"


def test_only_a_wrong_sample_that_no_judge_has_decided_lacks_an_answer() -> None:
    sample = WrongSample("arc[main-1]", "", "B", "", "B", 0.0, "")
    assert sample.is_unread
    assert not replace(sample, is_judged=True).is_unread
    assert not replace(sample, value=1.0).is_unread
    assert not replace(sample, answer="C").is_unread


def test_latency_and_tokens_have_a_table(tmp_path: Path) -> None:
    assert "<h3>Latency and tokens</h3>" in _run_page(tmp_path, [scored(0)], main=1)


def test_jinja2_is_loaded_with_the_first_page() -> None:
    code = "import sys, evalscope_pytest.report.html, evalscope_pytest.perf.output.html; print('jinja2' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"


def test_every_text_of_a_template_is_escaped_and_made_visible() -> None:
    text = templates().from_string("<b title='{{ text }}'>{{ text }}</b>{{ text | one_line }}").render(text=HOSTILE)
    seen = Seen()
    seen.feed(text)
    assert seen.tags == {"b"}
    assert not any(c in text for c in "\x1b\u202e\0\ud800")


def test_a_name_that_a_template_does_not_know_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        templates().from_string("{{ report.scores }}").render(report=report({"main": [1.0]}))


# Certainty -----------------------------------------------------------------------------------------------------------

SAMPLED = "generation_config:\n  temperature: 0.7\n  top_p: 0.9\n  stop_seqs:\n  - <b>\n  seed: null\nlimit: 3\n"


def _text(made: Report, language: str = "en", **about: Any) -> str:
    seen = Seen()
    seen.feed(render(About("tiny", NOW, **about), [made], {}, language))
    return re.sub(r"\s+", " ", seen.text)


def test_a_score_has_its_interval_and_what_that_rests_on() -> None:
    text = _text(report({"main": [1, 0, 1] * 30}))
    assert "0.5642 – 0.7555" in text
    assert "95 % interval 0.5642 – 0.7555 · 90 questions · by Wilson" in text
    assert "few" not in text


def test_clusters_noise_and_few_questions_are_named() -> None:
    rows = [row("a", i, float(i % 7 > 2), repeats=2, cluster=str(i // 10)) for i in range(60)]
    made = build_report(plans({"a": 60}, repeats=2), rows, "tiny")
    text = _text(made)
    assert "30 questions in 6 clusters · by Wilson as for " in text
    assert re.search(r"independent answers · noise [0-9]+% · few clusters", text)
    assert re.search(r"[0-9] · few ", text)
    assert "30 道题 分属 6 组" in _text(made, "zh")


def test_a_score_without_an_interval_has_the_reason() -> None:
    assert "no interval: a single question · 1 question · few questions" in _text(report({"a": [0.5]}))


def test_each_subset_has_its_interval() -> None:
    assert "0.3424 – 1.0000 · few" in _text(report({"a": [1, 1], "b": [1, 0] * 20}))


def test_unbounded_scores_have_an_interval_without_a_bar() -> None:
    rows = [row("a", i, values={"points": float(v)}) for i, v in enumerate([-1, 2, 3])]
    page = render(About("tiny", NOW), [build_report(plans({"a": 3}, metrics=("points",)), rows, "tiny")], {})
    assert "-3.8378 – 6.5045" in page
    assert "by Student&#39;s t" in page
    assert "<svg" not in page


def test_sampling_parameters_are_beside_the_scores(tmp_path: Path) -> None:
    assert _sampled(tmp_path, SAMPLED, repeats=4) == "temperature 0.7 · top_p 0.9 · repeats 4"
    assert _sampled(tmp_path, "generation_config: {}\nlimit: 3\n") == "the service's defaults"
    assert _sampled(tmp_path, "generation_config: {broken: [\n") == "the service's defaults"


def _sampled(tmp_path: Path, config: str, **fields: Any) -> str:
    workdir = WorkDir(tmp_path)
    workdir.configs.mkdir(exist_ok=True)
    (workdir.configs / "task_config.yaml").write_text(config)
    run = plan(main=1)
    run = replace(run, benchmarks=(replace(run.benchmarks[0], **fields),))
    page = write_html(workdir, run, [report({"main": [1]})], []).read_text()
    found = re.search(r"Sampling: (.*?)</p>", page)
    assert found
    return found[1].replace("&#39;", "'")
