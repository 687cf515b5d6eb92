"""The plan of a load test, made of its settings: service, loads, data. Settings without an effect are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ...core.errors import ConfigError
from ...core.python_file import is_own_file
from ...core.secret import Secret, is_secret_name, remember_secrets
from ...store.layout import safe_name
from ...wire.interface import Interface
from ..config import API_KEY_VARIABLE, PerfConfig
from ..data import CONVERSATIONS, TIMED
from ..load.endpoint import Endpoint, Patience
from ..load.load_point import LoadPoint
from ..measure.metric import METRICS
from ..measure.slo import parse_bound
from ..run import PerfPlan
from .sent import SEED, data_of, dataset_of, interface_for, lengths_of, parameters_of, prompt_of, speed_of

_SPEED_REQUESTS = {"speed_benchmark": 8, "speed_benchmark_long": 4}


def plan_of(config: PerfConfig, environ: Mapping[str, str]) -> PerfPlan:
    """Make the plan of a load test.

    Raises:
        ConfigError: A value is wrong, or two contradict each other.
    """
    if not config.url:
        raise ConfigError("no service is given. Add --url http://HOST:PORT/v1, or --api local for a model of yours.")
    interface, url = interface_for(config)
    levels = _levels(config)
    data = data_of(config, interface)
    check_needs(config)
    objectives = tuple(parse_bound(text) for text in config.goodput)
    streams = config.stream and interface.streams
    if not streams and any(METRICS[bound.metric].needs_stream for bound in objectives):
        raise ConfigError("--goodput: without a stream only latency is known. Drop --no-stream, or give latency:10s.")
    parameters = parameters_of(config, interface, streams)
    remember_secrets(parameters)
    return PerfPlan(
        endpoint=_endpoint(config, interface, url, _headers(config, interface, streams), environ),
        interface=interface.name,
        parameters=parameters,
        lengths=lengths_of(config) if interface.streams else None,
        dataset=dataset_of(config),
        data=data,
        levels=levels,
        folder=_folder(config),
        prompt=prompt_of(config),
        objectives=objectives,
        repeats=config.repeats,
        pause_s=config.sleep_interval,
        processes=_processes(config),
        try_first=not config.no_test_connection,
        visualizer=config.visualizer,
    )


def _processes(config: PerfConfig) -> int:
    fewest = min(config.parallel or [config.processes])
    if config.processes > fewest:
        raise ConfigError(f"--processes {config.processes}: each has a part of the load. Give 1 to {fewest}.")
    return config.processes


def _headers(config: PerfConfig, interface: Interface, streams: bool) -> dict[str, str]:
    """Return the interface's headers and the user's, which win."""
    headers = dict(config.headers)
    own = {**interface.headers, **(interface.stream_headers if streams else {})}
    given = {name.lower() for name in headers}
    headers |= {name: value for name, value in own.items() if name.lower() not in given}
    remember_secrets(headers)
    for name, value in headers.items():
        if is_secret_name(name):
            Secret(value)
    return headers


def _endpoint(
    config: PerfConfig,
    interface: Interface,
    url: str,
    headers: Mapping[str, str],
    environ: Mapping[str, str],
) -> Endpoint:
    # A provider's variable is read for its dialect only: a key must not go to another provider.
    names = (API_KEY_VARIABLE, interface.key_variable)
    key = config.api_key or Secret(next((environ[name] for name in names if environ.get(name)), ""))
    patience = Patience(config.connect_timeout, config.read_timeout, config.total_timeout)
    return Endpoint(url, key, headers, patience, interface.key_header)


def _levels(config: PerfConfig) -> tuple[LoadPoint, ...]:
    if config.sla_auto_tune:
        return (_tuning_level(config),)
    if config.open_loop and not config.rate and config.dataset not in TIMED:
        raise ConfigError(f"{config.spelled('open_loop')} starts requests at a rate: add --rate R.")
    if config.open_loop and config.parallel:
        raise ConfigError(
            f"--open-loop has no bound on requests in flight: drop {config.spelled('parallel')}, or "
            f"{config.spelled('open_loop')}."
        )
    replays = config.dataset in TIMED
    if replays and config.rate:
        raise ConfigError(
            f"--dataset {config.dataset} brings its own times: drop {config.spelled('rate')}, or use --replay-speed."
        )
    if (config.rate or replays) and config.parallel and len(config.parallel) > 1:
        raise ConfigError("with --rate or a trace, --parallel is the most requests in flight: give one number.")
    axis: Sequence[float | int | None] = config.rate or ([None] if replays else config.parallel or [1])
    levels = [
        _level(config, value, number, warm_up)
        for value, (number, warm_up) in zip(axis, _amounts(config, len(axis)), strict=True)
    ]
    names = [level.name for level in levels]
    if len(set(names)) < len(names):
        raise ConfigError("--parallel or --rate names the same load twice. Give each once.")
    return tuple(levels)


def _tuning_level(config: PerfConfig) -> LoadPoint:
    """Return the load point that all probes start from.

    Raises:
        ConfigError: A setting fixes what the search decides.
    """
    axes = {"parallel": config.parallel, "rate": config.rate}
    begin = axes.pop(config.sla_variable)
    if begin and len(begin) > 1:
        raise ConfigError(f"--sla-auto-tune begins with one load: give one --{config.sla_variable}, or none.")
    fixed = {
        **{f"--{name}": value for name, value in axes.items()},
        "--repeats": config.repeats if config.changed("repeats") else None,
        "-n": config.number,
        "--duration": config.duration,
    }
    if given := [flag for flag, value in fixed.items() if value]:
        raise ConfigError(f"--sla-auto-tune decides {', '.join(given)} itself: drop it. See --sla-variable.")
    if config.eval_gate:
        raise ConfigError("--sla-auto-tune has its promise for a gate: drop --eval-gate.")
    if config.sla_params is None or config.dataset in TIMED:
        raise ConfigError('--sla-auto-tune needs --sla-params \'{"p99_ttft": "<=2s"}\', and a data set without times.')
    return LoadPoint(1, None, 1, None, config.arrival, config.burstiness, config.ramp_up)


def _level(config: PerfConfig, value: float | int | None, number: int | None, warm_up: int) -> LoadPoint:
    by_schedule = bool(config.rate) or config.dataset in TIMED
    cap = config.parallel[0] if config.parallel and by_schedule else None
    return LoadPoint(
        concurrency=cap if by_schedule else int(value or 1),
        rate=float(value) if config.rate and value is not None else None,
        requests=number,
        duration_s=config.duration,
        arrivals="trace" if config.dataset in TIMED else config.arrival,
        burstiness=config.burstiness,
        ramp_up_s=config.ramp_up,
        warm_up=warm_up,
        speed=speed_of(config) if config.dataset in TIMED else 1.0,
        seed=SEED if config.seed is None else config.seed,
    )


def _amounts(config: PerfConfig, count: int) -> list[tuple[int | None, int]]:
    """Return requests and warm-up requests of each load; a warm-up below 1 is a share of the requests."""
    numbers: Sequence[int | None] = config.number or [_SPEED_REQUESTS.get(config.dataset)]
    if not config.number and config.dataset in TIMED and config.duration is None:
        numbers = [_records_of_trace(config)]
    if len(numbers) not in (1, count):
        raise ConfigError(f"--number has {len(numbers)} values for {count} loads. Give one, or one for each load.")
    numbers = [*numbers] * count if len(numbers) == 1 else numbers
    share = config.warmup_num
    if 0 < share < 1 and None in numbers:
        raise ConfigError("--warmup-num below 1 is a share of --number, which is not given. Give a number of requests.")
    return [(n, round(share * (n or 0)) if share < 1 else int(share)) for n in numbers]


def _records_of_trace(config: PerfConfig) -> int | None:
    if not config.dataset_path:
        return None
    from ...datasets.files import read_records

    return sum(1 for _ in read_records(Path(config.dataset_path)))


def _folder(config: PerfConfig) -> Path:
    folder = Path(config.outputs_dir)
    if not config.no_timestamp:
        folder /= datetime.now().astimezone().strftime("%Y%m%d_%H%M%S")
    return folder / "perf" / safe_name(config.name or Path(config.model).name or "model")


# Settings that have an effect only beside others ---------------------------------------------------------------------

Test = Callable[[PerfConfig], bool]


@dataclass(frozen=True, slots=True)
class _Need:
    """A condition for settings to have an effect.

    Attributes:
        used: Returns true if they have an effect.
        what: The condition, for the message.
        instead: The setting that gives them an effect.
    """

    names: tuple[str, ...]
    used: Test
    what: str
    instead: str


def _has_rate(config: PerfConfig) -> bool:
    return bool(config.rate) or (config.sla_auto_tune and config.sla_variable == "rate")


def _of(*starts: str) -> Test:
    """Return a test for the beginning of a data set's name; a custom data set passes, as its needs are unknown."""
    return lambda config: is_own_file(config.dataset) or config.dataset.startswith(starts)


def _has_turns(config: PerfConfig) -> bool:
    return config.multi_turn or config.dataset in CONVERSATIONS or is_own_file(config.dataset)


_NEEDS = (
    _Need(
        ("dataset", "dataset_path", "dataset_offset", "dataset_args", "multi_turn"),
        lambda config: not config.prompt,
        "has no effect beside --prompt",
        "Drop --prompt",
    ),
    _Need(("arrival",), _has_rate, "has an effect only at a rate", "Add --rate R"),
    _Need(
        ("burstiness",),
        lambda config: _has_rate(config) and config.arrival == "gamma",
        "has an effect only on gamma arrivals",
        "Add --rate R --arrival gamma",
    ),
    _Need(
        ("replay_speed",),
        lambda config: config.dataset in TIMED,
        "has an effect only on recorded traffic",
        "Add --dataset trace",
    ),
    _Need(
        ("prefix_length", "prefix_count"),
        _of("random"),
        "has an effect only on random prompts",
        "Add --dataset random",
    ),
    _Need(
        ("image_width", "image_height", "image_format", "image_num", "image_patch_size"),
        _of("random_vl"),
        "has an effect only on random pictures",
        "Add --dataset random_vl",
    ),
    _Need(
        ("min_turns", "max_turns"),
        _has_turns,
        "has an effect only on conversations of several turns",
        "Add --multi-turn",
    ),
    _Need(
        ("sla_params", "sla_variable", "sla_lower_bound", "sla_upper_bound", "sla_num_runs", "sla_number_multiplier"),
        lambda config: bool(config.sla_auto_tune),
        "has an effect only in a search",
        "Add --sla-auto-tune",
    ),
    _Need(
        ("sla_fixed_parallel",),
        lambda config: bool(config.sla_auto_tune) and config.sla_variable == "rate",
        "has an effect only in a search of the rate",
        "Add --sla-auto-tune --sla-variable rate",
    ),
)


def check_needs(config: PerfConfig) -> None:
    """Refuse a setting that would be ignored.

    Raises:
        ConfigError: There is one.
    """
    for need in _NEEDS:
        given = [name for name in need.names if config.changed(name)]
        if given and not need.used(config):
            raise ConfigError(f"{config.spelled(given[0])} {need.what}. {need.instead}, or drop it.")
