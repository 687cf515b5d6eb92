import dataclasses
import pickle

import pytest

from evalscope_pytest.config import DatasetArgs, GenerationConfig, TaskConfig
from evalscope_pytest.config.schema import to_mapping
from evalscope_pytest.config.setting import ErrorBudget
from evalscope_pytest.constants import EvalType, JudgeStrategy
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.core.secret import Secret

URL = "http://127.0.0.1:8000/v1"


def complaint(**settings):
    with pytest.raises(ConfigError) as error:
        TaskConfig(**settings)
    message = str(error.value)
    assert "\n" not in message
    assert message.endswith((".", "?"))
    return message


# What is filled in -------------------------------------------------------------------------------------------------


def test_without_a_model_there_is_no_provider():
    config = TaskConfig()
    assert (config.model, config.model_id, config.eval_type, config.given) == (None, "", None, {})
    assert (config.work_dir, config.seed, config.repeats, config.limit) == ("./outputs", 42, 1, None)
    assert config.generation_config == GenerationConfig()
    assert config.api_key == Secret("EMPTY")


@pytest.mark.parametrize(
    ("settings", "eval_type", "batch_size"),
    [
        ({"model": "Qwen/Qwen2.5-0.5B-Instruct"}, "llm_ckpt", 1),
        ({"model": "qwen2.5", "api_url": URL}, "openai_api", 8),
        ({"model": "mock"}, "mock_llm", 8),
        ({"eval_type": "mock_llm"}, "mock_llm", 8),
        ({"model": "m", "api_url": URL, "eval_type": "service"}, "openai_api", 8),
        ({"model": "m", "api_url": URL, "eval_type": "server"}, "openai_api", 8),
        ({"model": "m", "eval_type": "checkpoint"}, "llm_ckpt", 1),
        ({"model": "m", "eval_type": EvalType.SERVICE}, "openai_api", 8),
        ({"model": "m", "eval_type": "anthropic_api", "eval_batch_size": 3}, "anthropic_api", 3),
        ({"model": "m", "eval_type": "openai_responses_api", "eval_batch_size": 3}, "openai_responses_api", 3),
        ({"model": "m", "eval_batch_size": 4}, "llm_ckpt", 4),
    ],
)
def test_provider_and_batch_size_follow_from_the_rest(settings, eval_type, batch_size):
    config = TaskConfig(**settings)
    assert (config.eval_type, config.eval_batch_size) == (eval_type, batch_size)


@pytest.mark.parametrize(
    ("model", "model_id"),
    [
        ("Qwen/Qwen2.5-0.5B", "Qwen2.5-0.5B"),
        ("./output/checkpoint-1000/", "checkpoint-1000"),
        ("通义/千问", "千问"),
        ("m", "m"),
    ],
)
def test_the_model_id_is_the_last_part_of_the_name(model, model_id):
    assert TaskConfig(model=model).model_id == model_id
    assert TaskConfig(model=model, model_id="mine").model_id == "mine"


def test_values_become_what_the_rest_of_the_package_reads():
    config = TaskConfig(
        model="m",
        datasets=["gsm8k", "arc"],
        generation_config={"max_tokens": 512, "stop_seqs": "###", "extra_body": {"a": 1}},
        dataset_args={"arc": {"subset_list": ["ARC-Easy"], "few_shot_num": 0, "filters": {"remove_until": "</think>"}}},
        max_errors="1%",
        judge_strategy=JudgeStrategy.AUTO,
    )
    assert config.datasets == ("gsm8k", "arc")
    assert config.generation_config == GenerationConfig(max_tokens=512, stop_seqs=("###",), extra_body={"a": 1})
    assert config.generation_given == {"max_tokens", "stop_seqs", "extra_body"}
    assert config.args_of("arc") == DatasetArgs(
        subset_list=("ARC-Easy",), few_shot_num=0, filters={"remove_until": "</think>"}
    )
    assert config.args_of("gsm8k") == DatasetArgs()
    assert config.max_errors == ErrorBudget(percent=1)


def test_generation_parameters_given_as_an_object_count_as_given_where_they_differ_from_the_default():
    config = TaskConfig(model="m", generation_config=GenerationConfig(temperature=0.3))
    assert config.generation_given == {"temperature"}


def test_timeout_and_stream_are_generation_parameters():
    config = TaskConfig(model="m", timeout=30, stream=True)
    assert (config.generation_config.timeout, config.generation_config.stream) == (30, True)
    config = TaskConfig(model="m", generation_config={"timeout": 20})
    assert (config.timeout, config.stream) == (20, None)


def test_a_configuration_is_frozen_and_changed_copies_fill_in_anew():
    config = TaskConfig(model="a/first", generation_config={"top_p": 0.5}, limit=3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.limit = 4
    changed = config.replaced(model="b/second", api_url=URL, generation_config={"temperature": 0})
    assert (changed.model_id, changed.eval_type, changed.limit) == ("second", "openai_api", 3)
    assert changed.generation_config == GenerationConfig(top_p=0.5, temperature=0)
    assert config.model_id == "first"


def test_a_configuration_can_be_pickled_and_compared():
    config = TaskConfig(model="m", dataset_args={"arc": {"few_shot_num": 1}}, api_key="s3cret-key")
    assert pickle.loads(pickle.dumps(config)) == config
    assert config != TaskConfig(model="m")
    assert config != "m"


def test_keys_are_never_shown():
    config = TaskConfig(
        model="m",
        api_url=URL,
        api_key="s3cret-key",
        generation_config={"extra_headers": {"Authorization": "Bearer s3cret-header"}},
        model_args={"default_headers": {"X-API-KEY": "s3cret-argument"}},
    )
    assert "s3cret" not in repr(config)
    assert "s3cret" not in str(config.api_key)


# Older spellings ---------------------------------------------------------------------------------------------------


def test_the_dictionary_of_2024_works(tmp_path):
    config = TaskConfig(
        model_args={"revision": None, "precision": "torch.float16", "device_map": "auto"},
        generation_config={"do_sample": False, "repetition_penalty": 1.0, "max_new_tokens": 512},
        dataset_args={},
        dry_run=False,
        model="qwen/Qwen2-0.5B-Instruct",
        template_type="qwen",
        datasets=["arc", "hellaswag"],
        work_dir=str(tmp_path),
        outputs=str(tmp_path),
        mem_cache=False,
        dataset_hub="ModelScope",
        dataset_dir=str(tmp_path),
        limit=10,
        debug=False,
        stage="all",
    )
    assert config.model_args == {"precision": "torch.float16", "device_map": "auto"}
    assert config.generation_config.max_tokens == 512
    assert (config.dataset_hub, config.work_dir) == ("modelscope", str(tmp_path))
    assert len(config.notes) == 1
    assert config.notes[0].startswith("template_type 'qwen'")


@pytest.mark.parametrize(
    ("older", "today"),
    [
        ({"outputs": "o"}, {"work_dir": "o"}),
        ({"generation_config": {"max_new_tokens": 5}}, {"generation_config": {"max_tokens": 5}}),
        ({"generation_config": {"stop": ["a"]}}, {"generation_config": {"stop_seqs": ["a"]}}),
        ({"generation_config": {"n": 3}}, {"repeats": 3}),
        ({"generation_config": {"n": 1}}, {}),
        ({"dataset_args": {"arc": {"local_path": "d"}}}, {"dataset_args": {"arc": {"dataset_id": "d"}}}),
        ({"api_url": URL + "/chat/completions"}, {"api_url": URL}),
        ({"use_cache": False}, {}),
        ({"use_cache": "false"}, {}),
        ({"stage": "review", "use_cache": "d"}, {"rerun_review": True, "use_cache": "d"}),
        ({"eval_type": "checkpoint"}, {"eval_type": "llm_ckpt"}),
    ],
)  # fmt: skip
def test_an_older_spelling_means_todays(older, today):
    assert TaskConfig(**{"model": "m", **older}) == TaskConfig(**{"model": "m", **today})


def test_use_cache_true_carries_on_the_newest_run(tmp_path):
    nothing = TaskConfig(model="m", use_cache=True, work_dir=tmp_path)
    assert nothing.use_cache is None
    assert "no earlier run" in nothing.notes[0]
    for name in ("20240101_000000", "20240301_000000", "20240301_000000_1", "other"):
        (tmp_path / name).mkdir()
    assert TaskConfig(model="m", use_cache="true", work_dir=tmp_path).use_cache == str(tmp_path / "20240301_000000_1")


@pytest.mark.parametrize(
    ("settings", "instead"),
    [
        ({"stage": "infer"}, "use_cache"),
        ({"mem_cache": True}, "use_cache"),
        ({"generation_config": {"batch_size": 4}}, "eval_batch_size"),
        ({"generation_config": {"num_beams": 4}}, "Beam search"),
    ],
)
def test_a_spelling_without_meaning_is_refused_with_what_replaced_it(settings, instead):
    assert instead in complaint(**settings)


def test_two_spellings_of_one_setting_must_agree():
    assert "is given twice: 6 in" in complaint(timeout=6, generation_config={"timeout": 5})
    assert "repeats is given twice" in complaint(repeats=2, generation_config={"n": 3})
    assert "work_dir is given twice" in complaint(work_dir="a", outputs="b")
    assert TaskConfig(repeats=3, generation_config={"n": 3}).repeats == 3


# What is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "name", "closest"),
    [
        ({"modle": "m"}, "'modle'", "'model'"),
        ({"datset_args": {}}, "'datset_args'", "'dataset_args'"),
        ({"generation_config": {"temprature": 1}}, "'temprature'", "'temperature'"),
        ({"generation_config": "max_token=5"}, "'max_token'", "'max_tokens'"),
        ({"dataset_args": {"arc": {"fewshot_num": 1}}}, "dataset_args.arc", "'few_shot_num'"),
    ],
)
def test_an_unknown_key_is_refused_with_the_closest_one(settings, name, closest):
    message = complaint(**settings)
    assert "unknown setting" in message
    assert name in message
    assert f"Did you mean {closest}?" in message


@pytest.mark.parametrize(
    ("settings", "name", "expects"),
    [
        ({"limit": 0}, "limit cannot be 0", "leave it out"),
        ({"limit": -1}, "limit cannot be -1", "number of samples (5) or a share"),
        ({"limit": "5"}, "limit cannot be '5'", "Write it without quotes"),
        ({"limit_total": 0}, "limit_total", "at least 1"),
        ({"limit_order": "randm"}, "limit_order", "Did you mean 'random'?"),
        ({"repeats": 0}, "repeats", "at least 1"),
        ({"seed": -1}, "seed", "at least 0"),
        ({"eval_batch_size": 1.5}, "eval_batch_size", "whole number"),
        ({"debug": "yes"}, "debug", "true or false"),
        ({"model": 2024}, "model cannot be 2024", "Write it in quotes"),
        ({"model": ""}, "model", "a name or a path"),
        ({"datasets": 5}, "datasets", "list of names"),
        ({"dataset_hub": "modelscop"}, "dataset_hub", "Did you mean 'modelscope'?"),
        ({"eval_type": "opnai_api"}, "eval_type", "Did you mean 'openai_api'?"),
        ({"max_errors": "-1"}, "max_errors", "percentage"),
        ({"heartbeat_interval": 0}, "heartbeat_interval", "above 0"),
        ({"api_url": "localhost:8000"}, "api_url", "http://"),
        ({"rerun": "all"}, "rerun cannot be 'all'", "It takes the word errors."),
        ({"gate": [""]}, "gate cannot be empty", "such as gsm8k>=0.7"),
        ({"eval_batch_size": 65_537}, "eval_batch_size cannot be 65537", "from 1 to 65536"),
        ({"eval_batch_size": 99999999999999999999}, "eval_batch_size", "from 1 to 65536"),
        ({"judge_worker_num": 10**8}, "judge_worker_num", "from 1 to 65536"),
        ({"dataset_args": {"few_shot_num": 0}}, "names no benchmark", "'few_shot_num' is a setting of one"),
        ({"dataset_args": "few_shot_num=0"}, "names no benchmark", "'few_shot_num' is a setting of one"),
        ({"gate": [5]}, "gate", "such as gsm8k>=0.7"),
        ({"dataset_args": [1]}, "dataset_args", "JSON"),
        ({"dataset_args": {"arc": 5}}, "dataset_args.arc", "JSON"),
        ({"dataset_args": {"arc": {"few_shot_num": -1}}}, "dataset_args.arc.few_shot_num", "at least 0"),
        ({"dataset_args": {"arc": {"aggregation": "median"}}}, "dataset_args.arc.aggregation", "mean_and_pass_at_k"),
        ({"dataset_args": {"arc": {"review_timeout": 0}}}, "dataset_args.arc.review_timeout", "above 0"),
        ({"generation_config": 5}, "generation_config", "key=value"),
        ({"generation_config": {"temperature": 2.5}}, "generation_config.temperature", "from 0 to 2"),
        ({"generation_config": {"top_p": 1.5}}, "generation_config.top_p", "from 0 to 1"),
        ({"generation_config": {"max_tokens": 0}}, "generation_config.max_tokens", "at least 1"),
        ({"generation_config": {"frequency_penalty": -3}}, "generation_config.frequency_penalty", "from -2 to 2"),
        ({"generation_config": {"top_logprobs": 21}}, "generation_config.top_logprobs", "from 0 to 20"),
        ({"generation_config": {"logit_bias": {"42": 101}}}, "generation_config.logit_bias", "-100 to 100"),
        ({"generation_config": {"retries": -1}}, "generation_config.retries", "at least 0"),
        ({"model_args": {"revision": object()}}, "model_args.revision", "JSON"),
        ({"model_task": "image_text_to_txt"}, "model_task", "Did you mean 'image_text_to_text'"),
        ({"model_task": "captioning"}, "model_task", "automatic_speech_recognition"),
    ],
)
def test_a_wrong_value_is_refused_with_its_name_and_what_is_allowed(settings, name, expects):
    message = complaint(**settings)
    assert name in message
    assert expects in message
    assert f"TaskConfig({next(iter(settings))}=...)" in message


UNAVAILABLE = [
    {"sandbox_type": "volcengine"},
    {"agent_config": {"mode": "native"}},
    {"eval_backend": "OpenCompass"},
    {"eval_config": "c.yaml"},
    {"eval_config": {"a": 1}},
    {"model_task": "image_generation"},
    {"eval_type": "text2image"},
    {"eval_type": "litellm"},
    {"eval_type": "text2speech"},
]


@pytest.mark.parametrize("settings", UNAVAILABLE, ids=lambda settings: "-".join(settings))
def test_what_is_not_there_yet_is_refused_in_a_sentence(settings):
    assert "is not available in this version" in complaint(model="m", **settings)


def test_values_that_change_nothing_are_accepted():
    config = TaskConfig(
        model="m", judge_strategy="rule", judge_worker_num=1, analysis_report=False, use_sandbox=False, judge={},
        sandbox_type="docker", eval_backend="Native", model_task="text_generation", language="en", eval_config=None,
    )  # fmt: skip
    assert config.judge_strategy == "rule"


def test_the_task_of_a_local_model_is_what_its_files_show_unless_it_is_named():
    assert TaskConfig(model="org/m").model_task is None
    assert TaskConfig(model="org/m", model_task="Image-Text-To-Text").model_task == "image_text_to_text"
    assert TaskConfig(model="m", api_url=URL, model_task="text_generation").model_task is None  # in EvalScope's files


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"api_url": URL}, ["without a model", "--eval-model"]),
        ({"eval_type": "openai_api"}, ["without a model", "--eval-model"]),
        ({"model": "m", "eval_type": "llm_ckpt", "api_url": URL}, ["no effect", "openai_api"]),
        ({"model": "mock", "api_url": URL}, ["no effect", "mock_llm"]),
        ({"model": "m", "api_url": URL, "chat_template": "x"}, ["local models only", "extra_body"]),
        ({"model": "m", "api_url": URL, "model_task": "image_text_to_text"}, ["local models only", "Remove it"]),
        ({"model": "m", "max_drop": 0.1}, ["without a baseline", "--eval-baseline"]),
        ({"model": "m", "rerun_review": True}, ["--eval-use-cache"]),
    ],
)
def test_settings_that_contradict_each_other_are_refused(settings, words):
    message = complaint(**settings)
    assert all(word in message for word in words)


@pytest.mark.parametrize(
    "settings",
    [
        {"api_key": 5},
        {"api_url": "http://user:s3cret-pw@h:port/v1"},
        {"generation_config": '{"extra_headers": {"Authorization": "Bearer s3cret-header-value"}'},
        {"generation_config": {"extra_headers": "Authorization Bearer s3cret-header-value"}},
        {"judge_model_args": {"api_key": "s3cret-judge"}},
    ],
)
def test_no_message_shows_a_key(settings):
    assert "s3cret" not in complaint(model="m", **settings)


def test_latest_is_the_newest_run_by_the_time_in_its_name(tmp_path):
    for name in ("20260101_000000", "20260102_000000", "20260102_000000_1", "zzz", "20260103"):
        (tmp_path / name).mkdir()
    task = TaskConfig(model="mock", use_cache="latest", work_dir=str(tmp_path))
    assert (task.use_cache, task.notes) == (str(tmp_path / "20260102_000000_1"), ())


def test_latest_of_an_empty_folder_starts_a_new_run_with_a_note(tmp_path):
    for folder in (tmp_path, tmp_path / "missing"):
        task = TaskConfig(model="mock", use_cache="latest", work_dir=str(folder))
        assert task.use_cache is None
        assert task.notes == (f"use_cache: there is no earlier run under {folder}, a new one starts.",)
        with pytest.raises(ConfigError, match="rerun_review needs the run"):
            TaskConfig(model="mock", use_cache="latest", rerun_review=True, work_dir=str(folder))


def test_the_latest_baseline_is_the_newest_run_with_reports(tmp_path):
    for name in ("20260101_000000", "20260102_000000"):
        (tmp_path / name).mkdir()
    with pytest.raises(ConfigError, match=r"No run under .* has reports"):
        TaskConfig(model="mock", baseline="latest", work_dir=str(tmp_path))
    report = tmp_path / "20260101_000000" / "reports" / "mock" / "demo.json"
    report.parent.mkdir(parents=True)
    report.write_text("{}")
    newest = str(report.parents[2])
    assert TaskConfig(model="mock", baseline="latest", work_dir=str(tmp_path)).baseline == (newest,)
    assert TaskConfig(model="mock", baseline=["x", "latest"], work_dir=str(tmp_path)).baseline == ("x", newest)


@pytest.mark.parametrize(
    ("given", "level"), [("95%", 0.95), (0.9, 0.9), ("0.99", 0.99), ("none", "none"), ("None", "none")]
)
def test_levels_of_gates_are_read(given, level):
    assert TaskConfig(model="mock", gate_level=given).gate_level == level


@pytest.mark.parametrize("given", ["95", 95, "high", "40%", 1, True])
def test_what_is_not_a_level_is_refused(given):
    message = complaint(model="mock", gate_level=given)
    assert all(word in message for word in ("gate_level", "such as 95%, or none"))


@pytest.mark.parametrize(("given", "value"), [(True, True), ("95%", 0.95), (0.9, 0.9), (False, False), (None, False)])
def test_an_early_stop_is_on_off_or_at_a_level(given, value):
    task = TaskConfig(model="mock", gate=["a>=0.5"], stop_when_decided=given)
    assert task.stop_when_decided is value or task.stop_when_decided == value
    assert TaskConfig(**to_mapping(task, only_given=True)).stop_when_decided == value


@pytest.mark.parametrize("given", ["95", 95, "high", "40%", 1, "true"])
def test_what_is_no_level_of_an_early_stop_is_refused(given):
    message = complaint(model="mock", gate=["a>=0.5"], stop_when_decided=given)
    assert all(word in message for word in ("stop_when_decided", "true or false, or a level", "such as 95%"))


@pytest.mark.parametrize("limit", [{"limit": 5}, {"limit": 0.5}, {"limit_total": 5}])
def test_an_early_stop_needs_something_to_decide_and_a_random_part(limit):
    assert "Add one: --eval-gate 'gsm8k>=0.7'" in complaint(model="mock", stop_when_decided=True)
    given = {"model": "mock", "gate": ["a>=0.5"], "stop_when_decided": True}
    assert "Add --eval-limit-order random" in complaint(**given, **limit)
    assert TaskConfig(**given, **limit, limit_order="random").stop_when_decided is True
    assert TaskConfig(**given, limit=1.0).stop_when_decided is True


@pytest.mark.parametrize("name", ["max_cost", "max_tokens_total", "limit", "max_drop", "max_errors", "timeout"])
@pytest.mark.parametrize("make", [lambda: 10**400, lambda: -(10**400)])
def test_a_number_that_no_float_can_hold_is_refused(name, make):
    with pytest.raises(ConfigError, match=f"{name} cannot be"):
        TaskConfig(model="mock", prices="prices.yaml", **{name: make()})


@pytest.mark.parametrize("name", ["prices", "summary", "work_dir", "use_cache", "baseline", "response_cache"])
def test_a_path_with_a_zero_byte_is_refused(name):
    with pytest.raises(ConfigError, match=f"{name} cannot be .* A path holds no zero byte"):
        TaskConfig(model="mock", **{name: "a\0b"})
