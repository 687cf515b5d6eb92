"""From the options of ``evalscope-pytest perf`` to what is to be measured."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from ...core.errors import ConfigError
from ...core.secret import Secret, is_secret_name, remember_secrets
from ...store.layout import safe_name
from ...wire.interface import Interface
from ..data import TIMED
from ..load.endpoint import Endpoint, Patience
from ..load.load_point import Level
from ..measure.metric import METRICS
from ..measure.slo import parse_bound
from ..run import RunPlan
from .needs import check_needs
from .options import API_KEY_VARIABLE
from .sent import SEED, data_of, dataset_of, interface_for, lengths_of, parameters_of, prompt_of, speed_of

_SPEED_REQUESTS = {"speed_benchmark": 8, "speed_benchmark_long": 4}


def plan_of(options: argparse.Namespace, environ: Mapping[str, str]) -> RunPlan:
    """Turn options into what is to be measured.

    Raises:
        ConfigError: A value is wrong, or two contradict each other.
    """
    if not options.model.strip():
        raise ConfigError("--model is empty. Give the model's name at the service.")
    interface, url = interface_for(options)
    levels = _levels(options)
    data = data_of(options, interface)
    check_needs(options)
    objectives = tuple(parse_bound(text) for text in options.goodput)
    streams = options.stream and interface.streams
    if not streams and any(METRICS[bound.metric].needs_stream for bound in objectives):
        raise ConfigError("--goodput: without a stream only latency is known. Drop --no-stream, or give latency:10s.")
    parameters = parameters_of(options, interface, streams)
    remember_secrets(parameters)
    return RunPlan(
        endpoint=_endpoint(options, interface, url, _headers(options, interface, streams), environ),
        interface=interface.name,
        parameters=parameters,
        lengths=lengths_of(options) if interface.streams else None,
        dataset=dataset_of(options),
        data=data,
        levels=levels,
        folder=_folder(options),
        prompt=prompt_of(options),
        objectives=objectives,
        repeats=_repeats(options),
        pause_s=_pause(options),
        processes=_processes(options),
        try_first=not options.no_test_connection,
        visualizer=options.visualizer,
    )


def _repeats(options: argparse.Namespace) -> int:
    if options.repeats < 1:
        raise ConfigError("--repeats: the number is out of range. Give one above zero.")
    return int(options.repeats)


def _pause(options: argparse.Namespace) -> float:
    if options.sleep_interval < 0:
        raise ConfigError(f"--sleep-interval {options.sleep_interval:g}: no pause is below 0 s. Give 0 for none.")
    return float(options.sleep_interval)


def _processes(options: argparse.Namespace) -> int:
    if options.processes < 1:
        raise ConfigError("--processes: the number is out of range. Give one above zero.")
    fewest = min(options.parallel or [options.processes])
    if options.processes > fewest:
        raise ConfigError(f"--processes {options.processes}: each has a part of the load. Give 1 to {fewest}.")
    return int(options.processes)


def _headers(options: argparse.Namespace, interface: Interface, streams: bool) -> dict[str, str]:
    """Return the interface's headers and the user's, which win."""
    headers = dict(_pair(text) for text in options.headers)
    own = {**interface.headers, **(interface.stream_headers if streams else {})}
    given = {name.lower() for name in headers}
    headers |= {name: value for name, value in own.items() if name.lower() not in given}
    remember_secrets(headers)
    for name, value in headers.items():
        if is_secret_name(name):
            Secret(value)
    return headers


def _endpoint(
    options: argparse.Namespace,
    interface: Interface,
    url: str,
    headers: Mapping[str, str],
    environ: Mapping[str, str],
) -> Endpoint:
    # A provider's variable is read for its dialect only: a key must not go to another provider.
    names = (API_KEY_VARIABLE, interface.key_variable)
    key = options.api_key or next((environ[name] for name in names if environ.get(name)), "")
    patience = Patience(options.connect_timeout, options.read_timeout, options.total_timeout)
    if min(patience.connect_s, patience.read_s, patience.total_s) <= 0:
        raise ConfigError("--connect-timeout, --read-timeout and --total-timeout are seconds above zero.")
    return Endpoint(url, Secret(key), headers, patience, interface.key_header)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ConfigError(f"--headers {name.strip()!r}: no value. Write NAME=VALUE.")
    return name.strip(), value.strip()


def _levels(options: argparse.Namespace) -> tuple[Level, ...]:
    if options.sla_auto_tune:
        return (_tuning_level(options),)
    if options.open_loop and not options.rate and options.dataset not in TIMED:
        raise ConfigError("--open-loop starts requests at a rate: add --rate R.")
    if options.open_loop and options.parallel:
        raise ConfigError("--open-loop has no bound on requests in flight: drop --parallel, or drop --open-loop.")
    replays = options.dataset in TIMED
    if replays and options.rate:
        raise ConfigError(f"--dataset {options.dataset} brings its own times: drop --rate, or use --replay-speed.")
    if (options.rate or replays) and options.parallel and len(options.parallel) > 1:
        raise ConfigError("with --rate or a trace, --parallel is the most requests in flight: give one number.")
    axis: list[float | int | None] = options.rate or ([None] if replays else options.parallel or [1])
    levels = [
        _level(options, value, number, warm_up)
        for value, (number, warm_up) in zip(axis, _amounts(options, len(axis)), strict=True)
    ]
    names = [level.name for level in levels]
    if len(set(names)) < len(names):
        raise ConfigError("--parallel or --rate names the same load twice. Give each once.")
    return tuple(levels)


def _tuning_level(options: argparse.Namespace) -> Level:
    """Return what all probes have in common.

    Raises:
        ConfigError: An option says what the search decides.
    """
    axes = {"parallel": options.parallel, "rate": options.rate}
    begin = axes.pop(options.sla_variable)
    if begin and len(begin) > 1:
        raise ConfigError(f"--sla-auto-tune begins with one load: give one --{options.sla_variable}, or none.")
    fixed = {
        **{f"--{name}": value for name, value in axes.items()},
        "--repeats": None if options.repeats == 1 else options.repeats,
        "-n": options.number,
        "--duration": options.duration,
    }
    if given := [flag for flag, value in fixed.items() if value is not None]:
        raise ConfigError(f"--sla-auto-tune decides {', '.join(given)} itself: drop it. See --sla-variable.")
    if options.eval_gate:
        raise ConfigError("--sla-auto-tune has its promise for a gate: drop --eval-gate.")
    if options.sla_params is None or options.dataset in TIMED:
        raise ConfigError('--sla-auto-tune needs --sla-params \'{"p99_ttft": "<=2s"}\', and a data set without times.')
    return Level(1, None, 1, None, options.arrival, options.burstiness, options.ramp_up)


def _level(options: argparse.Namespace, value: float | int | None, number: int | None, warm_up: int) -> Level:
    by_schedule = bool(options.rate) or options.dataset in TIMED
    cap = options.parallel[0] if options.parallel and by_schedule else None
    return Level(
        concurrency=cap if by_schedule else int(value or 1),
        rate=float(value) if options.rate and value is not None else None,
        requests=number,
        duration_s=options.duration,
        arrivals="trace" if options.dataset in TIMED else options.arrival,
        burstiness=options.burstiness,
        ramp_up_s=options.ramp_up,
        warm_up=warm_up,
        speed=speed_of(options) if options.dataset in TIMED else 1.0,
        seed=SEED if options.seed is None else options.seed,
    )


def _amounts(options: argparse.Namespace, count: int) -> list[tuple[int | None, int]]:
    """Return requests and warm-up requests of each load; a warm-up below 1 is a share of the requests."""
    numbers: list[int | None] = options.number or [_SPEED_REQUESTS.get(options.dataset)]
    if options.number is None and options.dataset in TIMED and options.duration is None:
        numbers = [_records_of_trace(options)]
    if len(numbers) not in (1, count):
        raise ConfigError(f"--number has {len(numbers)} values for {count} loads. Give one, or one for each load.")
    numbers = numbers * count if len(numbers) == 1 else numbers
    share = options.warmup_num
    if 0 < share < 1 and None in numbers:
        raise ConfigError("--warmup-num below 1 is a share of --number, which is not given. Give a number of requests.")
    if share > 1 and share != int(share):
        raise ConfigError(f"--warmup-num {share:g}: give a whole number of requests, or a share of --number below 1.")
    return [(n, round(share * (n or 0)) if share < 1 else int(share)) for n in numbers]


def _records_of_trace(options: argparse.Namespace) -> int | None:
    if not options.dataset_path:
        return None
    from ...datasets.files import read_records

    return sum(1 for _ in read_records(Path(options.dataset_path)))


def _folder(options: argparse.Namespace) -> Path:
    folder = Path(options.outputs_dir)
    if not options.no_timestamp:
        folder /= datetime.now().astimezone().strftime("%Y%m%d_%H%M%S")
    return folder / "perf" / safe_name(options.name or Path(options.model).name or "model")
