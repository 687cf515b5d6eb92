"""The options of ``evalscope-pytest perf``. Flags have EvalScope's names where it has them."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal, NoReturn

from ...core.errors import ConfigError, closest
from ...wire.dialects import APIS
from ..data import NAMES
from ..load.endpoint import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, TOTAL_TIMEOUT_S
from ..measure.metric import Place, metrics
from ..output.recording import TOOLS

API_KEY_VARIABLE = "EVALSCOPE_API_KEY"
_DESCRIPTION = """\
Load-test a model service and say what it did: a load that is kept (--parallel), or starts by schedule (--rate).
"""


class Parser(argparse.ArgumentParser):
    """Tells mistakes as the package's other errors are told."""

    def error(self, message: str) -> NoReturn:
        """Refuse the arguments.

        Raises:
            ConfigError: Always.
        """
        raise ConfigError(f"{message}. {self.prog} --help shows all options.")


_ELSEWHERE = {
    "--alias": "the name of a run is --name",
    "--attn-implementation": "write --server-args '--attn-implementation sdpa'",
    "--db-commit-interval": "nothing is written while a load runs. Drop it",
    "--debug": "requests.jsonl has each request, failures are told in words. Drop it",
    "--enable-pd-metrics": "gaps between reads are measured in any case, as ICL. Drop it",
    "--enable-progress-tracker": "summary.json is written after each load. Drop it",
    "--in-flight-task-multiplier": "there is no queue in this client. Drop it",
    "--log-every-n-query": "progress is shown as it goes. Drop it",
    "--multi-turn-args": "write --dataset-args",
    "--num-workers": "prompts are made before the clock starts, by one process. Drop it",
    "--queue-size-multiplier": "there is no queue in this client. Drop it",
    "--scenario": "there are no named scenarios. Describe the load with --dataset, --parallel or --rate",
    "--swanlab-api-key": "log in with swanlab login, and give --visualizer swanlab",
    "--swanlab-host": "log in with swanlab login --host HOST, and give --visualizer swanlab",
    "--wandb-api-key": "log in with wandb login, and give --visualizer wandb",
}  # options of EvalScope's that would do nothing here


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    """Read a load test's options.

    Raises:
        ConfigError: One is unknown, or has no readable value.
    """
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if options.rate == [-1]:  # EvalScope's word for none
        options.rate = None
    if rest:
        flag = next((word for word in rest if word.startswith("-")), rest[0]).partition("=")[0]
        if flag in _ELSEWHERE:
            raise ConfigError(f"{flag}: {_ELSEWHERE[flag]}.")
        known = [name for action in parser._actions for name in action.option_strings]
        advice = closest(flag, known) if flag.startswith("-") else f"{parser.prog} --help shows all options."
        raise ConfigError(f"unknown option {flag}. {advice}")
    return options


def default_of(name: str) -> Any:
    """Return what an option is where it is not given."""
    return _parser().get_default(name)


def _number(text: str) -> float:
    """Read a number; one that is none (nan), or has no end, measures nothing."""
    number = float(text)
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"{text} is no finite number")
    return number


_number.__name__ = "number"  # argparse says it: "invalid number value"


@lru_cache(maxsize=1)
def _parser() -> Parser:
    parser = Parser(
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
    _add_tuning(parser.add_argument_group("search for the largest load that meets an SLO"))
    return parser


def _add_service(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--url",
        metavar="URL",
        help="address of the service; up to /v1, or the whole, such as .../v1/completions",
    )
    group.add_argument("--model", required=True, metavar="NAME", help="name of the model at the service")
    group.add_argument(
        "--api",
        default="openai",
        metavar="API",
        help=f"interface: {', '.join(APIS)}, or mine.py of your own; local and local_vllm serve --model here",
    )
    group.add_argument("--port", type=int, default=0, metavar="N", help="with --api local: its port (any free one)")
    group.add_argument(
        "--server-args",
        default="",
        metavar="WORDS",
        help="with --api local: options of transformers serve, or vllm serve",
    )
    group.add_argument(
        "--api-key",
        metavar="KEY",
        help=f"default: from {API_KEY_VARIABLE} or OPENAI_API_KEY (with --api anthropic, ANTHROPIC_API_KEY)",
    )
    group.add_argument("--headers", nargs="+", default=[], metavar="NAME=VALUE", help="more HTTP headers")
    group.add_argument(
        "--connect-timeout",
        type=_number,
        default=CONNECT_TIMEOUT_S,
        metavar="S",
        help="seconds for a connection (%(default)g)",
    )
    group.add_argument(
        "--read-timeout",
        type=_number,
        default=READ_TIMEOUT_S,
        metavar="S",
        help="seconds a server may be silent (%(default)g)",
    )
    group.add_argument(
        "--total-timeout",
        type=_number,
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
    group.add_argument(
        "--rate", type=_number, nargs="+", metavar="R", help="requests started each second, one load each"
    )
    group.add_argument("-n", "--number", type=int, nargs="+", metavar="N", help="requests of all loads, or of each")
    group.add_argument("--duration", type=_number, metavar="S", help="start requests for so many seconds")
    group.add_argument(
        "--repeats", type=int, default=1, metavar="N", help="measure each load N times, in turns, for intervals (1)"
    )
    group.add_argument("--open-loop", action="store_true", help="with --rate: no bound on requests in flight")
    group.add_argument("--processes", type=int, default=1, metavar="N", help="share each load among N processes (1)")
    group.add_argument(
        "--arrival", choices=("poisson", "constant", "gamma"), default="poisson", help="how starts are spread (poisson)"
    )
    group.add_argument(
        "--burstiness",
        type=_number,
        default=1.0,
        metavar="K",
        help="shape of gamma arrivals: 1 is poisson, less comes in bursts, more is more even",
    )
    group.add_argument(
        "--ramp-up",
        type=_number,
        metavar="S",
        help="seconds until the load is at its height (1 ms for each request in flight; at a rate 0)",
    )
    group.add_argument("--replay-speed", type=_number, default=1.0, metavar="X", help="replay a trace so much faster")
    group.add_argument(
        "--warmup-num",
        type=_number,
        default=0,
        metavar="N",
        help="requests sent before and not counted; below 1 a share of --number",
    )
    group.add_argument("--sleep-interval", type=_number, default=5, metavar="S", help="pause between two loads (5)")


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
        choices=("modelscope", "huggingface", "local"),
        default="modelscope",
        help="hub of data sets without a file (modelscope)",
    )
    group.add_argument("--dataset-offset", type=int, default=0, metavar="N", help="records to skip")
    group.add_argument(
        "--dataset-args", default="{}", metavar="JSON", help="what is particular to a data set, as target_input_len"
    )
    group.add_argument("--prompt", metavar="TEXT", help="send this text, or @FILE, instead of a data set")
    group.add_argument(
        "--query-template",
        metavar="JSON",
        help="the request body, or @FILE, with %%p for the prompt, %%m for the model",
    )
    group.add_argument(
        "--apply-chat-template",
        action=argparse.BooleanOptionalAction,
        help="with /v1/completions: write prompts with the chat template of --tokenizer-path",
    )
    group.add_argument(
        "--tokenize-prompt", action="store_true", help="send token ids of --tokenizer-path to /v1/completions"
    )
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
    group.add_argument("--prefix-count", type=int, default=1, metavar="N", help="how many such beginnings (1)")
    group.add_argument("--image-width", type=int, default=224, metavar="PX", help="of random_vl's pictures (224)")
    group.add_argument("--image-height", type=int, default=224, metavar="PX", help="likewise (224)")
    group.add_argument("--image-format", choices=("RGB", "RGBA", "L"), default="RGB", help="likewise (RGB)")
    group.add_argument("--image-num", type=int, default=1, metavar="N", help="pictures of a request (1)")
    group.add_argument(
        "--image-patch-size", type=int, default=28, metavar="PX", help="pixels a token, if no usage is sent (28)"
    )
    group.add_argument("--multi-turn", action="store_true", help="send conversations turn by turn")
    group.add_argument("--min-turns", type=int, default=1, metavar="N", help="leave out shorter conversations")
    group.add_argument("--max-turns", type=int, metavar="N", help="cut longer conversations")


def _add_generation(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--max-tokens",
        type=int,
        nargs="+",
        metavar="N",
        help="most tokens of a reply; of two numbers each draws its own",
    )
    group.add_argument("--min-tokens", type=int, metavar="N", help="fewest tokens of a reply")
    group.add_argument("--temperature", type=_number, default=0.0, metavar="T", help="(0.0)")
    group.add_argument("--top-p", type=_number, metavar="P")
    group.add_argument("--top-k", type=int, metavar="K")
    group.add_argument("--frequency-penalty", type=_number, metavar="F")
    group.add_argument("--repetition-penalty", type=_number, metavar="F")
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
        help=f"objectives of a good request, as in ttft:500ms latency:10s; of {_titles('request', 'goodput')}",
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
    group.add_argument("--name", metavar="NAME", help="the run's folder; default: the last part of the model")


def _titles(of: Literal["request", "load"], place: Place) -> str:
    return ", ".join((*(metric.aliases if of == "load" else ()), metric.name)[0] for metric in metrics(of, place))


def _add_tuning(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--sla-auto-tune", action="store_true", help="search instead of measuring given loads")
    group.add_argument(
        "--sla-params",
        metavar="JSON",
        help=f"the SLO: bounds on avg_, p50_, p90_, p95_ or p99_ of {_titles('request', 'slo')}, on "
        f"{_titles('load', 'slo')}, or max (of times min) for the best; a list holds several SLOs",
    )
    group.add_argument(
        "--sla-variable",
        choices=("parallel", "rate"),
        default="parallel",
        help="what is searched, from --parallel N or --rate R on where it is given (parallel)",
    )
    group.add_argument("--sla-lower-bound", type=int, default=1, metavar="N", help="(1)")
    group.add_argument("--sla-upper-bound", type=int, default=65536, metavar="N", help="(65536)")
    group.add_argument("--sla-fixed-parallel", type=int, metavar="N", help="with rate: the most requests in flight")
    group.add_argument(
        "--sla-num-runs", type=int, default=3, metavar="N", help="runs of each load, as one of N times the requests (3)"
    )
    group.add_argument(
        "--sla-number-multiplier",
        type=_number,
        default=2.0,
        metavar="X",
        help="requests of a run for each request in flight, or a second; at least 20 (2)",
    )
