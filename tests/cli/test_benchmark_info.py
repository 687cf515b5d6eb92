import json

from evalscope_pytest.benchmarks.bundled import bundled_files
from evalscope_pytest.cli.main import main


def output_of(capsys, *arguments):
    assert main(["benchmark-info", *arguments]) == 0
    return capsys.readouterr().out


def test_all_benchmarks_are_listed_one_in_a_line(capsys):
    lines = output_of(capsys).splitlines()
    assert lines[0].split() == ["Name", "Dataset", "Subsets", "Split", "Shots", "Metrics", "Tags"]
    assert [line.split()[0] for line in lines[2:]] == sorted(bundled_files())


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
    assert lines[1] == "| --- | --- | --- | --- | --- | --- | --- |"
    assert all(line.count("|") == 8 for line in lines)
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
    names = [line.split()[0] for line in lines[2:]]
    assert {"ceval", "cmmlu"} <= set(names)
    assert "mmlu" not in names
