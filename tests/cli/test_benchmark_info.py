import json

from evalscope_pytest.benchmarks.bundled import bundled_files
from evalscope_pytest.cli.main import main


def output_of(capsys, *arguments):
    assert main(["benchmark-info", *arguments]) == 0
    return capsys.readouterr().out


def test_all_benchmarks_are_listed_one_in_a_line(capsys):
    lines = output_of(capsys).splitlines()
    assert lines[0].split() == [
        "Name",
        "Language",
        "Metric",
        "Shots",
        "Needs",
        "Subsets",
        "Records",
        "Split",
        "Dataset",
    ]
    subjects = "\n".join(lines[2:]).strip().split("\n\n")
    found = [[line.split()[0] for line in block.splitlines()[1:]] for block in subjects]
    assert sorted(name for names in found for name in names) == sorted(bundled_files())
    assert all(names == sorted(names) for names in found)
    assert subjects[0].startswith("mathematics:\naime24 ")


def test_a_narrow_terminal_gets_fewer_columns(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    for columns in (80, 120):
        monkeypatch.setenv("COLUMNS", str(columns))
        lines = output_of(capsys).splitlines()
        assert max(map(len, lines)) <= columns
        assert lines[0].startswith("Name ")


def test_facts_choose_benchmarks(capsys):
    lines = output_of(capsys, "--needs", "judge", "--needs", "pictures", "--language", "several").splitlines()
    names = [line.split()[0] for line in lines if "judge, pictures" in line]
    assert "hipho" in names
    assert len(names) == len([line for line in lines[2:] if line and not line.endswith(":")])
    mathematics = output_of(capsys, "--subject=mathematics", "--metric=accuracy")
    assert "gsm8k " in mathematics
    assert "process_bench" not in mathematics
    assert main(["benchmark-info", "--subject", "maths"]) != 0
    assert "no benchmark has the subject 'maths'. Did you mean 'mathematics'?" in capsys.readouterr().err


def test_a_benchmark_is_described(capsys):
    text = output_of(capsys, "gsm8k")
    for words in (
        "AI-ModelScope/gsm8k",
        "few-shot     4",
        "accuracy",
        "math, reasoning",
        "version",
        "arXiv:2110.14168",
    ):
        assert words in text


def test_json_holds_everything(capsys):
    (info,) = json.loads(output_of(capsys, "mmlu", "--format", "json"))
    assert (info["name"], info["few_shot_num"], len(info["subsets"])) == ("mmlu", 5, 57)
    assert info["metrics"][0] == "accuracy"


def test_markdown_is_a_table(capsys):
    lines = output_of(capsys, "--format=markdown", "--tag", "math").splitlines()
    assert lines[1] == f"|{' --- |' * 9}"
    assert all(line.count("|") == 10 for line in lines)
    names = [line.split("|")[1].strip() for line in lines[2:]]
    assert "gsm8k" in names
    assert "arc" not in names


def test_markdown_of_one_benchmark_is_a_section(capsys):
    text = output_of(capsys, "bfcl_v4", "--format=markdown")
    assert text.startswith("## bfcl_v4\n\nCalling functions")
    assert "Subsets: simple_python, simple_java" in text
    assert '`{"is_fc_model": true, "underscore_to_dot": true}`' in text


def test_what_a_run_has_to_provide_is_told(capsys):
    assert "needs        a sandbox" in output_of(capsys, "humaneval")
    assert "needs        a judge model" in output_of(capsys, "alpaca_eval")
    assert "needs        nothing" in output_of(capsys, "gsm8k")


def test_the_prompt_is_shown(capsys):
    assert "prompt:\n  {question}\n" in output_of(capsys, "gsm8k")
    (info,) = json.loads(output_of(capsys, "needle_haystack", "--format", "json"))
    assert "{question}" in info["prompt"]


def test_several_tags_must_all_be_there(capsys):
    lines = output_of(capsys, "--tag", "knowledge", "--tag", "chinese").splitlines()
    names = [line.split()[0] for line in lines[2:] if line]
    assert {"ceval", "cmmlu"} <= set(names)
    assert "mmlu" not in names
