"""A decorated function that makes the sample: the body is implied, and pytest finds it like any other test."""

from __future__ import annotations

import re

import pytest

from .project import kept

HEAD = """
import bdb, sys, threading
import pytest
from evalscope_pytest import Sample, benchmark, local, scoring
"""
MAKES = """
def test_adding(record) -> Sample:
    return Sample(input=record["question"], target=record["answer"])
"""
DECORATOR = '@benchmark("adding", dataset=local("adding.jsonl"), scorer=scoring.exact_match()'


def write(project, function=MAKES, *, options="", before="", marks="", count=12):
    project.data("adding", count)
    text = f"{HEAD}\n{before}\n{marks}\n{DECORATOR}{options})\n{function.strip()}\n"
    return project.write("test_adding.py", text)


def line_of(file, text):
    return next(number for number, line in enumerate(file.read_text().splitlines(), 1) if text in line)


def test_it_is_recorded_as_a_benchmark_with_the_usual_body_is(served):
    served.benchmark()
    with_body = served.run()
    write(served)
    without = served.run()
    assert (without.code, without.counts) == (0, {"correct": 12})
    assert kept(without) == kept(with_body)
    assert len(served.server.requests) == 24


def test_under_xdist_too(served):
    write(served)
    run = served.run("-n", "2")
    assert (run.code, run.counts) == (0, {"correct": 12}), run.out


def test_it_takes_subset_and_extra_params_by_name(served):
    function = """
def test_adding(record, subset, extra_params) -> Sample:
    question = f"{record['question']} in {subset}, {extra_params['unit']}"
    return Sample(question, record["answer"], metadata={"unit": extra_params["unit"]})
"""
    write(served, function, options=', prompt="{question} {unit}", extra_params={"unit": "cm"}', count=1)
    served.run('--eval-dataset-args={"adding": {"extra_params": {"unit": "km"}}}')
    (request,) = served.server.requests
    assert request.body["messages"][-1]["content"] == "0 + 0 in default, km km"


def test_collect_only_lists_its_samples(project):
    write(project, count=2)
    listed = project.run("--collect-only", "-q").out
    assert listed.splitlines()[:2] == ["test_adding.py::adding[default-0]", "test_adding.py::adding[default-1]"]


@pytest.mark.parametrize(
    ("selection", "correct"),
    [
        (["test_adding.py::test_adding"], 12),
        (["test_adding.py::test_adding[default-3]"], 1),
        (["test_adding.py::adding[default-3]"], 1),
        (["-k", "test_adding"], 12),
        (["-k", "default-3"], 1),
    ],
)
def test_it_is_selected_by_the_functions_name_as_by_the_benchmarks(selection, correct, served):
    write(served)
    assert served.run(*selection).counts.get("correct") == correct


@pytest.mark.parametrize("above", [True, False])
def test_marks_on_it_are_heeded_above_and_below_the_decorator(above, served):
    served.write("pytest.ini", "[pytest]\nmarkers = nightly: runs at night\n")
    if above:
        write(served, marks="@pytest.mark.nightly")
    else:
        write(served, f"@pytest.mark.nightly\n{MAKES.strip()}")
    assert served.run("-m", "nightly").counts == {"correct": 12}
    without = served.run("-m", "not nightly")
    assert without.code == 4
    assert "-m 'not nightly' selects no sample" in without.out


def test_a_skip_mark_leaves_it_out(project):
    write(project, marks='@pytest.mark.skip(reason="not today")')
    run = project.run("-rs")
    assert run.counts == {"skipped": 1}
    assert "not today" in run.out


def test_fixtures_that_its_marks_use_are_set_up(served):
    fixture = '@pytest.fixture(scope="module")\ndef table():\n    print("the table is laid")\n'
    write(served, marks='@pytest.mark.usefixtures("table")', before=fixture)
    run = served.run("-s")
    assert run.counts == {"correct": 12}
    assert run.out.count("the table is laid") == 1


def test_an_error_in_it_names_the_record_the_function_and_its_line(project):
    function = """
def test_adding(record) -> Sample:
    number = int(record["answer"])
    return Sample(record["question"], str(4 // (number - 4)))
"""
    file = write(project, function)
    run = project.run()
    assert run.code == 4
    (error,) = [line for line in run.out.splitlines() if line.startswith("ERROR: ")]
    assert "record 3 of subset 'default' of 'adding' cannot be read (ZeroDivisionError" in error
    assert f"test_adding.py:{line_of(file, '4 // (number')})" in error
    assert error.endswith("Correct the record, or test_adding.")


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("{'question': 1}", "test_adding of 'adding' returned dict, not a Sample."),
        ("None", "test_adding of 'adding' returned NoneType, not a Sample."),
        ("Sample('q', [5])", "Correct the record, or test_adding."),
        ("Sample('q', '5', metadata={'x': {1}})", "Let test_adding keep text, numbers, lists and mappings only."),
        ("Sample(record['querstion'], '5')", "record 1 of subset 'default' of 'adding' has no field 'querstion'. Did"),
    ],
)
def test_what_is_wrong_with_its_sample_is_said_by_its_name(made, said, project):
    write(project, f"def test_adding(record):\n    return {made}")
    run = project.run()
    assert run.code == 4
    assert said in run.out


MISTAKES = {
    "body": ("async def test_adding(sample, model):\n    return await model.generate(sample)", "Add to_sample=..."),
    "async": ("async def test_adding(record):\n    return Sample(record['question'])", "is async"),
    "yields": ("def test_adding(record):\n    yield Sample(record['question'])", "yields"),
    "fixture": ("def test_adding(record, tmp_path):\n    return Sample(record['question'])", "takes 'tmp_path'"),
}


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mixture_of_both_forms_is_refused_at_collection(kind, workers, served):
    function, said = MISTAKES[kind]
    write(served, function)
    run = served.run(*(["-n", workers] if workers else []))
    assert run.code == 4, run.out
    (error,) = [line for line in run.out.splitlines() if line.startswith("ERROR: ")]
    assert "test_adding of @benchmark('adding') takes" in error
    assert said in error
    assert "test_adding.py:" in error
    assert not served.server.requests


def test_a_body_that_takes_a_record_beside_to_sample_is_told_what_to_leave_out(project):
    write(project, options=", to_sample=lambda record: Sample(record['question'], record['answer'])")
    run = project.run()
    assert run.code == 4
    assert (
        "test_adding of benchmark 'adding' takes a record although to_sample is given. Leave to_sample out" in run.out
    )


def test_a_fixture_called_record_stays_a_fixture_of_a_body(served):
    fixture = '@pytest.fixture(scope="module")\ndef record():\n    return []\n'
    function = """
async def test_adding(sample, model, record):
    record.append(sample)
    return await model.generate(sample)
"""
    to_sample = ", to_sample=lambda row: Sample(row['question'], row['answer'])"
    write(served, function, before=fixture, options=to_sample)
    assert served.run().counts == {"correct": 12}


def test_without_a_model_it_is_skipped_at_its_own_line(project):
    file = write(project)
    run = project.run("-rs", model="")
    assert run.counts == {"skipped": 1}
    assert re.search(rf"SKIPPED \[1\] test_adding.py:{line_of(file, '@benchmark')}: give a model", run.out), run.out


def test_a_debugger_stops_in_it_in_the_main_thread(project):
    before = """
class Stops(bdb.Bdb):
    def user_line(self, frame):
        if self.break_here(frame):
            main = threading.current_thread() is threading.main_thread()
            print("stopped in", frame.f_code.co_name, "at", frame.f_locals["record"]["question"], main)
"""
    file = write(project, before=before, count=2)
    place = f"debugger.set_break({str(file)!r}, {line_of(file, 'return Sample')})"
    start = f"\ndebugger = Stops()\ndebugger.reset()\n{place}\nsys.settrace(debugger.trace_dispatch)\n"
    file.write_text(file.read_text() + start)
    run = project.spawn("test_adding.py::test_adding", "--eval-model=mock", "-s", "-p", "no:cacheprovider")
    assert "stopped in test_adding at 0 + 0 True" in run.out
    assert "stopped in test_adding at 1 + 1 True" in run.out


def test_a_breakpoint_in_it_opens_pdb(project):
    write(project, f"{MAKES.rstrip()}".replace("    return", "    breakpoint()\n    return"), count=1)
    process = project.start("test_adding.py::test_adding", "--eval-model=mock")
    assert process.stdin is None  # end of file leaves the debugger
    run = project.finish(process)
    assert "PDB set_trace" in run.out
    assert "-> return Sample(input=record" in run.out


def test_a_service_that_is_down_is_an_error_and_no_wrong_answer(served):
    write(served, count=2)
    run = served.run("--eval-api-url=http://127.0.0.1:9/v1", "--eval-generation-config=retries=0")
    assert run.code == 1
    assert run.counts == {"errors": 2}
    assert "connection refused" in run.out


def test_it_can_be_imported_and_called_without_running_twice(served):
    write(served)
    own = "def test_sum():\n    assert test_adding({'question': '1 + 1', 'answer': '2'}).target == '2'\n"
    served.write("test_made.py", f"from test_adding import test_adding\n\n{own}")
    assert served.run().counts == {"correct": 12, "passed": 1}


def test_its_samples_serve_another_benchmark_with_a_body(served):
    file = write(served)
    other = '@benchmark("polite", dataset=local("adding.jsonl"), to_sample=test_adding)'
    file.write_text(f"{file.read_text()}\n{other}\ndef test_polite(output):\n    assert output.text != 'sorry'\n")
    run = served.run()
    assert run.counts == {"correct": 24}
    assert set(run.reports) == {"adding", "polite"}


def test_in_a_class_it_is_refused_as_a_body_is(project):
    project.data("adding")
    method = MAKES.strip().replace("(record)", "(self, record)")
    text = f"{HEAD}\nclass TestSums:\n    {DECORATOR})\n    {method}\n".replace("    return", "        return")
    project.write("test_adding.py", text)
    run = project.run()
    assert run.code == 2, run.out
    assert "benchmark 'adding' is in the class TestSums. Make it a function of the module." in run.out
