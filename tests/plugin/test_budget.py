"""Prices and budgets, end to end: what runs cost, and that no request is sent that could pass a limit."""

from __future__ import annotations

import json
import os
import re
import signal
from decimal import Decimal
from typing import Any

import pytest

from tests.servers.judge import JudgeServer, verdict
from tests.servers.service import Answer, Fault, hang, reset, reset_mid_reply, server_error, status
from tests.servers.service import stream as sse
from tests.waiting import wait_until

from .project import solve
from .recorded import wait_for_records

PRICES = """
currency: EUR
served: {input: 10, output: 100, cached: 1, reasoning: 200}
j: {input: 1000, output: 0}
"""
USAGE = {"prompt_tokens": 20, "completion_tokens": 30, "total_tokens": 50}
EACH = Decimal("0.0032")  # of a request with this usage
CACHED = {
    **USAGE,
    "prompt_tokens_details": {"cached_tokens": 5},
    "completion_tokens_details": {"reasoning_tokens": 10},
}


def answered(usage: dict[str, Any] = USAGE):
    return lambda messages: Answer(solve(messages), usage=usage)


@pytest.fixture
def priced(served):
    """A project of 40 sums with prices; each reply costs 0.0032 EUR and 50 tokens."""
    served.benchmark(count=40)
    served.write("prices.yaml", PRICES)
    served.options.append("--eval-prices=prices.yaml")
    served.server.answer = answered()
    return served


def cost(run, benchmark: str = "adding") -> dict[str, Any]:
    return run.reports[benchmark]["execution_summary"]["evalscope_pytest"]["cost"]


def spent(run) -> Decimal:
    return Decimal(cost(run)["total"])


def by(server) -> str:
    return "--eval-judge-model-args=" + json.dumps({"model_id": "j", "api_url": server.url})


# Costs ---------------------------------------------------------------------------------------------------------------


def test_a_run_with_prices_shows_what_it_cost_in_table_report_and_page(priced):
    priced.server.answer = answered(CACHED)
    run = priced.run("--eval-limit=10")
    assert run.code == 0, run.out
    # 15 * 10 + 5 * 1 + 20 * 100 + 10 * 200 = 4155 millionths
    assert cost(run) == {
        "currency": "EUR",
        "model": "0.04155",
        "judges": None,
        "total": "0.04155",
        "unpriced": [],
        "requests": [
            {
                "benchmark": "adding", "role": "model", "model": "served", "requests": 10, "input_tokens": 200,
                "output_tokens": 300, "cached_tokens": 50, "cache_write_tokens": 0, "reasoning_tokens": 100,
                "estimated_requests": 0, "cost": "0.04155",
            }
        ],
    }  # fmt: skip
    (line,) = [line for line in run.out.splitlines() if line.startswith("| adding") and "0.042" in line]
    assert [cell.strip() for cell in line.strip("|").split("|")] == [
        "adding",
        "served",
        "10",
        "200",
        "50",
        "300",
        "0.042",
    ]
    page = (run.work_dir / "reports" / "report.html").read_text()
    assert "<h3>Costs</h3>" in page
    assert '<th class="n">Cost (EUR)</th>' in page
    assert '<td class="n">0.042</td>' in page


def test_the_page_and_the_table_are_in_chinese_on_request(priced):
    run = priced.run("--eval-limit=2", "--eval-language=zh")
    page = (run.work_dir / "reports" / "report.html").read_text()
    assert "<h3>费用</h3>" in page
    assert "费用 (EUR)" in page
    assert "费用 (EUR)" in run.out


def test_without_prices_nothing_is_shown_and_the_tokens_are_kept_for_later(priced):
    priced.options.remove("--eval-prices=prices.yaml")
    run = priced.run("--eval-limit=4")
    assert "cost" not in run.reports["adding"]["execution_summary"]["evalscope_pytest"]
    assert "Cost" not in run.out
    assert "estimate" not in run.out
    priced.server.forget()
    again = priced.run("--eval-limit=4", f"--eval-use-cache={run.work_dir}", "--eval-prices=prices.yaml")
    assert not priced.server.requests
    assert spent(type(run)(0, "", run.folder, run.work_dir)) == 4 * EACH
    assert "0.013" in again.out


def test_a_model_without_a_price_has_a_dash_and_a_note(priced):
    priced.write("prices.yaml", "other: {input: 1, output: 1}")
    run = priced.run("--eval-limit=2")
    assert run.code == 0
    assert cost(run)["unpriced"] == ["served"]
    assert cost(run)["total"] is None
    assert "no price for 'served' in the file of --eval-prices: its cost is not counted" in run.out


def test_a_service_that_reports_no_tokens_is_estimated_and_marked(priced):
    priced.server.whole = lambda body, answer: {
        "choices": [{"index": 0, "message": {"role": "assistant", "content": answer.text}, "finish_reason": "stop"}]
    }
    run = priced.run("--eval-limit=3", "--eval-max-cost=1")
    assert run.code == 0, run.out
    (line,) = cost(run)["requests"]
    assert (line["estimated_requests"], line["input_tokens"], line["output_tokens"]) == (3, 6, 3)
    assert "~0.00036" in run.out
    assert run.out.count("~ estimated from the length of the texts") == 1


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        ({"prompt_tokens": -5, "completion_tokens": 30}, (6, 90)),
        ({"completion_tokens": 30}, (6, 90)),
        ({"prompt_tokens": 10**400, "completion_tokens": 30}, (6, 90)),
        ({"prompt_tokens": 20, "completion_tokens": 0}, (60, 3)),
        ({"prompt_tokens": 20}, (60, 3)),
        ({"prompt_tokens": 20.5, "completion_tokens": "30"}, (6, 3)),
    ],
)
def test_a_part_that_a_service_does_not_report_is_estimated(usage, counted, priced):
    priced.server.answer = answered(usage)
    run = priced.run("--eval-limit=3", "--eval-max-cost=1")
    assert run.code == 0, run.out
    (line,) = cost(run)["requests"]
    assert (line["input_tokens"], line["output_tokens"]) == counted
    assert line["estimated_requests"] == 3


def test_judges_are_apart_from_the_model_and_count_towards_the_limit(priced):
    with JudgeServer(verdict("A")) as judge:
        judge_says = Answer(verdict("A"), usage={"prompt_tokens": 7, "completion_tokens": 1, "total_tokens": 8})
        judge.answer = lambda messages: judge_says
        run = priced.run("--eval-limit=5", "--eval-judge-strategy=llm", by(judge))
        assert run.code == 0, run.out
        assert Decimal(cost(run)["model"]) == 5 * EACH
        assert Decimal(cost(run)["judges"]) == Decimal("0.035")
        assert spent(run) == 5 * EACH + Decimal("0.035")
        rows = [[c.strip() for c in line.strip("|").split("|")] for line in run.out.splitlines() if "EUR" not in line]
        assert ["adding", "judge j", "5", "35", "0", "5", "0.035"] in rows
        assert ["TOTAL", "judges", "5", "35", "0", "5", "0.035"] in rows
        assert ["TOTAL", "all", "10", "135", "0", "155", "0.051"] in rows


def test_an_analysis_of_the_report_is_a_cost_of_the_judge(priced):
    with JudgeServer("All sums are right.") as judge:
        judge.answer = lambda messages: Answer("All right.", usage={"prompt_tokens": 7, "completion_tokens": 1})
        run = priced.run("--eval-limit=5", "--eval-analysis-report", by(judge))
        assert run.code == 0, run.out
        assert len(judge.requests) == 1
        assert Decimal(cost(run)["judges"]) == Decimal("0.007")
        refused = priced.run("--eval-limit=5", "--eval-analysis-report", by(judge), "--eval-max-cost=0.02",
                             "--eval-generation-config=max_tokens=30")  # fmt: skip
        assert len(judge.requests) == 1
        assert "not written: the budget is used up" in refused.out
        assert (refused.code, refused.counts) == (0, {"correct": 5}), "all that was to be measured was"
        assert "not complete" not in refused.out


def test_an_estimate_knows_the_judges_of_earlier_runs(priced):
    with JudgeServer(verdict("A")) as judge:
        used = {"prompt_tokens": 7, "completion_tokens": 1, "total_tokens": 8}
        judge.answer = lambda messages: Answer(verdict("A"), usage=used)
        options = ("--eval-judge-strategy=llm", by(judge))
        assert "without the judges of adding" in estimate(priced.run("--collect-only", *options))
        priced.run("--eval-limit=10", *options)
        later = priced.run("--collect-only", *options, "--eval-limit=20")
        assert "600 output tokens for 20 samples, 0.20 EUR" in estimate(later)  # 20 * (0.0032 + 0.007)
        assert "without" not in estimate(later)


def test_replies_from_the_response_cache_and_of_earlier_runs_cost_nothing(priced):
    first = priced.run("--eval-limit=5", "--eval-response-cache=cache")
    assert spent(first) == 5 * EACH
    second = priced.run("--eval-limit=5", "--eval-response-cache=cache", "--eval-max-cost=0")
    assert (second.code, second.counts) == (0, {"correct": 5}), second.out
    assert cost(second)["requests"] == []
    third = priced.run("--eval-limit=5", f"--eval-use-cache={first.work_dir}", "--eval-max-cost=0.016")
    assert (third.code, third.counts) == (0, {"correct": 5}), third.out
    assert spent(type(first)(0, "", first.folder, first.work_dir)) == 5 * EACH


def test_failed_requests_count_if_the_service_reported_their_tokens(priced):
    filtered = {"choices": [], "usage": USAGE}
    priced.server.script(Fault(body=filtered), server_error(), status(400))
    run = priced.run("--eval-limit=4", "--eval-generation-config=retry_interval=0.01", "--eval-batch-size=1")
    (line,) = cost(run)["requests"]
    assert line["requests"] == 4, run.out  # 3 scored, one reply without choices; neither the 500 nor the 400
    assert spent(run) == 4 * EACH


@pytest.mark.parametrize("stream", [False, True])
def test_each_dialect_reports_its_tokens_whole_and_as_a_stream(stream, priced, anthropic_server, responses_server):
    responses = {
        "input_tokens": 20, "output_tokens": 30, "input_tokens_details": {"cached_tokens": 5},
        "output_tokens_details": {"reasoning_tokens": 10},
    }  # fmt: skip
    messages = {"input_tokens": 15, "output_tokens": 30, "cache_read_input_tokens": 5}
    kinds = {
        "openai_api": (priced.server, CACHED, "0.004155"),
        "openai_responses_api": (responses_server, responses, "0.004155"),
        "anthropic_api": (anthropic_server, messages, "0.003155"),
    }
    for kind, (server, usage, each) in kinds.items():
        server.answer = answered(usage) if kind != "openai_responses_api" else lambda _, u=usage: Answer("0", usage=u)
        run = priced.run("--eval-limit=1", f"--eval-type={kind}", f"--eval-api-url={server.url}",
                         *["--eval-stream"] * stream)  # fmt: skip
        assert run.code == 0, run.out
        assert cost(run)["total"] == each, kind


# Limits --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("processes", [0, 2])
def test_a_run_stops_before_the_request_that_could_pass_the_limit_and_is_carried_on(processes, priced):
    run = priced.spawn("--eval-model=served", "test_adding.py", "--eval-max-cost=0.05", "-n", processes,
                       "--eval-generation-config=max_tokens=30")  # fmt: skip
    sent = len(priced.server.requests)
    assert run.code == 1, run.out
    assert spent(run) == sent * EACH <= Decimal("0.05")
    assert Decimal("0.05") - spent(run) < 2 * EACH, "the limit is used as far as it goes"
    assert run.counts["correct"] == sent
    assert run.reports["adding"]["execution_summary"]["succeeded"] == sent
    assert "The run is not complete: the budget is used up" in run.out
    assert "carry on with --eval-max-cost above 0.05" in run.out
    assert "Traceback" not in run.out

    same = priced.run(f"--eval-use-cache={run.work_dir}", "--eval-max-cost=0.05",
                      "--eval-generation-config=max_tokens=30")  # fmt: skip
    assert same.code == 1, same.out
    assert len(priced.server.requests) == sent, "what was spent before counts"
    assert same.counts == {"correct": sent, "not run": 40 - sent}, "every recorded sample is reported"
    whole = priced.run(f"--eval-use-cache={run.work_dir}", "--eval-max-cost=0.2",
                       "--eval-generation-config=max_tokens=30")  # fmt: skip
    assert (whole.code, whole.counts) == (0, {"correct": 40}), whole.out
    assert len(priced.server.requests) == 40
    assert priced.server.duplicates == 0
    assert spent(run) == 40 * EACH


def test_a_limit_on_tokens_needs_no_prices(priced):
    priced.options.remove("--eval-prices=prices.yaml")
    run = priced.run("--eval-max-tokens-total=501", "--eval-batch-size=1")
    assert (run.code, run.counts, priced.server.requests) == (1, {"not run": 40}, [])
    assert "A reply is taken to have up to 1,024 tokens until one is known: give max_tokens" in run.out
    run = priced.run("--eval-max-tokens-total=501", "--eval-batch-size=1", "--eval-generation-config=max_tokens=30")
    sent = len(priced.server.requests)
    assert sent * 50 <= 501
    assert sent >= 8
    assert f"{50 * sent} of 501 tokens are spent" in run.out
    assert "carry on with --eval-max-tokens-total above 501" in run.out


def test_replies_longer_than_any_before_pass_the_limit_by_what_is_in_flight_only(priced):
    lengths = iter([30] * 5 + [3000] * 1000)
    priced.server.answer = lambda m: Answer(solve(m), usage={**USAGE, "completion_tokens": next(lengths)})
    run = priced.run("--eval-max-tokens-total=5000", "--eval-batch-size=2", here=True)
    assert run.code == 1
    (line,) = cost(run)["requests"]
    assert line["input_tokens"] + line["output_tokens"] <= 5000 + 2 * 3000


def test_all_requests_in_flight_together_stay_within_the_limit(priced):
    """Replies are held until everything that may be in flight is: the reservations alone keep to the limit."""
    priced.server.answer = answered({**USAGE, "completion_tokens": 1000})
    priced.server.gather(4)
    run = priced.run("--eval-max-tokens-total=5000", "--eval-batch-size=16",
                     "--eval-generation-config=max_tokens=1000")  # fmt: skip
    assert priced.server.max_in_flight == 4
    assert priced.server.held_in_vain == 0
    assert run.code == 1
    (line,) = cost(run)["requests"]
    assert line["input_tokens"] + line["output_tokens"] <= 5000


def test_a_request_that_waits_for_others_goes_when_they_were_shorter(priced):
    """Reserved are 4000 tokens each, spent 50: one goes at a time, and all go in the end."""
    run = priced.run("--eval-max-tokens-total=6000", "--eval-generation-config=max_tokens=3500")
    assert (run.code, run.counts) == (0, {"correct": 40}), run.out
    assert priced.server.max_in_flight == 1


def test_what_a_killed_run_had_in_flight_counts_at_its_most(priced):
    priced.server.hold_from(10)
    limit = "--eval-generation-config=max_tokens=30"
    process = priced.start("--eval-model=served", "test_adding.py", "--eval-batch-size=4", "--eval-max-cost=1", limit)
    wait_until(lambda: len(priced.server.requests) == 14)
    wait_for_records(priced, 10)
    process.kill()
    process.communicate()
    (work_dir,) = (priced.path / "outputs").iterdir()
    with open(work_dir / "spending.jsonl", "a") as file:
        file.write('{"account":["served","adding","model"')  # the disk was full, in the middle of a line
    priced.server.forget()
    priced.server.let_go()
    whole = priced.run(f"--eval-use-cache={work_dir}", "--eval-max-cost=1", limit)
    assert whole.counts == {"correct": 40}, whole.out
    assert len(priced.server.requests) == 30
    run = type(whole)(0, "", whole.folder, work_dir)
    assert spent(run) == 40 * EACH
    assert "4 requests ended without a reply" in whole.out
    assert "1 line of " in whole.out


@pytest.mark.parametrize("processes", [0, 2])
def test_ctrl_c_ends_a_run_with_a_limit_as_any_other(processes, priced):
    priced.server.hold_from(10)
    process = priced.start("--eval-model=served", "test_adding.py", "--eval-batch-size=4", "--eval-max-cost=1",
                           "-n", processes)  # fmt: skip
    wait_until(lambda: len(priced.server.requests) == 14)
    wait_for_records(priced, 10)
    os.killpg(process.pid, signal.SIGINT)
    cut = priced.finish(process)
    assert cut.code == 2, cut.out
    assert spent(cut) == 10 * EACH
    assert "4 requests ended without a reply" in cut.out


@pytest.mark.parametrize("limit", [20000, 4000])
def test_a_worker_that_dies_leaves_its_reservations_to_nobody(limit, priced):
    """What it had in flight is spent at its most, and nobody waits for it. With little left, that may end the run."""
    priced.benchmark(
        count=40,
        body="""
async def test_adding(sample, model):
    output = await model.generate(sample)
    if sample.input.startswith("7 ") and not os.path.exists("died"):
        open("died", "w").close()
        os.kill(os.getpid(), 9)
    return output""",
    )
    run = priced.spawn("--eval-model=served", "test_adding.py", "-n2", f"--eval-max-tokens-total={limit}",
                       "--eval-generation-config=max_tokens=1000")  # fmt: skip
    done = run.reports["adding"]["execution_summary"]["succeeded"] == 40
    assert done or limit == 4000, run.out
    assert (run.code, "the budget is used up" in run.out) == ((0, False) if done else (1, True)), run.out


def test_a_reply_whose_judgement_is_refused_is_kept_and_not_sent_again(priced):
    with JudgeServer(verdict("A")) as judge:
        used = {"prompt_tokens": 7, "completion_tokens": 1, "total_tokens": 8}
        judge.answer = lambda messages: Answer(verdict("A"), usage=used)
        options = ("--eval-judge-strategy=llm", by(judge), "--eval-limit=8", "--eval-batch-size=1",
                   "--eval-generation-config=max_tokens=30")  # fmt: skip
        run = priced.run(*options, "--eval-max-cost=0.6")
        assert run.code == 1, run.out
        assert judge.requests
        assert len(priced.server.requests) > len(judge.requests)
        assert spent(run) <= Decimal("0.6")
        assert "BudgetError" in run.out
        assert "next judgement" in run.out
        whole = priced.run(*options, "--eval-max-cost=20", f"--eval-use-cache={run.work_dir}")
        assert (whole.code, whole.counts) == (0, {"correct": 8}), whole.out
        assert len(priced.server.requests) == 8
        assert len(judge.requests) == 8


def test_a_body_that_catches_every_error_makes_no_score_of_a_refusal(priced):
    priced.benchmark(
        count=40,
        body="""
async def test_adding(sample, model):
    try:
        return await model.generate(sample)
    except Exception:
        return Score(accuracy=1.0)""",
    )
    run = priced.run("--eval-max-tokens-total=1000", "--eval-generation-config=max_tokens=30")
    assert run.code == 1
    sent = len(priced.server.requests)
    assert run.counts == {"correct": sent, "not run": 40 - sent}


def test_a_run_out_of_budget_is_not_green_though_errors_are_ignored(priced):
    run = priced.run("--eval-max-tokens-total=400", "--eval-ignore-errors")
    assert run.code == 1
    assert "not complete" in run.out
    gate = priced.run("--eval-max-tokens-total=400", "--eval-gate=adding>=0.5", "--eval-ignore-errors")
    assert gate.code == 1


def test_a_request_nobody_waits_for_any_more_counts_at_its_most(priced):
    priced.server.script(hang())
    run = priced.run("--eval-limit=2", "--eval-batch-size=1", "--eval-max-cost=1",
                     "--eval-generation-config=timeout=0.3,retries=0,max_tokens=30")  # fmt: skip
    assert run.code == 1
    assert spent(run) == EACH
    assert "1 request ended without a reply (an interruption, a time-out): up to" in run.out


@pytest.mark.parametrize("client", ["aiohttp", "sdk"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_reply_that_breaks_off_counts_at_its_most(stream, client, priced):
    """The service has worked for it, as for one that nobody waited for; a refusal costs nothing."""
    begun = b'data: {"choices": [{"index": 0, "delta": {"content": "1"}}]}\n\n'
    priced.server.script(sse(begun, reset=True) if stream else reset_mid_reply(), status(503), reset())
    run = priced.run("--eval-limit=1", "--eval-batch-size=1", "--eval-max-tokens-total=1000",
                     "--eval-generation-config=max_tokens=30,retry_interval=0.01", *["--eval-stream"] * stream,
                     f"--eval-model-args=client={client}")  # fmt: skip
    assert run.code == 0, run.out
    assert "1 request ended without a reply" in run.out
    left = int(re.search(r"budget: (\d+) of 1,000 tokens left", run.out)[1])
    assert 1000 - 50 - (30 + 64 + 20) <= left < 1000 - 50 - (30 + 64)


# Mistakes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("processes", [0, 2])
@pytest.mark.parametrize(
    ("options", "prices", "words"),
    [
        (["--eval-max-cost=5"], None, ["max_cost is given without prices (in --eval-max-cost)", "--eval-prices"]),
        (["--eval-max-cost=5"], "serves: {input: 1, output: 1}", ["no price for 'served'", "Did you mean 'serves'?"]),
        (["--eval-max-cost=-5"], PRICES, ["max_cost cannot be", "a number of at least 0"]),
        (["--eval-max-cost=nan"], PRICES, ["max_cost cannot be"]),
        (["--eval-max-tokens-total=0"], PRICES, ["max_tokens_total cannot be", "at least 1"]),
        ([], "served: {input: -1, output: 1}", ["price input of 'served': '-1'", "line 1"]),
        ([], "served: {inputs: 1, output: 1}", ["'inputs'", "Did you mean 'input'?"]),
        ([], "served: [", ["is not YAML"]),
    ],
)
def test_a_mistake_is_reported_before_anything_is_sent(options, prices, words, processes, priced):
    if prices is None:
        priced.options.remove("--eval-prices=prices.yaml")
    else:
        priced.write("prices.yaml", prices)
    run = priced.run(*options, *["-n2"] * bool(processes))
    assert run.code == 4, run.out
    assert not priced.server.requests
    for word in words:
        assert word in run.out


@pytest.mark.parametrize("processes", [0, 2])
@pytest.mark.parametrize("option", ["--eval-work-dir", "--eval-use-cache"])
def test_a_work_dir_that_is_refused_is_so_with_a_limit_too(option, processes, priced):
    (priced.path / "linked" / "predictions").mkdir(parents=True)
    (priced.path / "linked" / "spending.jsonl").symlink_to("/dev/full")
    words = ["--eval-no-timestamp"] if option == "--eval-work-dir" else []
    run = priced.run("-n", processes, f"{option}=linked", *words, "--eval-max-tokens-total=5000")
    assert run.code == 4, run.out
    assert "work_dir holds what a run must not write through" in run.out
    assert "Traceback" not in run.out


def test_a_record_with_impossible_counts_is_read_as_far_as_it_goes(priced):
    first = priced.run("--eval-limit=2")
    with open(first.work_dir / "spending.jsonl", "a") as file:
        file.write('{"account":["served","adding","model","served"],"spent":{"input":%s}}\n' % ("9" * 400))
    again = priced.run(f"--eval-use-cache={first.work_dir}", "--eval-limit=4", "--eval-max-cost=1")
    assert (again.code, again.counts) == (0, {"correct": 4}), again.out
    assert "1 line of " in again.out
    assert spent(type(first)(0, "", first.folder, first.work_dir)) == 4 * EACH


def test_a_judge_without_a_price_is_refused_under_a_limit(priced):
    priced.write("prices.yaml", "served: {input: 1, output: 1}")
    run = priced.run("--eval-max-cost=1", "--eval-judge-strategy=llm", "--eval-judge-model-args=model_id=mock")
    assert run.code == 4
    assert "no price for 'mock'" in run.out


# Estimates -----------------------------------------------------------------------------------------------------------


def estimate(run) -> str:
    (line,) = [line for line in run.out.splitlines() if line.startswith("eval: estimate")]
    return line


def test_an_estimate_comes_before_the_run_from_limits_or_from_earlier_replies(priced):
    first = priced.run("--collect-only")
    assert not priced.server.requests
    assert "no reply is known: 50 to 1,000 output tokens for each" in estimate(first)
    limited = priced.run("--collect-only", "--eval-generation-config=max_tokens=500")
    assert "(up to max_tokens=500)" in estimate(limited)
    few = priced.run("--eval-limit=10")
    assert spent(few) == 10 * EACH
    later = priced.run("--collect-only", "--eval-max-cost=0.1")
    assert "(as long as 10 earlier replies)" in estimate(later)
    assert "1,200 output tokens for 40 samples, 0.13 EUR" in estimate(later)
    assert "budget: 0.10 of 0.10 EUR left, which is not likely to suffice" in later.out
    resumed = priced.run("--collect-only", f"--eval-use-cache={few.work_dir}", "--eval-max-cost=1")
    assert "for 30 samples" in estimate(resumed)
    assert "budget: 0.97 of 1.00 EUR left" in resumed.out


def test_an_estimate_knows_the_response_cache(priced):
    priced.run("--eval-limit=10", "--eval-response-cache=cache", "--eval-work-dir=elsewhere")
    run = priced.run("--eval-response-cache=cache")
    assert "900 output tokens for 30 samples" in estimate(run)
    assert "(as long as 10 replies in the response cache)" in estimate(run)


def test_settings_come_from_the_ini_file_and_the_environment(priced, monkeypatch):
    priced.options.remove("--eval-prices=prices.yaml")
    priced.write("pytest.ini", "[pytest]\neval_prices = prices.yaml\neval_max_cost = 0.05\n")
    monkeypatch.setenv("EVALSCOPE_MAX_TOKENS_TOTAL", "100000")
    run = priced.run("--eval-generation-config=max_tokens=30")
    assert run.code == 1
    assert "0.05 EUR" in run.out
    assert "100,000 tokens left" in run.out
