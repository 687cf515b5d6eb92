import io
import json
import sys

import hypothesis
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from evalscope_pytest.config import TaskConfig
from evalscope_pytest.config.options import cli_flag
from evalscope_pytest.config.parse import Layer
from evalscope_pytest.config.schema import to_mapping
from evalscope_pytest.config.sources import (
    environment_layer,
    file_layer,
    from_mapping,
    gather,
    ini_layer,
    option_layer,
    resolve,
)
from evalscope_pytest.config.text import standard_input
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.version import __version__

URL = "http://127.0.0.1:8000/v1"


@pytest.fixture
def yaml_file(tmp_path):
    def write(text):
        path = tmp_path / "conf.yaml"
        path.write_text(text)
        return str(path)

    return write


def ini(**values):
    return lambda name: values.get(name)


# Precedence --------------------------------------------------------------------------------------------------------

SOURCES = ("option", "file", "environment", "ini")


@pytest.mark.parametrize("present", [SOURCES[i:] for i in range(len(SOURCES) + 1)], ids="-".join)
def test_the_strongest_source_wins(present, yaml_file):
    options = {"eval_model": "m"}
    environ = {}
    values = {}
    if "option" in present:
        options["eval_limit"] = "1"
    if "file" in present:
        options["eval_task_config"] = yaml_file("limit: 2")
    if "environment" in present:
        environ["EVALSCOPE_LIMIT"] = "3"
    if "ini" in present:
        values["eval_limit"] = "4"
    config = gather(options, getini=ini(**values), environ=environ)
    assert config.limit == {"option": 1, "file": 2, "environment": 3, "ini": 4, None: None}[next(iter(present), None)]
    origin = {"option": "--eval-limit", "file": "conf.yaml", "environment": "environment variable EVALSCOPE_LIMIT",
              "ini": "eval_limit of pytest.ini"}  # fmt: skip
    assert not present or config.given["limit"].endswith(origin[present[0]])


def test_mappings_are_merged_key_by_key(yaml_file):
    path = yaml_file(
        "generation_config: {temperature: 0.2, max_tokens: 100}\n"
        "dataset_args: {arc: {few_shot_num: 1, shuffle: true}, mmlu: {few_shot_num: 5}}\n"
        "model_args: {revision: a}\n"
    )
    config = gather(
        {
            "eval_task_config": path,
            "eval_generation_config": "max_tokens=5",
            "eval_dataset_args": '{"arc": {"few_shot_num": 0}}',
        },
        environ={"EVALSCOPE_MODEL_ARGS": "revision=b,device_map=auto"},
        getini=ini(eval_generation_config="temperature=1,top_p=0.5", eval_model="m"),
    )
    generation = config.generation_config
    assert (generation.temperature, generation.max_tokens, generation.top_p) == (0.2, 5, 0.5)
    assert config.args_of("arc").few_shot_num == 0
    assert config.args_of("arc").shuffle is True
    assert config.args_of("mmlu").few_shot_num == 5
    assert config.model_args == {"revision": "a", "device_map": "auto"}
    assert config.given["generation_config.top_p"] == "eval_generation_config of pytest.ini"


def test_an_older_spelling_in_a_stronger_source_beats_todays_in_a_weaker_one(yaml_file):
    path = yaml_file("generation_config: {timeout: 60, max_tokens: 7}")
    config = gather(
        {"eval_task_config": path, "eval_timeout": "5", "eval_generation_config": "max_new_tokens=9"}, environ={}
    )
    assert (config.timeout, config.generation_config.max_tokens) == (5, 9)


def test_a_switch_can_be_turned_off_again(yaml_file):
    path = yaml_file("collect_perf: true\ndebug: true")
    config = gather({"eval_task_config": path, "eval_collect_perf": False, "eval_debug": False}, environ={})
    assert (config.collect_perf, config.debug) == (False, False)


# Single sources ----------------------------------------------------------------------------------------------------


def test_every_field_is_read_from_the_command_lines_text():
    config = resolve(
        [
            option_layer(
                {
                    "eval_model": "m",
                    "eval_api_url": URL,
                    "eval_datasets": ["gsm8k,arc", "mmlu"],
                    "eval_limit": "1.0",
                    "eval_max_errors": "2%",
                    "eval_gate": ["gsm8k>=0.7", "arc>=0.1"],
                    "eval_type": "service",
                    "eval_dry_run": True,
                    "eval_show_wrong": "3",
                    "eval_template_type": "qwen",
                }
            )
        ]
    )
    assert config.datasets == ("gsm8k", "arc", "mmlu")
    assert isinstance(config.limit, float)
    assert (config.gate, config.eval_type, config.dry_run) == (("gsm8k>=0.7", "arc>=0.1"), "openai_api", True)
    assert (str(config.max_errors), config.show_wrong) == ("2%", 3)
    assert "template_type 'qwen' (--eval-template-type)" in config.notes[0]


@pytest.mark.parametrize(
    ("environ", "field", "value"),
    [
        ({"EVALSCOPE_BASE_URL": URL + "/"}, "api_url", URL),
        ({"EVALSCOPE_API_URL": URL, "EVALSCOPE_BASE_URL": "http://other"}, "api_url", URL),
        ({"EVALSCOPE_HEARTBEAT_INTERVAL": "5"}, "heartbeat_interval", 5),
        ({"EVALSCOPE_EVAL_BATCH_SIZE": "3"}, "eval_batch_size", 3),
        ({"EVALSCOPE_DEBUG": "1"}, "debug", True),
        ({"EVALSCOPE_LIMIT": "  "}, "limit", None),
        ({"EVALSCOPE_GATE": "gsm8k>=0.7;arc>=0.5"}, "gate", ("gsm8k>=0.7", "arc>=0.5")),
        ({"EVALSCOPE_CACHE": "/c", "EVALSCOPE_LOG_LEVEL": "x", "EVALSCOPE_PYTEST_DATA": "/d"}, "debug", False),
    ],
)
def test_the_environment_sets_every_field(environ, field, value):
    config = resolve([Layer({("model",): "m"}, {("model",): "test"}), environment_layer(environ)])
    assert getattr(config, field) == value


def test_the_key_comes_from_the_environment():
    config = resolve([environment_layer({"EVALSCOPE_API_KEY": "s3cret-key", "EVALSCOPE_MODEL": "m"})])
    assert config.api_key.reveal() == "s3cret-key"


def test_variables_meant_for_every_run_do_not_break_those_they_do_not_concern():
    environ = {"EVALSCOPE_BASE_URL": URL, "EVALSCOPE_CHAT_TEMPLATE": "{{ messages }}"}
    local = gather({"eval_model": "m", "eval_type": "llm_ckpt"}, environ=environ)
    assert (local.api_url, local.chat_template) == (None, "{{ messages }}")
    service = gather({"eval_model": "m"}, environ=environ)
    assert (service.api_url, service.chat_template) == (URL, None)
    assert gather({}, environ=environ | {"EVALSCOPE_EVAL_TYPE": "openai_api"}).eval_type is None


def test_a_variable_that_is_almost_right_is_refused():
    with pytest.raises(ConfigError, match=r"EVALSCOPE_LIMTI.*Did you mean 'EVALSCOPE_LIMIT'"):
        environment_layer({"EVALSCOPE_LIMTI": "5"})


def test_the_ini_file_gives_text_and_lists_and_paths_beside_it(tmp_path):
    layer = ini_layer(
        ini(eval_datasets=["gsm8k", "arc"], eval_gate=["gsm8k >= 0.7"], eval_debug="True",
            eval_baseline=["runs/last", "latest"],
            eval_use_cache="latest", eval_limit=None, eval_model=""),
        tmp_path / "pytest.ini",
    )  # fmt: skip
    assert layer.values == {
        ("datasets",): ("gsm8k", "arc"),
        ("gate",): ("gsm8k >= 0.7",),
        ("debug",): True,
        ("baseline",): (str(tmp_path / "runs" / "last"), "latest"),
        ("use_cache",): "latest",
    }


def test_json_is_read_from_standard_input_once(monkeypatch):
    standard_input.cache_clear()
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"model": "m", "limit": 5}'))
    for _ in range(2):
        assert gather({"eval_task_config": "-"}, environ={}).limit == 5
    standard_input.cache_clear()
    monkeypatch.setattr(sys, "stdin", io.StringIO("limit: 5"))
    with pytest.raises(ConfigError, match="standard input: not valid JSON"):
        gather({"eval_task_config": "-"}, environ={})
    standard_input.cache_clear()


WRONG = {
    "--eval-limit": lambda folder: option_layer({"eval_limit": "two"}),
    "--limit": lambda folder: option_layer({"eval_limit": "two"}, cli_flag),
    "bad.yaml": lambda folder: file_layer(folder / "bad.yaml"),
    "bad.json": lambda folder: file_layer(folder / "bad.json"),
    "environment variable EVALSCOPE_LIMIT": lambda folder: environment_layer({"EVALSCOPE_LIMIT": "two"}),
    "eval_limit of tox.ini": lambda folder: ini_layer(ini(eval_limit="two"), folder / "tox.ini"),
}


@pytest.mark.parametrize("where", WRONG)
def test_a_message_says_where_the_wrong_value_stands(where, tmp_path):
    (tmp_path / "bad.yaml").write_text("limit: two")
    (tmp_path / "bad.json").write_text('{"limit": "two"}')
    with pytest.raises(ConfigError) as error:
        WRONG[where](tmp_path)
    assert "limit cannot be 'two'" in str(error.value)
    assert where in str(error.value)


# Back and forth ----------------------------------------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)
NUMBERS = st.floats(0, 1, allow_nan=False)
JSON_TABLES = st.dictionaries(WORDS, st.integers() | WORDS | st.booleans() | st.lists(NUMBERS), max_size=3).filter(
    lambda table: "***" not in table.values()
)
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "model": WORDS.filter(lambda word: not word.startswith(("***", "~"))),
        "model_id": WORDS,
        "model_args": JSON_TABLES,
        "datasets": st.lists(st.text("abc_0", min_size=1), max_size=4),
        "limit": st.integers(1, 10**6) | st.floats(0.001, 1),
        "limit_total": st.integers(1, 10**6),
        "limit_order": st.sampled_from(["first", "random"]),
        "repeats": st.integers(1, 50),
        "eval_batch_size": st.integers(1, 999),
        "generation_config": st.fixed_dictionaries(
            {},
            optional={
                "temperature": st.floats(0, 2),
                "retries": st.integers(0, 9),
                "stop_seqs": st.lists(WORDS),
                "timeout": st.floats(0.1, 99),
                "extra_body": JSON_TABLES,
                "extra_headers": st.dictionaries(WORDS, WORDS, max_size=2),
                "logit_bias": st.dictionaries(st.integers(0, 999).map(str), st.floats(-100, 100), max_size=3),
            },
        ),
        "dataset_args": st.dictionaries(
            st.text("abc._-", min_size=1),
            st.fixed_dictionaries(
                {},
                optional={
                    "few_shot_num": st.integers(0, 9),
                    "subset_list": st.lists(WORDS),
                    "prompt_template": st.text(),
                    "metric_list": st.lists(WORDS | JSON_TABLES.filter(bool), max_size=2),
                    "extra_params": JSON_TABLES,
                    "shuffle": st.booleans(),
                },
            ),
            max_size=3,
        ),
        "api_key": WORDS.filter(lambda word: not word.startswith(("env:", "***"))),
        "max_errors": st.integers(0, 99).map(str) | st.floats(0, 100).map(lambda p: f"{p}%"),
        "gate": st.lists(WORDS, max_size=3),
        "debug": st.booleans(),
        "collect_perf": st.booleans(),
        "work_dir": WORDS.filter(lambda word: not word.startswith("~") and "\0" not in word),
        "seed": st.integers(0, 2**32),
        "heartbeat_interval": st.floats(0.1, 99),
    },
)


@hypothesis.settings(max_examples=60)
@given(SETTINGS)
def test_a_configuration_survives_json_and_yaml(settings):
    config = TaskConfig(**settings)
    mapping = to_mapping(config, reveal_secrets=True)
    assert from_mapping(mapping) == config
    assert from_mapping(json.loads(json.dumps(mapping))) == config


@hypothesis.settings(max_examples=60)
@given(SETTINGS)
@hypothesis.example({"model_args": {"model_task": 0, "eval_type": "x"}})
def test_what_was_given_is_enough_to_make_it_again(settings):
    config = TaskConfig(**settings)
    assert from_mapping(to_mapping(config, reveal_secrets=True, only_given=True)) == config


def test_the_record_of_a_run_can_be_given_back(tmp_path):
    config = TaskConfig(
        model="org/first",
        api_url=URL,
        api_key="s3cret-key",
        generation_config={"extra_headers": {"Authorization": "Bearer s3cret", "X-Team": "a"}, "max_tokens": 9},
        model_args={"default_headers": {"x-api-key": "s3cret"}, "client": "sdk"},
        limit=5,
    )
    record = to_mapping(config) | {"resolved_benchmarks": {"gsm8k": {}}, "evaluation_identity": {"schema_version": 1}}
    text = yaml.safe_dump(record)
    assert "s3cret" not in text
    assert record["evalscope_version"] == __version__
    assert (record["model_id"], record["eval_type"], record["eval_batch_size"]) == ("first", "openai_api", 8)
    (tmp_path / "task_config.yaml").write_text(text)
    again = resolve([file_layer(tmp_path / "task_config.yaml")])
    assert again.generation_config.extra_headers == {"X-Team": "a"}
    assert again.model_args == {"default_headers": {}, "client": "sdk"}
    assert again.api_key.reveal() == "EMPTY"
    assert (again.limit, again.generation_config.max_tokens) == (5, 9)


def test_a_recorded_run_with_another_model_gets_that_models_name(tmp_path):
    record = to_mapping(TaskConfig(model="org/first", api_url=URL))
    (tmp_path / "task_config.yaml").write_text(yaml.safe_dump(record))
    config = gather({"eval_task_config": str(tmp_path / "task_config.yaml"), "eval_model": "org/second"}, environ={})
    assert (config.model_id, config.eval_type) == ("second", "openai_api")


def test_a_dump_is_plain_json_and_keeps_shares_apart_from_numbers():
    mapping = json.loads(json.dumps(to_mapping(TaskConfig(model="m", limit=1.0, max_errors="5%", gate=["a>1"]))))
    assert mapping["limit"] == 1.0
    assert isinstance(mapping["limit"], float)
    assert (mapping["max_errors"], mapping["gate"], mapping["generation_config"]) == ("5%", ["a>1"], {})
    assert isinstance(from_mapping(mapping).limit, float)
