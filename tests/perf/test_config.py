"""Settings of load tests from every source: command line, file, environment, ini file, Python."""

from __future__ import annotations

import json

import pytest

from evalscope_pytest.cli.main import main
from evalscope_pytest.config.setting import settings_of
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.perf import PerfConfig, run_perf_benchmark
from evalscope_pytest.perf.command.options import ENV_PREFIX, read_config
from evalscope_pytest.perf.config import GROUPS, UNSUPPORTED, default_of, flag_of

from .belief import believed  # noqa: F401
from .service import Pace, stream_of

FIELDS = tuple(settings_of(PerfConfig))
# A value of each form on the command line, as text and as a file holds it.
EXAMPLES = {
    "parallel": ("1 8", [1, 8]),
    "rate": ("0.5 2", [0.5, 2]),
    "max_tokens": ("16 64", [16, 64]),
    "headers": ("X-Team=blue X-User=a=b", {"X-Team": "blue", "X-User": "a=b"}),
    "stop": ("END STOP", ["END", "STOP"]),
    "extra_args": ('{"ignore_eos": true, "stop": null}', {"ignore_eos": True, "stop": None}),
    "dataset_args": ("target_input_len=20", {"target_input_len": 20}),
    "warmup_num": ("0.5", 0.5),
    "eval_gate": ("perf:goodput>=0.5", ["perf:goodput>=0.5"]),
    "goodput": ("ttft:500ms latency:9s", ["ttft:500ms", "latency:9s"]),
    "image_format": ("rgba", "RGBA"),
    "seed": ("-3", -3),
}


@pytest.fixture
def here(service, prompts, tmp_path, monkeypatch, believed):  # noqa: F811
    """Settings of a small load, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    service.writes, service.pace = stream_of(4), Pace(0.06, 0.005)
    return {"model": "m", "url": service.url, "dataset": "line_by_line", "dataset_path": str(prompts), "number": 3,
            "no_timestamp": True, "sleep_interval": 0}  # fmt: skip


def test_every_setting_has_a_flag_and_a_variable_and_help():
    for name in FIELDS:
        setting = settings_of(PerfConfig)[name]
        assert setting.help
        assert setting.type.expects
    assert set(GROUPS) <= set(FIELDS)
    assert not set(UNSUPPORTED) & set(FIELDS)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_setting_means_the_same_from_every_source(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text, value = EXAMPLES[name]
    (tmp_path / "perf.json").write_text(json.dumps({name: value}))
    words = text.split() if settings_of(PerfConfig)[name].type.flag == "names" else [text]
    found = [
        read_config([flag_of(name), *words], {}),
        read_config([f"{flag_of(name)}={text}"], {}) if len(words) == 1 else read_config([flag_of(name), *words], {}),
        read_config(["--config", "perf.json"], {}),
        PerfConfig(**{name: value}),
    ]
    if name not in ("headers", "stop"):  # which are separated by commas, as they may hold blanks
        found.append(read_config([], {ENV_PREFIX + name.upper(): text}))
    assert all(config == found[0] for config in found)
    assert found[0].changed(name)
    assert getattr(found[0], name) != default_of(name)


def test_a_switch_is_turned_off_again_by_what_comes_before(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "perf.yaml").write_text("stream: false\nno_timestamp: true\nopen_loop: true\n")
    words = ["--config", "perf.yaml", "--stream", "--timestamp", "--no-open-loop"]
    config = read_config(words, {})
    assert (config.stream, config.no_timestamp, config.open_loop) == (True, False, False)
    assert read_config(words[:2], {}).stream is False
    assert read_config(["--no-stream"], {}).stream is False


def test_the_command_line_wins_over_file_environment_and_ini_file(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text(
        '[tool.evalscope-pytest.perf]\nparallel = [1]\nrepeats = 2\ntop_k = 4\nname = "ini"\nheaders = { a = "1" }\n'
    )
    (tmp_path / "perf.yaml").write_text("repeats: 4\nname: file\nheaders: {a: '2', b: '2'}\n")
    folder = tmp_path / "below" / "it"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    variables = {"EVALSCOPE_PYTEST_PERF_REPEATS": "3", "EVALSCOPE_PYTEST_PERF_TOP_K": "5", "EVALSCOPE_LIMIT": "5"}
    config = read_config(["--config", "../../perf.yaml", "--name", "flag", "--headers", "b=3", "c=3"], variables)
    assert (config.name, config.repeats, config.top_k, config.parallel) == ("flag", 4, 5, (1,))
    assert config.headers == {"a": "2", "b": "3", "c": "3"}, "key by key"
    assert config.given == {
        "name": "--name",
        "headers": "--headers",
        "repeats": "../../perf.yaml",
        "top_k": "environment variable EVALSCOPE_PYTEST_PERF_TOP_K",
        "parallel": "parallel of pyproject.toml",
    }


@pytest.mark.parametrize("file", ["pytest.ini", "tox.ini", "setup.cfg"])
def test_an_ini_file_gives_text_and_paths_relative_to_itself(file, tmp_path, monkeypatch):
    (tmp_path / file).write_text("[evalscope-pytest:perf]\nparallel = 1 8\nstream = no\ndataset_path = data/p.txt\n")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "pyproject.toml").write_text("[tool.other]\nx = 1\n")
    monkeypatch.chdir(tmp_path / "deep")
    config = read_config([], {})
    assert (config.parallel, config.stream) == ((1, 8), False)
    assert config.dataset_path == str(tmp_path / "data" / "p.txt")


@pytest.mark.parametrize(
    ("files", "words", "variables", "message"),
    [
        ({}, ["--paralel", "3"], {}, "unknown option --paralel. Did you mean '--parallel'?"),
        ({"p.yaml": "paralel: 3"}, ["--config", "p.yaml"], {}, "unknown setting 'paralel' in p.yaml. Did you mean"),
        ({"p.yaml": "parallel: 0"}, ["--config", "p.yaml"], {}, "parallel cannot be 0 (in p.yaml). It takes one or"),
        ({"p.yaml": "log_every_n_query: 5"}, ["--config", "p.yaml"], {}, "log_every_n_query in p.yaml: progress is"),
        ({"p.yaml": "- 1"}, ["--config", "p.yaml"], {}, "p.yaml: it holds a list, not a mapping"),
        ({}, ["--config", "p.yaml"], {}, "there is no configuration file p.yaml"),
        ({}, [], {"EVALSCOPE_PYTEST_PERF_RATES": "5"}, "unknown environment variable EVALSCOPE_PYTEST_PERF_RATES. Did"),
        ({}, [], {"EVALSCOPE_PYTEST_PERF_RATE": "x"}, "in environment variable EVALSCOPE_PYTEST_PERF_RATE)"),
        ({"pyproject.toml": "[tool.evalscope-pytest.perf]\nrepeat = 3"}, [], {}, "in repeat of pyproject.toml. Did"),
        ({"pyproject.toml": "[tool.evalscope-pytest.perf\n"}, [], {}, "pyproject.toml cannot be read"),
        ({"pytest.ini": "[evalscope-pytest:perf]\nseed = x"}, [], {}, "seed cannot be 'x' (in seed of pytest.ini)"),
        ({"pytest.ini": "[evalscope-pytest:perf]\nseed\n"}, [], {}, "pytest.ini cannot be read"),
    ],
)
def test_a_mistake_names_its_source(files, words, variables, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_config(words, variables)
    assert message in str(caught.value)


def test_a_setting_without_effect_is_refused_with_its_source(here, tmp_path, service, capsys):
    (tmp_path / "perf.yaml").write_text(json.dumps({**here, "image_width": 5}))
    assert main(["perf", "--config", "perf.yaml"]) == 4
    assert (
        "--image-width (in perf.yaml) has an effect only on random pictures. Add --dataset random_vl"
        in capsys.readouterr().err
    )
    assert service.requests == []


def test_a_key_is_in_no_message_and_no_text(monkeypatch):
    monkeypatch.setenv("MY_KEY", "sk-my-secret-key-1")
    config = PerfConfig(model="m", api_key="env:MY_KEY", headers={"X-Api-Key": "sk-my-secret-key-2"})
    assert config.api_key.reveal() == "sk-my-secret-key-1"
    assert "secret" not in repr(config)
    for wrong in ({"headers": ["sk-my-secret-key-3"]}, {"api_key": 5}, {"extra_args": "sk-my-secret-key-4"}):
        with pytest.raises(ConfigError) as caught:
            PerfConfig(**wrong)
        assert "secret" not in str(caught.value)
    with pytest.raises(ConfigError, match="'NO_SUCH_KEY' is not set"):
        PerfConfig(api_key="env:NO_SUCH_KEY")


def test_a_load_is_run_from_python(here, service, tmp_path, capsys):
    (tmp_path / "perf.yaml").write_text(json.dumps({**here, "parallel": [1, 2], "number": [2, 4], "name": "file"}))
    ways = [PerfConfig(**here), {**here, "name": "mapping"}, "perf.yaml", tmp_path / "perf.yaml"]
    outcomes = [run_perf_benchmark(way) for way in ways[:3]]
    assert [[result.sent for result in outcome.results] for outcome in outcomes] == [[3], [3], [2, 4]]
    assert [outcome.folder.name for outcome in outcomes] == ["m", "mapping", "file"]
    assert all(outcome.exit_code == 0 for outcome in outcomes)
    assert (tmp_path / "outputs" / "perf" / "file" / "summary.json").is_file()
    assert "parallel 2" in capsys.readouterr().out


def test_a_failed_gate_is_in_the_outcome(here):
    outcome = run_perf_benchmark({**here, "eval_gate": "perf:ttft.p99<0.000001"})
    assert [gate.passed for gate in outcome.gates] == [False]
    assert outcome.exit_code == 1


def test_a_search_from_python(here):
    outcome = run_perf_benchmark(
        {name: value for name, value in here.items() if name != "number"}
        | {"sla_auto_tune": True, "sla_params": {"p99_ttft": "<=90s"}, "sla_upper_bound": 2, "sla_num_runs": 1}
    )
    assert [found.best for found in outcome.searches] == [2]
    assert len(outcome.results) == 2
    assert outcome.exit_code == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"modell": "m"}, "unknown setting 'modell' in run_perf_benchmark(modell=...). Did you mean 'model'?"),
        ({"model": "m"}, "no service is given"),
        ({"url": "http://127.0.0.1:9/v1"}, "no model is given. Add --model NAME"),
        ({"model": "m", "url": 5}, "url cannot be 5 (in run_perf_benchmark(url=...))"),
        ({"api": "local", "port": 8000}, "no model is given"),
        ("missing.yaml", "there is no configuration file missing.yaml"),
    ],
)
def test_a_mistake_in_python_is_refused(given, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        run_perf_benchmark(given)
    assert message in str(caught.value)


def test_a_changed_copy_keeps_the_sources():
    config = PerfConfig(model="m", parallel=[1, 2])
    copy = config.replaced(parallel=4, seed=1)
    assert (copy.parallel, copy.seed, copy.model) == ((4,), 1, "m")
    assert config.parallel == (1, 2)
    assert copy.given == {"model": "PerfConfig(model=...)", "parallel": "PerfConfig(parallel=...)",
                          "seed": "replaced(seed=...)"}  # fmt: skip
    assert config != copy
    assert repr(config) == "PerfConfig(model='m', parallel=(1, 2))"
