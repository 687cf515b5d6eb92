# ruff: noqa: RUF009  a setting is a dataclass field
"""`PerfConfig`: the settings of a load test. Options, files, environment and ini keys derive from its fields.

A field has the name of its flag: ``max_tokens`` is ``--max-tokens``. Flags have EvalScope's names if it has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Literal

from ..config.setting import (
    GATES,
    PATH,
    SECRET,
    SWITCH,
    TEMPLATE,
    TEXT,
    TEXTS,
    SettingType,
    choice,
    describe,
    number,
    plain,
    setting,
    settings_of,
    whole,
    without_keys,
)
from ..config.text import parse_mapping
from ..core.errors import ConfigError, closest
from ..core.secret import Secret, redact, remember_secrets
from ..wire.dialects import APIS
from .data import NAMES
from .load.endpoint import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, TOTAL_TIMEOUT_S
from .measure.metric import Place, metrics
from .output.records import TOOLS, Tool

API_KEY_VARIABLE = "EVALSCOPE_API_KEY"
UNSUPPORTED = {
    "alias": "the name of a run is --name",
    "attn_implementation": "write --server-args '--attn-implementation sdpa'",
    "db_commit_interval": "nothing is written while a load runs. Drop it",
    "debug": "requests.jsonl has each request, messages describe failures. Drop it",
    "enable_pd_metrics": "gaps between reads are measured in any case, as ICL. Drop it",
    "enable_progress_tracker": "summary.json is written after each load. Drop it",
    "in_flight_task_multiplier": "this client has no queue. Drop it",
    "log_every_n_query": "progress is shown as it goes. Drop it",
    "multi_turn_args": "write --dataset-args",
    "num_workers": "prompts are made before the clock starts, by one process. Drop it",
    "queue_size_multiplier": "this client has no queue. Drop it",
    "scenario": "named scenarios are not supported. Describe the load with --dataset, --parallel or --rate",
    "swanlab_api_key": "log in with swanlab login, and give --visualizer swanlab",
    "swanlab_host": "log in with swanlab login --host HOST, and give --visualizer swanlab",
    "wandb_api_key": "log in with wandb login, and give --visualizer wandb",
}  # settings of EvalScope that would have no effect here

# Setting types -------------------------------------------------------------------------------------------------------


def _several(item: SettingType, expects: str, most: int | None = None) -> SettingType:
    """Return the type of one or several values, of ``most`` rising ones."""

    def check(value: Any) -> tuple[Any, ...]:
        given = value if isinstance(value, (list, tuple)) else [value]
        found = tuple(item.check(item.parse(one) if isinstance(one, str) else one) for one in given)
        if not found or (most and (len(found) > most or list(found) != sorted(found))):
            raise ValueError
        return found

    return SettingType(expects, check, lambda text: text.replace(",", " ").split(), item.metavar, "names")


def _rates(value: Any) -> tuple[float, ...]:
    found: tuple[float, ...] = _several(number(), "").check(value)
    if found == (-1,):  # EvalScope's word for none
        return ()
    if min(found) <= 0:
        raise ValueError
    return found


def _warm_up(value: Any) -> float:
    found: float = number(0).check(value)
    if found > 1 and found != int(found):
        raise ValueError("Give a whole number of requests, or a share of --number below 1")
    return found


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, str) and "=" not in value and not value.lstrip().startswith("{"):
        raise ValueError
    found = parse_mapping(value) if isinstance(value, str) else value
    if not isinstance(found, Mapping):
        raise ValueError
    return {str(key): plain(item) for key, item in found.items()}


def _headers(value: Any) -> dict[str, str]:
    if isinstance(value, Mapping):
        return {str(name).strip(): str(item) for name, item in value.items()}
    pairs = [text.partition("=") for text in TEXTS.check(value)]
    if any(not equals or not name.strip() for name, equals, _ in pairs):  # it may be a key: do not show it
        raise ValueError("One has no name or no value. Write NAME=VALUE")
    return {name.strip(): item.strip() for name, _, item in pairs}


def _template(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else TEXT.check(value)


def _key(value: Any) -> Secret:
    return Secret("") if value == "" else SECRET.check(value)


def _called(metavar: str, type_: SettingType) -> SettingType:
    return type_._replace(metavar=metavar)


COUNT, FROM_ZERO, ANY = whole(1), whole(0), number()
SECONDS, ABOVE_ZERO = _called("S", number(0, above=True)), number(0, above=True)
FROM_NOW = _called("S", number(0))
COUNTS = _several(COUNT, "one or more whole numbers of at least 1")
RATES = SettingType("one or more numbers above 0", _rates, COUNTS.parse, "R", "names")
LENGTHS = _several(COUNT, "one whole number of at least 1, or two: the fewest and the most", 2)
IDS = _called("ID", _several(FROM_ZERO, "one or more whole numbers"))
WARM_UP = SettingType("a number of requests, or below 1 a share of --number", _warm_up, number().parse, "N")
OBJECT = SettingType('a JSON object such as {"ignore_eos": true}, or key=value', _object, metavar="JSON")
HEADERS = SettingType("NAME=VALUE, one or more", _headers, TEXTS.parse, "NAME=VALUE", "names")
QUERY = SettingType('a JSON object with "%p" for the prompt, or @FILE', _template, metavar="JSON")
KEY = SECRET._replace(check=_key)
STOPS = _called("TEXT", TEXTS._replace(flag="names"))
BOUNDS = SettingType("METRIC:TIME, one or more, as in ttft:500ms", TEXTS.check, COUNTS.parse, "METRIC:TIME", "names")
_HIDDEN = (OBJECT, HEADERS, KEY, QUERY)  # may hold a key
_MERGED = ("headers", "dataset_args", "extra_args")  # key by key


def _titles(of: Literal["request", "load"], place: Place) -> str:
    return ", ".join((*(metric.aliases if of == "load" else ()), metric.name)[0] for metric in metrics(of, place))


# Settings ------------------------------------------------------------------------------------------------------------

# Titles of the groups of options in help, by the first field of each.
GROUPS = {
    "model": "service",
    "parallel": "load",
    "dataset": "what is sent",
    "max_tokens": "fields of every request",
    "goodput": "outcome",
    "sla_auto_tune": "search for the largest load that meets an SLO",
}


@dataclass(frozen=True, init=False, repr=False, eq=False)
class PerfConfig:
    """The settings of a load test, checked one by one; `command.plan` checks them together.

    ``PerfConfig(model="m", url="http://127.0.0.1:8000/v1", parallel=[1, 8], number=[10, 80])``

    Attributes:
        given: The source of each setting that the user made: ``{"parallel": "perf.yaml"}``.

    Raises:
        ConfigError: A keyword or value is wrong; the message names the closest right one.
    """

    model: str = setting(_called("NAME", TEXT), "name of the model at the service", "")
    url: str = setting(
        _called("URL", TEXT), "address of the service: up to /v1, or complete, such as .../v1/completions", ""
    )
    api: str = setting(
        _called("API", TEXT),
        f"interface: {', '.join(APIS)}, or mine.py of your own; local and local_vllm serve --model here",
        "openai",
    )
    port: int = setting(whole(0, 65535), "with --api local: its port; 0 for any free one", 0)
    server_args: str = setting(
        _called("WORDS", TEMPLATE), "with --api local: options of transformers serve, or vllm serve", ""
    )
    api_key: Secret = setting(
        KEY,
        f"or env:NAME; default: from {API_KEY_VARIABLE} or OPENAI_API_KEY (with --api anthropic, ANTHROPIC_API_KEY)",
        factory=lambda: Secret(""),
    )
    headers: Mapping[str, str] = setting(HEADERS, "further HTTP headers", factory=dict)
    connect_timeout: float = setting(SECONDS, "seconds to connect", CONNECT_TIMEOUT_S)
    read_timeout: float = setting(SECONDS, "seconds a server may be silent", READ_TIMEOUT_S)
    total_timeout: float = setting(SECONDS, "seconds for a whole reply", TOTAL_TIMEOUT_S)
    no_test_connection: bool = setting(SWITCH, "do not send a single request first", False)

    parallel: tuple[int, ...] = setting(
        COUNTS, "requests to keep in flight, one load for each number; with --rate the maximum; default: 1", ()
    )
    rate: tuple[float, ...] = setting(RATES, "requests to start each second, one load for each number", ())
    number: tuple[int, ...] = setting(COUNTS, "requests of every load, or of each", ())
    duration: float | None = setting(SECONDS, "start requests for this many seconds")
    repeats: int = setting(COUNT, "measure each load N times, in turns, for intervals", 1)
    open_loop: bool = setting(SWITCH, "with --rate: no bound on requests in flight", False)
    processes: int = setting(COUNT, "number of processes that share each load", 1)
    arrival: Literal["poisson", "constant", "gamma"] = setting(
        choice("poisson", "constant", "gamma"), "distribution of starts", "poisson"
    )
    burstiness: float = setting(
        ABOVE_ZERO, "shape of gamma arrivals: 1 is poisson, smaller is burstier, larger is more even", 1.0
    )
    ramp_up: float | None = setting(
        FROM_NOW,
        "seconds until the load is at its height; default: 1 ms per request in flight, 0 at a rate",
    )
    replay_speed: float = setting(ABOVE_ZERO, "replay a trace X times faster", 1.0)
    warmup_num: float = setting(WARM_UP, "requests sent before and not counted; below 1 a share of --number", 0)
    sleep_interval: float = setting(FROM_NOW, "pause between two loads", 5)

    dataset: str = setting(_called("NAME", TEXT), f"{', '.join(NAMES)}, or file.py:function of your own", "openqa")
    dataset_path: str = setting(PATH, "file of the data set", "")
    data_source: Literal["modelscope", "huggingface", "local"] = setting(
        choice("modelscope", "huggingface", "local"), "hub for data sets without a file", "modelscope"
    )
    dataset_offset: int = setting(FROM_ZERO, "number of records to skip", 0)
    dataset_args: Mapping[str, Any] = setting(OBJECT, "options of one data set, such as target_input_len", factory=dict)
    prompt: str | None = setting(TEXT, "text to send instead of a data set, or @FILE")
    query_template: Any = setting(QUERY, "request body, or @FILE, with %p for the prompt and %m for the model")
    apply_chat_template: bool | None = setting(
        SWITCH, "with /v1/completions: write prompts with the chat template of --tokenizer-path"
    )
    tokenize_prompt: bool = setting(SWITCH, "send token ids of --tokenizer-path to /v1/completions", False)
    tokenizer_path: str = setting(
        PATH, "folder of the model, or tokenizer.json: counts tokens of prompts, and of replies without usage", ""
    )
    min_prompt_length: int = setting(
        FROM_ZERO, "minimum length of a prompt, in tokens, or in characters without a tokenizer", 0
    )
    max_prompt_length: int = setting(FROM_ZERO, "maximum length of a prompt, in the same unit", 131072)
    prefix_length: int = setting(
        FROM_ZERO, "tokens of a common beginning of random prompts, in addition to their length", 0
    )
    prefix_count: int = setting(COUNT, "number of different beginnings", 1)
    image_width: int = setting(_called("PX", COUNT), "width of random_vl's pictures", 224)
    image_height: int = setting(_called("PX", COUNT), "height of random_vl's pictures", 224)
    image_format: Literal["RGB", "RGBA", "L"] = setting(
        choice("RGB", "RGBA", "L"), "colour mode of random_vl's pictures", "RGB"
    )
    image_num: int = setting(COUNT, "pictures per request", 1)
    image_patch_size: int = setting(
        _called("PX", COUNT), "pixels per token and side, if the service sends no usage", 28
    )
    multi_turn: bool = setting(SWITCH, "send conversations turn by turn", False)
    min_turns: int = setting(COUNT, "minimum number of turns; shorter conversations are left out", 1)
    max_turns: int | None = setting(COUNT, "maximum number of turns; longer conversations are cut")

    max_tokens: tuple[int, ...] = setting(
        LENGTHS, "maximum tokens of a reply; given two numbers, each request draws its own", ()
    )
    min_tokens: int | None = setting(FROM_ZERO, "minimum tokens of a reply")
    temperature: float = setting(ANY, "sampling temperature", 0.0)
    top_p: float | None = setting(ANY, "nucleus sampling")
    top_k: int | None = setting(whole(), "sample among the K most likely tokens")
    frequency_penalty: float | None = setting(ANY, "penalty for frequent tokens")
    repetition_penalty: float | None = setting(ANY, "penalty for repeated tokens")
    logprobs: bool | None = setting(SWITCH, "request log probabilities")
    n_choices: int | None = setting(COUNT, "replies to each prompt")
    seed: int | None = setting(
        whole(), "seed of sampling, prompts and starts; default: none is sent, prompts and starts use 42"
    )
    stop: tuple[str, ...] | None = setting(STOPS, "texts that end a reply")
    stop_token_ids: tuple[int, ...] | None = setting(IDS, "tokens that end a reply")
    stream: bool = setting(SWITCH, "stream replies", True)
    extra_args: Mapping[str, Any] = setting(OBJECT, "further fields, as a JSON object", factory=dict)

    goodput: tuple[str, ...] = setting(
        BOUNDS, f"objectives of a good request, as in ttft:500ms latency:10s; of {_titles('request', 'goodput')}", ()
    )
    eval_gate: tuple[str, ...] = setting(
        _called("GATE", GATES),
        "condition for exit code 0: 'perf:goodput>=0.95', 'perf[parallel_64]:ttft.p99<0.5' (seconds); may be repeated",
        (),
    )
    visualizer: Tool | None = setting(choice(*TOOLS), "tool that records the results, too")
    outputs_dir: str = setting(PATH, "folder for the files", "outputs")
    no_timestamp: bool = setting(SWITCH, "do not create a folder named by the time", False)
    name: str = setting(
        _called("NAME", TEXT), "name of the run's folder; default: the last part of the model's name", ""
    )

    sla_auto_tune: bool = setting(SWITCH, "search for a load instead of measuring given ones", False)
    sla_params: Any = setting(
        SettingType("JSON: an object of bounds, or a list of them", lambda value: value, metavar="JSON"),
        f"the SLO: bounds on avg_, p50_, p90_, p95_ or p99_ of {_titles('request', 'slo')}, on {_titles('load', 'slo')}"
        ", or max (of times min) for the best; a list holds several SLOs",
    )
    sla_variable: Literal["parallel", "rate"] = setting(
        choice("parallel", "rate"),
        "quantity to search; the search starts from --parallel N or --rate R if given",
        "parallel",
    )
    sla_lower_bound: int = setting(COUNT, "smallest load to try", 1)
    sla_upper_bound: int = setting(COUNT, "largest load to try", 65536)
    sla_fixed_parallel: int | None = setting(COUNT, "maximum number of requests in flight while the rate is searched")
    sla_num_runs: int = setting(COUNT, "runs of each load, pooled into one of N times the requests", 3)
    sla_number_multiplier: float = setting(
        ABOVE_ZERO, "requests of a run per request in flight, or per second; at least 20", 2.0
    )
    given: Mapping[str, str] = field(default_factory=dict)

    def __init__(self, **settings: Any) -> None:
        self._fill([checked(settings, lambda name: f"PerfConfig({name}=...)")])

    @classmethod
    def of(cls, layers: Iterable[Layer]) -> PerfConfig:
        """Make a configuration of several sources, the first one winning, headers and JSON objects key by key."""
        config = cls.__new__(cls)
        config._fill(layers)
        return config

    def _fill(self, layers: Iterable[Layer]) -> None:
        values: dict[str, Any] = {name: default_of(name) for name in settings_of(PerfConfig)}
        given: dict[str, str] = {}
        for layer in reversed(list(layers)):
            for name, (value, where) in layer.items():
                values[name] = {**values[name], **value} if name in _MERGED else value
                given[name] = where
        for name, value in (*values.items(), ("given", given)):
            object.__setattr__(self, name, value)
        remember_secrets(self.extra_args)

    def replaced(self, **settings: Any) -> PerfConfig:
        """Return a copy with some settings changed."""
        kept = {name: (getattr(self, name), where) for name, where in self.given.items()}
        return self.of([checked(settings, lambda name: self.given.get(name, f"replaced({name}=...)")), kept])

    def changed(self, name: str) -> bool:
        """Return whether a setting differs from its default."""
        return bool(getattr(self, name) != default_of(name))

    def spelled(self, name: str) -> str:
        """Return a setting's name for a message: its flag, and its source if that is not the command line."""
        where = self.given.get(name, "")
        return flag_of(name) + (f" (in {where})" if where and where != flag_of(name) else "")

    def __repr__(self) -> str:
        return f"PerfConfig({', '.join(f'{name}={describe(getattr(self, name))}' for name in self.given)})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PerfConfig):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in settings_of(PerfConfig))

    __hash__ = None  # type: ignore[assignment]


def flag_of(name: str) -> str:
    """Return the flag of a setting."""
    return "--" + name.replace("_", "-")


def default_of(name: str) -> Any:
    """Return the default of a setting."""
    found = next(f for f in fields(PerfConfig) if f.name == name)
    return found.default_factory() if found.default_factory is not MISSING else found.default


# Parsing -------------------------------------------------------------------------------------------------------------

Layer = Mapping[str, tuple[Any, str]]  # checked values with their source, for messages


def checked(raw: Mapping[str, Any], source_of: Callable[[str], str], *, is_text: bool = False) -> Layer:
    """Check the settings of one source.

    Args:
        raw: Values by field name; None stands for "not given".
        source_of: Names the source of a key: ``--rate``, ``perf.yaml``.
        is_text: Values are text, as command lines and environments give them.

    Raises:
        ConfigError: A key is unknown, or a value wrong.
    """
    known = settings_of(PerfConfig)
    found: dict[str, tuple[Any, str]] = {}
    for name, value in raw.items():
        where = source_of(name)
        if name in UNSUPPORTED:
            raise ConfigError(f"{name} in {where}: {UNSUPPORTED[name]}.")
        if name not in known:
            raise ConfigError(f"unknown setting {name!r} in {where}. {closest(name, known)}")
        if value is not None:
            found[name] = _value(name, value, where, is_text), where
    return found


def _value(name: str, value: Any, where: str, is_text: bool) -> Any:
    type_ = settings_of(PerfConfig)[name].type
    try:
        value = type_.parse(value) if is_text and isinstance(value, str) else value
        return type_.check(value)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "It is nested too deeply"
        shown = "read" if type_ in _HIDDEN else "empty" if value in ("", [""]) else describe(without_keys(value))
        told = f" {reason.rstrip('.')}." if reason else ""
        raise ConfigError(redact(f"{name} cannot be {shown} (in {where}). It takes {type_.expects}.{told}")) from None
