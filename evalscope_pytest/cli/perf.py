"""``evalscope-pytest perf``: load-tests a model service. Flags have EvalScope's names where it has them."""

from __future__ import annotations

import argparse
import json
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from ..config.secrets import is_secret_name, remember_secrets
from ..core.errors import ConfigError, closest
from ..core.secret import Secret
from ..perf import compare as comparison
from ..perf import gates
from ..perf.datasets import NAMES, DataOptions
from ..perf.endpoint import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, TOTAL_TIMEOUT_S, Endpoint, Patience
from ..perf.goodput import parse_objective
from ..perf.level import Level
from ..perf.local import served
from ..perf.prompts import APIS, interface_of
from ..perf.recording import TOOLS
from ..perf.records import read_run
from ..perf.result import Result
from ..perf.run import RunPlan, run, tune
from ..perf.tokenizer import load_tokenizer
from ..perf.tuning import Search, parse_criteria
from ..records.layout import safe_name

API_KEY_VARIABLES = ("EVALSCOPE_API_KEY", "OPENAI_API_KEY")
FAILED, INTERRUPTED = 1, 2
_SPEED_REQUESTS = {"speed_benchmark": 8, "speed_benchmark_long": 4}
_DESCRIPTION = """\
Load-test a model service and say what it did: a load that is kept (--parallel), or starts by schedule (--rate).
"""
_GENERATION = (
    "max_tokens",
    "min_tokens",
    "temperature",
    "top_p",
    "top_k",
    "frequency_penalty",
    "repetition_penalty",
    "logprobs",
    "seed",
    "stop",
    "stop_token_ids",
)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigError(f"{message}. {self.prog} --help shows all options.")


def perf(arguments: Sequence[str]) -> int:
    """Run a load test; the exit code is 0 where every request of every load was answered and all gates hold.

    Raises:
        ConfigError: An option is unknown, or a value wrong.
        ModelError: The service does not answer the first request.
    """
    if arguments and arguments[0] == "compare":
        return _compare(arguments[1:])
    options = _options(arguments)
    if options.api != "local":
        if options.port or options.server_args:
            raise ConfigError("--port and --server-args are for --api local, which starts a server.")
        return _measure(options)
    if options.url:
        raise ConfigError("--api local starts a server of its own: drop --url.")
    with served(options.model, port=options.port, words=shlex.split(options.server_args)) as url:
        options.api, options.url = "openai", url
        return _measure(options)


def _measure(options: argparse.Namespace) -> int:
    if not options.url:
        raise ConfigError("no service is given. Add --url http://HOST:PORT/v1, or --api local for a model of yours.")
    plan = plan_of(options, os.environ)
    checked = gates.parse(options.eval_gate, [level.name for level in plan.levels], bool(plan.objectives))
    if options.sla_auto_tune:
        return _tune(options, plan)
    results = run(plan, print)
    outcomes = gates.evaluate(checked, results)
    for outcome in outcomes:
        print(f"gate {outcome.line}")
    if any(result.interrupted for result in results):
        return INTERRUPTED
    return FAILED if not all(outcome.passed for outcome in outcomes) or not _answered(results) else 0


def _tune(options: argparse.Namespace, plan: RunPlan) -> int:
    groups = parse_criteria(options.sla_params or "")
    kept = True
    for number, criteria in enumerate(groups):
        wanted = Search(
            criteria,
            options.sla_variable,
            options.sla_lower_bound,
            options.sla_upper_bound,
            options.sla_number_multiplier,
            options.sla_num_runs,
            options.sla_fixed_parallel,
        )
        own = plan if len(groups) == 1 else replace(plan, folder=plan.folder / f"promise_{number + 1}")
        found = tune(own, wanted, print)
        kept &= found.best is not None
        if found.probes[-1].result.interrupted:
            return INTERRUPTED
    return 0 if kept else FAILED


def _compare(arguments: Sequence[str]) -> int:
    parser = _Parser(prog="evalscope-pytest perf compare", description="Compare two runs, load by load.")
    parser.add_argument("a", type=Path, metavar="A", help="folder of the first run, the one with summary.json")
    parser.add_argument("b", type=Path, metavar="B", help="folder of the second")
    given = parser.parse_args(arguments)
    a, b = read_run(given.a), read_run(given.b)
    print(comparison.text(a, b, comparison.compare(a, b)))
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest:
        flag = rest[0].partition("=")[0]
        known = [name for action in parser._actions for name in action.option_strings]
        advice = closest(flag, known) if flag.startswith("-") else f"{parser.prog} --help shows all options."
        raise ConfigError(f"unknown option {flag}. {advice}")
    return options


def _answered(results: Sequence[Result]) -> bool:
    """Tell whether each load had an answer: single failures are for gates (``perf:success_rate>=0.99``)."""
    return all(result.succeeded for result in results)


def plan_of(options: argparse.Namespace, environ: Mapping[str, str]) -> RunPlan:
    """Turn options into what is to be measured.

    Raises:
        ConfigError: A value is wrong, or two contradict each other.
    """
    interface, url = interface_of(options.api, options.url)
    levels = _levels(options)
    objectives = tuple(parse_objective(text) for text in options.goodput)
    streams = options.stream and interface in ("chat", "completions")
    if not streams and any(objective.metric != "latency" for objective in objectives):
        raise ConfigError("--goodput: without a stream only latency is known. Drop --no-stream, or give latency:10s.")
    return RunPlan(
        endpoint=_endpoint(options, url, environ),
        interface=interface,
        parameters=_parameters(options, streams),
        dataset=_dataset(options),
        data=_data(options),
        levels=levels,
        folder=_folder(options),
        prompt=options.prompt or "",
        objectives=objectives,
        pause_s=options.sleep_interval,
        processes=_processes(options),
        try_first=not options.no_test_connection,
        visualizer=options.visualizer,
    )


def _processes(options: argparse.Namespace) -> int:
    fewest = min(options.parallel or [options.processes])
    if not 1 <= options.processes <= fewest:
        raise ConfigError(f"--processes {options.processes}: each has a part of the load. Give 1 to {fewest}.")
    return int(options.processes)


def _endpoint(options: argparse.Namespace, url: str, environ: Mapping[str, str]) -> Endpoint:
    key = options.api_key or next((environ[name] for name in API_KEY_VARIABLES if environ.get(name)), "")
    headers = dict(_pair(text) for text in options.headers)
    remember_secrets(headers)
    for name, value in headers.items():
        if is_secret_name(name):
            Secret(value)
    patience = Patience(options.connect_timeout, options.read_timeout, options.total_timeout)
    if min(patience.connect_s, patience.read_s, patience.total_s) <= 0:
        raise ConfigError("--connect-timeout, --read-timeout and --total-timeout are seconds above zero.")
    return Endpoint(url, Secret(key), headers, patience)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ConfigError(f"--headers {name.strip()!r}: no value. Write NAME=VALUE.")
    return name.strip(), value.strip()


def _parameters(options: argparse.Namespace, streams: bool) -> dict[str, Any]:
    """Return the fields of every request."""
    found: dict[str, Any] = {"model": options.model}
    if interface_of(options.api, options.url)[0] in ("chat", "completions"):
        found |= {name: value for name in _GENERATION if (value := getattr(options, name)) is not None}
        if options.n_choices is not None:
            found["n"] = options.n_choices
        found["stream"] = streams
        if streams:
            found["stream_options"] = {"include_usage": True}
    return found | _extra(options.extra_args)


def _extra(text: str) -> dict[str, Any]:
    try:
        extra = json.loads(text)
    except ValueError as error:
        raise ConfigError(
            f"--extra-args is not JSON: {error}. Write '{{\"ignore_eos\": true}}', for example."
        ) from None
    if not isinstance(extra, dict):
        raise ConfigError("--extra-args is no JSON object. Write '{\"ignore_eos\": true}', for example.")
    return extra


def _levels(options: argparse.Namespace) -> tuple[Level, ...]:
    if options.sla_auto_tune:
        return (_tuning_level(options),)
    if options.open_loop and not options.rate:
        raise ConfigError("--open-loop starts requests at a rate: add --rate R.")
    if options.open_loop and options.parallel:
        raise ConfigError("--open-loop has no bound on requests in flight: drop --parallel, or drop --open-loop.")
    replays = options.dataset == "trace"
    if replays and options.rate:
        raise ConfigError("--dataset trace brings its own times: drop --rate, or use --replay-speed.")
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
    fixed = {
        "--parallel": options.parallel,
        "--rate": options.rate,
        "-n": options.number,
        "--duration": options.duration,
    }
    if given := [flag for flag, value in fixed.items() if value is not None]:
        raise ConfigError(f"--sla-auto-tune decides {', '.join(given)} itself: drop it. See --sla-variable.")
    if options.eval_gate:
        raise ConfigError("--sla-auto-tune has its promise for a gate: drop --eval-gate.")
    if options.sla_params is None or options.dataset == "trace":
        raise ConfigError('--sla-auto-tune needs --sla-params \'{"p99_ttft": "<=2s"}\', and a data set without times.')
    return Level(1, None, 1, None, options.arrival, options.burstiness, options.ramp_up)


def _level(options: argparse.Namespace, value: float | int | None, number: int | None, warm_up: int) -> Level:
    by_schedule = bool(options.rate) or options.dataset == "trace"
    cap = options.parallel[0] if options.parallel and by_schedule else None
    return Level(
        concurrency=cap if by_schedule else int(value or 1),
        rate=float(value) if options.rate and value is not None else None,
        requests=number,
        duration_s=options.duration,
        arrivals="trace" if options.dataset == "trace" else options.arrival,
        burstiness=options.burstiness,
        ramp_up_s=options.ramp_up,
        warm_up=warm_up,
        speed=options.replay_speed,
        seed=42 if options.seed is None else options.seed,
    )


def _amounts(options: argparse.Namespace, count: int) -> list[tuple[int | None, int]]:
    """Return requests and warm-up requests of each load; a warm-up below 1 is a share of the requests."""
    numbers: list[int | None] = options.number or [_SPEED_REQUESTS.get(options.dataset)]
    if options.number is None and options.dataset == "trace" and options.duration is None:
        numbers = [_records_of_trace(options)]
    if len(numbers) not in (1, count):
        raise ConfigError(f"--number has {len(numbers)} values for {count} loads. Give one, or one for each load.")
    numbers = numbers * count if len(numbers) == 1 else numbers
    share = options.warmup_num
    if 0 < share < 1 and None in numbers:
        raise ConfigError("--warmup-num below 1 is a share of --number, which is not given. Give a number of requests.")
    return [(n, round(share * (n or 0)) if share < 1 else int(share)) for n in numbers]


def _records_of_trace(options: argparse.Namespace) -> int | None:
    if not options.dataset_path:
        return None
    from ..datasets.files import read_records

    return sum(1 for _ in read_records(Path(options.dataset_path)))


def _dataset(options: argparse.Namespace) -> str:
    name = str(options.dataset)
    if options.multi_turn and not name.endswith("_multi_turn"):
        name += "_multi_turn"
        if name not in NAMES:
            known = ", ".join(n.removesuffix("_multi_turn") for n in NAMES if n.endswith("_multi_turn"))
            raise ConfigError(f"--multi-turn: {options.dataset} has no conversations. Allowed: {known}.")
    return name


def _data(options: argparse.Namespace) -> DataOptions:
    return DataOptions(
        path=options.dataset_path or "",
        hub=options.data_source,
        tokenizer=load_tokenizer(options.tokenizer_path) if options.tokenizer_path else None,
        min_length=options.min_prompt_length,
        max_length=options.max_prompt_length,
        prefix_length=options.prefix_length,
        min_turns=options.min_turns,
        max_turns=options.max_turns,
        offset=options.dataset_offset,
        seed=42 if options.seed is None else options.seed,
    )


def _folder(options: argparse.Namespace) -> Path:
    folder = Path(options.outputs_dir)
    if not options.no_timestamp:
        folder /= datetime.now().astimezone().strftime("%Y%m%d_%H%M%S")
    return folder / "perf" / safe_name(options.name or options.model)


def _parser() -> _Parser:
    parser = _Parser(
        prog="evalscope-pytest perf",
        description=_DESCRIPTION,
        usage="evalscope-pytest perf --url URL --model NAME [--parallel N ... | --rate R ...] --number N [OPTIONS]",
        allow_abbrev=False,
    )
    _add_service(parser.add_argument_group("service"))
    _add_load(parser.add_argument_group("load"))
    _add_data(parser.add_argument_group("what is sent"))
    _add_generation(parser.add_argument_group("fields of every request"))
    _add_outcome(parser.add_argument_group("outcome"))
    _add_tuning(parser.add_argument_group("search for the largest load that keeps a promise"))
    return parser


def _add_service(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--url",
        metavar="URL",
        help="address of the service; up to /v1, or the whole, such as .../v1/completions",
    )
    group.add_argument("--model", required=True, metavar="NAME", help="name of the model at the service")
    group.add_argument(
        "--api", default="openai", metavar="API", help=f"interface: {', '.join(APIS)}; local serves --model here"
    )
    group.add_argument("--port", type=int, default=0, metavar="N", help="with --api local: its port (any free one)")
    group.add_argument(
        "--server-args", default="", metavar="WORDS", help="with --api local: options of transformers serve"
    )
    group.add_argument("--api-key", metavar="KEY", help=f"default: from {' or '.join(API_KEY_VARIABLES)}")
    group.add_argument("--headers", nargs="+", default=[], metavar="NAME=VALUE", help="more HTTP headers")
    group.add_argument(
        "--connect-timeout",
        type=float,
        default=CONNECT_TIMEOUT_S,
        metavar="S",
        help="seconds for a connection (%(default)g)",
    )
    group.add_argument(
        "--read-timeout",
        type=float,
        default=READ_TIMEOUT_S,
        metavar="S",
        help="seconds a server may be silent (%(default)g)",
    )
    group.add_argument(
        "--total-timeout",
        type=float,
        default=TOTAL_TIMEOUT_S,
        metavar="S",
        help="seconds for a whole reply (%(default)g)",
    )
    group.add_argument("--no-test-connection", action="store_true", help="do not try one request first")


def _add_load(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--parallel",
        type=int,
        nargs="+",
        metavar="N",
        help="requests kept in flight, one load each; with --rate the most there may be (default 1)",
    )
    group.add_argument("--rate", type=float, nargs="+", metavar="R", help="requests started each second, one load each")
    group.add_argument("-n", "--number", type=int, nargs="+", metavar="N", help="requests of all loads, or of each")
    group.add_argument("--duration", type=float, metavar="S", help="start requests for so many seconds")
    group.add_argument("--open-loop", action="store_true", help="with --rate: no bound on requests in flight")
    group.add_argument("--processes", type=int, default=1, metavar="N", help="share each load among N processes (1)")
    group.add_argument(
        "--arrival", choices=("poisson", "constant", "gamma"), default="poisson", help="how starts are spread (poisson)"
    )
    group.add_argument(
        "--burstiness",
        type=float,
        default=1.0,
        metavar="K",
        help="shape of gamma arrivals: 1 is poisson, less comes in bursts, more is more even",
    )
    group.add_argument(
        "--ramp-up",
        type=float,
        metavar="S",
        help="seconds until the load is at its height (1 ms for each request in flight; at a rate 0)",
    )
    group.add_argument("--replay-speed", type=float, default=1.0, metavar="X", help="replay a trace so much faster")
    group.add_argument(
        "--warmup-num",
        type=float,
        default=0,
        metavar="N",
        help="requests sent before and not counted; below 1 a share of --number",
    )
    group.add_argument("--sleep-interval", type=float, default=5, metavar="S", help="pause between two loads (5)")


def _add_data(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--dataset",
        default="openqa",
        metavar="NAME",
        help=f"{', '.join(NAMES)}, or file.py:function of your own (openqa)",
    )
    group.add_argument("--dataset-path", metavar="FILE", help="the data set's file")
    group.add_argument(
        "--data-source",
        choices=("modelscope", "huggingface"),
        default="modelscope",
        help="hub of data sets without a file (modelscope)",
    )
    group.add_argument("--dataset-offset", type=int, default=0, metavar="N", help="records to skip")
    group.add_argument("--prompt", metavar="TEXT", help="send this text instead of a data set")
    group.add_argument(
        "--tokenizer-path",
        metavar="PATH",
        help="the model's folder or tokenizer.json: prompts of a length in tokens, replies without usage",
    )
    group.add_argument(
        "--min-prompt-length", type=int, default=0, metavar="N", help="in tokens; in characters without a tokenizer"
    )
    group.add_argument("--max-prompt-length", type=int, default=131072, metavar="N", help="likewise")
    group.add_argument(
        "--prefix-length", type=int, default=0, metavar="N", help="tokens that all random prompts begin with, on top"
    )
    group.add_argument("--multi-turn", action="store_true", help="send conversations turn by turn")
    group.add_argument("--min-turns", type=int, default=1, metavar="N", help="leave out shorter conversations")
    group.add_argument("--max-turns", type=int, metavar="N", help="cut longer conversations")


def _add_generation(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--max-tokens", type=int, metavar="N", help="most tokens of a reply")
    group.add_argument("--min-tokens", type=int, metavar="N", help="fewest tokens of a reply")
    group.add_argument("--temperature", type=float, default=0.0, metavar="T", help="(0.0)")
    group.add_argument("--top-p", type=float, metavar="P")
    group.add_argument("--top-k", type=int, metavar="K")
    group.add_argument("--frequency-penalty", type=float, metavar="F")
    group.add_argument("--repetition-penalty", type=float, metavar="F")
    group.add_argument("--logprobs", action="store_true", default=None)
    group.add_argument("--n-choices", type=int, metavar="N", help="replies to each prompt")
    group.add_argument("--seed", type=int, metavar="N", help="also seeds prompts and starts, which use 42 without it")
    group.add_argument("--stop", nargs="+", metavar="TEXT")
    group.add_argument("--stop-token-ids", type=int, nargs="+", metavar="ID")
    group.add_argument("--stream", action=argparse.BooleanOptionalAction, default=True, help="stream replies (yes)")
    group.add_argument("--extra-args", default="{}", metavar="JSON", help="more fields, as a JSON object")


def _add_outcome(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--goodput",
        nargs="+",
        default=[],
        metavar="METRIC:TIME",
        help="objectives of a good request: ttft:500ms tpot:50ms icl:200ms latency:10s",
    )
    group.add_argument(
        "--eval-gate",
        action="append",
        default=[],
        metavar="GATE",
        help="fail unless it holds: 'perf:goodput>=0.95', 'perf[parallel_64]:ttft.p99<0.5' (seconds)",
    )
    group.add_argument("--visualizer", choices=TOOLS, help="record the results there, too")
    group.add_argument("--outputs-dir", default="outputs", metavar="DIR", help="where files go (outputs)")
    group.add_argument("--no-timestamp", action="store_true", help="no folder named by the time")
    group.add_argument("--name", metavar="NAME", help="the run's folder, by default the model")


def _add_tuning(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--sla-auto-tune", action="store_true", help="search instead of measuring given loads")
    group.add_argument(
        "--sla-params",
        metavar="JSON",
        help="the promise: bounds of avg_, p50_, p90_, p95_, p99_ latency, ttft, tpot, of rps, tps, success_rate; "
        "a list holds several promises",
    )
    group.add_argument("--sla-variable", choices=("parallel", "rate"), default="parallel", help="(parallel)")
    group.add_argument("--sla-lower-bound", type=int, default=1, metavar="N", help="(1)")
    group.add_argument("--sla-upper-bound", type=int, default=65536, metavar="N", help="(65536)")
    group.add_argument("--sla-fixed-parallel", type=int, metavar="N", help="with rate: the most requests in flight")
    group.add_argument(
        "--sla-num-runs", type=int, default=3, metavar="N", help="runs of each load, as one of N times the requests (3)"
    )
    group.add_argument(
        "--sla-number-multiplier",
        type=float,
        default=2.0,
        metavar="X",
        help="requests of a run for each request in flight, or a second; at least 20 (2)",
    )
