"""What a benchmark's function may be and return."""

import pytest

KINDS = {
    "async": "async def test_adding(sample, model):\n    return await model.generate(sample)",
    "output": "def test_adding(sample, output):\n    return output",
    "nothing": "def test_adding(output):\n    pass",
    "blocking": "def test_adding(sample, model):\n    return model.generate(sample)",
    "text": "def test_adding(sample, output):\n    return output.text + ' '",
    "async output": "async def test_adding(sample, output):\n    await asyncio.sleep(0)\n    return output",
    "score": "def test_adding(sample, output):\n    return Score(accuracy=output.text == sample.target)",
    "number": "def test_adding(sample, output):\n    return float(output.text == sample.target)",
    "truth": "def test_adding(sample, output):\n    return output.text == sample.target",
    "assert": "def test_adding(sample, output):\n    assert output.text == sample.target",
    "default": "def test_adding(sample, output, least=0):\n    return int(sample.target) - int(output.text) >= least",
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_body_is_scored(kind, served):
    served.benchmark(body=KINDS[kind], options="scorer=None" if kind == "assert" else "")
    served.server.answer = lambda messages: "wrong" if "7 + 7" in messages[-1]["content"] else _solve(messages)
    if kind == "default":
        served.server.answer = lambda messages: "15" if "7 + 7" in messages[-1]["content"] else _solve(messages)
    run = served.run()
    assert run.code == 0, run.out
    assert run.counts == {"correct": 11, "wrong": 1}
    assert run.score() == pytest.approx(11 / 12, abs=1e-4)
    assert len(served.server.requests) == 12


def _solve(messages):
    from .project import solve

    return solve(messages)


def test_an_asserts_message_is_the_explanation(project):
    project.benchmark(
        body="def test_adding(sample, output):\n    assert output.text == '6', f'I read {output.text!r}'",
        options="scorer=None",
    )
    run = project.run("--eval-show-wrong=1")
    assert run.counts == {"correct": 1, "wrong": 11}
    explanations = [row["sample_score"]["score"]["explanation"] for row in run.rows("reviews")]
    assert explanations[0].startswith("I read '0'\nassert '0' == '6'\n +  where '0' = ModelOutput(text='0'")


def test_an_assert_without_a_message_explains_itself_as_in_any_test(project):
    project.benchmark(body="def test_adding(sample, output):\n    assert output.text == '6'", options="scorer=None")
    run = project.run()
    explanation = run.rows("reviews")[0]["sample_score"]["score"]["explanation"]
    lines = explanation.splitlines()
    assert lines[0] == "assert '0' == '6'"
    assert lines[1].startswith(" +  where '0' = ModelOutput(")
    assert len(lines) == 2  # no comparison line by line, which takes long on long replies
    assert "latency" not in explanation


def test_several_metrics_are_reported_the_first_being_the_primary(project):
    body = "def test_adding(sample, output):\n    return Score(accuracy=0.5, turns=3, answer='x', explanation='so')"
    project.benchmark(body=body, options='metrics=["accuracy", "turns"]')
    run = project.run()
    assert run.counts == {"partial": 12}
    scores = sorted(m["score"] for m in run.reports["adding"]["metrics"])
    assert scores == [0.5, 3.0]
    assert run.score() == 0.5


def test_repeats_have_ids_of_their_own_and_are_aggregated(served):
    served.benchmark(count=4, options='aggregation="mean_and_pass_at_k", repeats=3')
    seen = []

    def answer(messages):
        question = messages[-1]["content"]
        seen.append(question)
        return _solve(messages) if question != "3 + 3" and seen.count(question) == 1 else "wrong"

    served.server.answer = answer
    listed = served.run("--co", "-q").out.splitlines()[:4]
    assert listed == [
        "test_adding.py::adding[default-0]", "test_adding.py::adding[default-0-r2]",
        "test_adding.py::adding[default-0-r3]", "test_adding.py::adding[default-1]",
    ]  # fmt: skip
    run = served.run()
    assert run.counts == {"correct": 3, "wrong": 9}
    metrics = run.reports["adding"]["metrics"]
    scores = {(m["identity"]["aggregation"], m["identity"]["dimensions"].get("k")): m["score"] for m in metrics}
    assert scores == {("mean", None): 0.25, ("pass_at_k", 1): 0.25, ("pass_at_k", 2): 0.5, ("pass_at_k", 3): 0.75}
    assert len(served.server.requests) == 12
    one = served.run("test_adding.py::adding[default-0-r2]")
    assert one.counts == {"wrong": 1}


def test_eval_repeats_asks_each_sample_so_often(served):
    served.benchmark(count=4)
    assert served.run("--eval-repeats=3").counts == {"correct": 12}
    assert len(served.server.requests) == 12


def test_several_turns_are_several_requests_of_one_sample(served):
    body = """
async def test_adding(sample, model):
    first = await model.generate(sample)
    reply = {"role": "assistant", "content": first.text}
    turns = [Message("user", sample.input), reply, {"role": "user", "content": "1"}]
    second = await model.generate(turns, temperature=0.5, max_tokens=7)
    return Score(accuracy=second.text == "1", turns=2)
"""
    served.benchmark(body=body, options='metrics=["accuracy"]')
    run = served.run()
    assert run.counts == {"correct": 12}
    bodies = [r.body for r in served.server.requests]
    second = [b for b in bodies if len(b["messages"]) == 3]
    assert len(bodies) == 24
    assert len(second) == 12
    assert second[0]["messages"][1]["role"] == "assistant"
    assert (second[0]["temperature"], second[0]["max_tokens"]) == (0.5, 7)
    row = run.rows()[0]
    assert len(row["calls"]) == 2 if "calls" in row else len(row["messages"]) >= 3


def test_an_unknown_generation_parameter_is_the_authors_mistake(project):
    project.benchmark(body="def test_adding(sample, model):\n    return model.generate(sample, temprature=0)")
    run = project.run()
    assert run.code == 1
    assert run.counts["failed"] == 3 or run.counts["failed"] == 12
    assert "no generation parameter 'temprature'. Did you mean 'temperature'?" in run.out


def test_a_body_may_skip_a_sample_which_counts_nowhere(project):
    body = """
def test_adding(sample, output):
    if sample.input == "3 + 3":
        pytest.skip("three is odd")
    return output
"""
    project.benchmark(body=body)
    run = project.run("-rs", "--junitxml=junit.xml")
    assert run.code == 0
    assert run.counts == {"correct": 11, "skipped": 1}
    assert "three is odd" in run.out
    assert run.reports["adding"]["num"] == 11


@pytest.mark.parametrize(
    ("statement", "explanation"),
    [
        ("pytest.fail('not so')", "not so"),
        ("with pytest.raises(ValueError):\n        int(output.text)", "DID NOT RAISE"),
    ],
)
def test_pytests_own_ways_to_fail_are_a_wrong_answer(statement, explanation, project):
    project.benchmark(body=f"def test_adding(sample, output):\n    {statement}", options="scorer=None")
    run = project.run()
    assert run.code == 0, run.out
    assert run.counts == {"wrong": 12}
    assert explanation in run.rows("reviews")[0]["sample_score"]["score"]["explanation"]


DEEPER = "def deeper(sample):\n    return {}[sample.target]"


@pytest.mark.parametrize("processes", [0, 2])
def test_an_authors_exception_is_a_failure_with_the_authors_frames(processes, project):
    project.benchmark(body="def test_adding(sample, output):\n    return deeper(sample)", before=DEEPER, count=30)
    run = project.run("-n", processes) if processes else project.run()
    assert run.code == 1
    assert run.counts.get("failed", 0) + run.counts.get("failed alike", 0) == 30
    assert 2 <= run.out.count("return {}[sample.target]") <= 2 * 3 * max(1, processes)
    assert "KeyError: '0'" in run.out
    assert "evalscope_pytest/" not in run.out.partition("FAILURES")[2].partition("report:")[0]
    assert run.out.count("test_adding.py:") < 40


def test_a_fault_of_its_own_of_each_sample_is_shown_three_times_at_most(project):
    project.benchmark(body="def test_adding(sample, output):\n    raise LookupError(sample.input)", count=100)
    run = project.run("-rf")
    assert len(run.out.splitlines()) < 150
    assert run.counts.get("failed", 0) + run.counts.get("failed alike", 0) == 100


@pytest.mark.parametrize("statement", ["sys.exit(3)", "raise KeyError('x')", "os.abort if 0 else undefined"])
def test_whatever_a_body_raises_the_other_samples_run(statement, project):
    body = f"def test_adding(sample, output):\n    if sample.target == '6': {statement}\n    return output"
    project.benchmark(body=body)
    run = project.run()
    assert run.code == 1
    assert run.counts == {"correct": 11, "failed": 1}


WEIRD = "def test_adding(sample, output):\n    secret = os.environ['MY_API_KEY']\n    raise ValueError('bug \\x1b[31m')"


@pytest.mark.parametrize("options", [["-l"], ["--tb=line"], ["--tb=short", "-l"]])
def test_a_masked_traceback_is_still_told_by_its_last_line(options, project, monkeypatch):
    monkeypatch.setenv("MY_API_KEY", "sk-0123456789abcdef")
    project.benchmark(body=WEIRD, count=1)
    run = project.run("-rf", *options)
    assert (run.code, run.counts) == (1, {"failed": 1})
    assert "\x1b" not in run.out
    assert "sk-0123456789abcdef" not in run.out
    assert "FAILED test_adding.py::adding[default-0] - ValueError: bug \\x1b[31m" in run.out
    if "--tb=line" in options:
        assert "def test_adding" not in run.out


CANCELLED = """
async def test_adding(sample, model):
    if sample.target == "6":
        task = asyncio.create_task(asyncio.sleep(5))
        task.cancel()
        await task
    return await model.generate(sample)
"""


@pytest.mark.parametrize("processes", [0, 2])
@pytest.mark.parametrize("body", [CANCELLED, CANCELLED.replace("await task", "raise asyncio.CancelledError")])
def test_a_cancellation_of_the_bodys_own_fails_that_sample_only(body, processes, project):
    project.benchmark(body=body)
    run = project.run("-n", processes) if processes else project.run()
    assert (run.code, run.counts) == (1, {"correct": 11, "failed": 1})
    assert "CancelledError" in run.out
    assert "INTERNALERROR" not in run.out


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("async def test_adding(sample, model):\n    model.generate(sample)", "forget await or return?"),
        (
            "async def test_adding(sample, model):\n    return model.generate(sample)",
            "coroutine: did you forget await?",
        ),
    ],
)
def test_a_forgotten_await_is_the_authors_mistake(body, said, project):
    project.benchmark(body=body)
    run = project.run("-W", "ignore::RuntimeWarning")
    assert run.code == 1
    assert run.counts.get("failed", 0) + run.counts.get("failed alike", 0) == 12
    assert said in run.out


def test_prints_and_logs_belong_to_their_sample(project):
    body = """
def test_adding(sample, output):
    print("printed for", sample.input)
    logging.getLogger("mine").warning("logged for %s", sample.input)
    if sample.input == "3 + 3":
        raise ValueError("three")
    return output
"""
    ordinary = "def test_ordinary(capsys):\n    print('own')\n    assert 'own' in capsys.readouterr().out"
    project.benchmark(body=body, after=ordinary)
    run = project.run()
    assert run.counts == {"correct": 11, "failed": 1, "passed": 1}
    assert "printed for 3 + 3" in run.out
    assert "WARNING mine: logged for 3 + 3" in run.out
    assert "printed for 4 + 4" not in run.out


@pytest.mark.parametrize("value", ["object()", "[1]", "float('nan')"])
def test_a_value_that_is_no_score_is_told(value, project):
    project.benchmark(body=f"def test_adding(sample, output):\n    return {value}")
    run = project.run()
    assert run.code == 1
    assert "returned" in run.out or "not a finite number" in run.out


def test_a_body_that_returns_text_without_a_scorer_is_told_what_is_missing(project):
    project.benchmark(body="def test_adding(sample, output):\n    return output", options="scorer=None")
    run = project.run()
    assert run.code == 1
    assert "has no scorer to judge it: give @benchmark a scorer=" in run.out
    shown = run.out.partition("FAILURES")[2].partition("samples without a score")[0]
    assert "evaluation.py" not in shown
    assert "test_adding.py:12" in shown


@pytest.mark.parametrize("workers", [0, 2])
def test_a_body_without_a_scorer_is_found_out_by_its_first_sample(workers, served):
    served.benchmark(body="def test_adding(sample, output):\n    return output", options="scorer=None", count=40)
    served.benchmark("other", count=3)
    run = served.run("-n", workers) if workers else served.run()
    assert run.code == 1
    assert run.score("other") == 1.0
    assert run.counts.get("failed", 0) + run.counts.get("failed alike", 0) == 40
    assert "has no scorer to judge it" in run.out
    assert len(served.server.requests) == 3 + max(1, workers)


def test_a_body_that_returns_what_cannot_be_scored_does_not_ask_for_all_samples(served):
    served.benchmark(body="def test_adding(sample, output):\n    return object()", count=60)
    run = served.run("--eval-batch-size=2")
    assert run.code == 1
    assert run.counts.get("failed", 0) + run.counts.get("failed alike", 0) == 60
    assert len(served.server.requests) < 20


def test_one_odd_return_after_a_result_fails_its_own_sample_only(project):
    body = "def test_adding(sample, output):\n    return object() if sample.input == '7 + 7' else output"
    project.benchmark(body=body)
    run = project.run("--eval-batch-size=1")
    assert run.counts == {"correct": 11, "failed": 1}


def test_a_benchmark_that_decides_by_assertions_needs_no_scorer(served):
    body = "def test_adding(sample, output):\n    assert output.text == sample.target"
    served.benchmark(body=body, options="scorer=None")
    run = served.run()
    assert (run.code, run.counts) == (0, {"correct": 12})


def test_a_scorer_that_raises_is_told_with_file_and_line(project):
    broken = "from evalscope_pytest.scoring import Scorer\ndef broken(text, sample):\n    return 1 / 0"
    project.benchmark(before=broken, options="scorer=Scorer('broken', ('accuracy',), broken)")
    run = project.run()
    assert (run.code, run.counts) == (1, {"errors": 12})
    assert "scorer broken failed: ZeroDivisionError: division by zero" in run.out
    assert "test_adding.py:12)" in run.out


def test_a_body_may_end_the_session(served):
    body = "def test_adding(sample, output):\n    if sample.target == '100': pytest.exit('enough')\n    return output"
    served.benchmark(body=body, count=400)
    served.server.hold_from(80)  # the run ends while it waits for these
    run = served.run("--eval-batch-size=2")
    assert (run.code, run.counts["correct"], set(run.counts)) == (2, 50, {"correct", "not run"})
    assert "Exit: enough" in run.out
    assert len(served.server.requests) < 100
    assert not served.server.held_in_vain


def test_with_s_prints_are_seen_at_once(project):
    body = "def test_adding(sample, output):\n    print('said', sample.input)\n    return output"
    project.benchmark(body=body)
    assert "said 3 + 3" in project.run("-s").out
    assert "said 3 + 3" not in project.run().out
