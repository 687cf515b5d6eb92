"""Options of ``evalscope-pytest perf`` that mean something only beside others: alone they would be ignored."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from ...core.errors import ConfigError
from ...core.python_file import is_own_file
from ..data import CONVERSATIONS, TIMED
from .options import default_of

Test = Callable[[argparse.Namespace], bool]


@dataclass(frozen=True, slots=True)
class _Need:
    """What options are for.

    Attributes:
        used: Tells whether they have an effect.
        what: What they say.
        instead: What gives them one.
    """

    names: tuple[str, ...]
    used: Test
    what: str
    instead: str


def _has_rate(options: argparse.Namespace) -> bool:
    return bool(options.rate) or (options.sla_auto_tune and options.sla_variable == "rate")


def _of(*starts: str) -> Test:
    """Tell a data set by the beginning of its name; what one of the user's own reads is not known."""
    return lambda options: is_own_file(options.dataset) or options.dataset.startswith(starts)


def _has_turns(options: argparse.Namespace) -> bool:
    return options.multi_turn or options.dataset in CONVERSATIONS or is_own_file(options.dataset)


_NEEDS = (
    _Need(
        ("dataset", "dataset_path", "dataset_offset", "dataset_args", "multi_turn"),
        lambda options: not options.prompt,
        "is not read beside --prompt, which is all that is sent",
        "Drop --prompt",
    ),
    _Need(("arrival",), _has_rate, "is how starts at a rate are spread", "Add --rate R"),
    _Need(
        ("burstiness",),
        lambda options: _has_rate(options) and options.arrival == "gamma",
        "is of gamma arrivals",
        "Add --rate R --arrival gamma",
    ),
    _Need(
        ("replay_speed",),
        lambda options: options.dataset in TIMED,
        "is for recorded traffic",
        "Add --dataset trace",
    ),
    _Need(
        ("prefix_length", "prefix_count"),
        _of("random"),
        "is for random prompts",
        "Add --dataset random",
    ),
    _Need(
        ("image_width", "image_height", "image_format", "image_num", "image_patch_size"),
        _of("random_vl"),
        "is for random pictures",
        "Add --dataset random_vl",
    ),
    _Need(("min_turns", "max_turns"), _has_turns, "is for conversations turn by turn", "Add --multi-turn"),
    _Need(
        ("sla_params", "sla_variable", "sla_lower_bound", "sla_upper_bound", "sla_num_runs", "sla_number_multiplier"),
        lambda options: bool(options.sla_auto_tune),
        "is for a search",
        "Add --sla-auto-tune",
    ),
    _Need(
        ("sla_fixed_parallel",),
        lambda options: bool(options.sla_auto_tune) and options.sla_variable == "rate",
        "is for a search of the rate",
        "Add --sla-auto-tune --sla-variable rate",
    ),
)


def check_needs(options: argparse.Namespace) -> None:
    """Refuse an option that would be ignored.

    Raises:
        ConfigError: There is one.
    """
    for need in _NEEDS:
        given = [name for name in need.names if getattr(options, name) != default_of(name)]
        if given and not need.used(options):
            raise ConfigError(f"--{given[0].replace('_', '-')} {need.what}. {need.instead}, or drop it.")
