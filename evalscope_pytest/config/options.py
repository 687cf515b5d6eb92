"""Command line options and ini keys, one for each field of `TaskConfig`.

``--eval-<field>`` for pytest, ``--<field>`` for the command ``evalscope-pytest eval``, ``eval_<field>`` in pytest.ini;
a field that starts with ``eval_`` keeps its name. Values stay text until `sources` reads them, and absent ones None, so
that what is given on the command line is known and every mistake gets the same kind of message.

Every run of pytest pays for this module, so it reads `option_table`, which
docs/generate.py writes, and not the fields.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any

from .option_table import OPTIONS

TASK_CONFIG = "eval_task_config"
# Options of earlier EvalScope versions: understood or refused as in a file, and in no help text.
LEGACY = ("template_type", "outputs", "stage", "mem_cache")
_LEGACY_KWARGS: Mapping[str, Mapping[str, Any]] = {
    "template_type": {}, "outputs": {}, "stage": {}, "mem_cache": {"nargs": "?", "const": "true"},
}  # fmt: skip
# Groups of options in help texts and docs/parameters.md.
GROUPS = {
    "Model": "model model_id model_args model_task eval_type api_url api_key chat_template think_tags "
    "trust_remote_code",
    "Data": "datasets dataset_args prompts dataset_dir dataset_hub limit limit_total limit_order repeats seed",
    "Media": "image_detail max_image_pixels max_image_bytes video_frames video_fps",
    "Requests": "eval_batch_size generation_config timeout stream dry_run",
    "Judging": "judge_strategy judge_model_args judge judge_worker_num judge_audit analysis_report arena",
    "Records": "work_dir no_timestamp use_cache rerun_review rerun response_cache response_cache_sampled "
    "enable_progress_tracker collect_perf thinking_metrics debug heartbeat_interval language",
    "Budget": "prices max_cost max_tokens_total",
    "Code": "use_sandbox sandbox_type sandbox sandbox_manager_config allow_unsafe_code",
    "Verdict": "gate baseline max_drop gate_level stop_when_decided strict ignore_errors max_errors skip_unready "
    "show_wrong summary",
}


class OptionSpec:
    """One option, ready for ``add_argument`` and ``addini``.

    Attributes:
        flag: ``--eval-model``.
        field: The field of `TaskConfig` it sets; empty for ``--eval-task-config``.
        help: Help text of the ini key.
        kwargs: Keyword arguments of ``add_argument``. The destination is `ini`, the default None.
        ini: ``eval_model``; empty without an ini key.
        ini_type: pytest's type of the ini key.
    """

    __slots__ = ("field", "flag", "help", "ini", "ini_type", "kwargs")

    def __init__(
        self, flag: str, field: str, help: str, kwargs: Mapping[str, Any], ini: str = "", ini_type: str = "string"
    ) -> None:
        self.flag = flag
        self.field = field
        self.help = help
        self.kwargs = kwargs
        self.ini = ini
        self.ini_type = ini_type


def ini_name(field: str) -> str:
    """Return the ini key of a field, which is also the option's destination."""
    return field if field.startswith("eval_") else f"eval_{field}"


def pytest_flag(field: str) -> str:
    """Return the flag of a field for pytest."""
    return "--" + ini_name(field).replace("_", "-")


def cli_flag(field: str) -> str:
    """Return the flag of a field for our own command."""
    return "--" + field.replace("_", "-")


def spelling(given: Mapping[str, str]) -> dict[str, str]:
    """Return how the user of a run writes the settings that errors of models name.

    Args:
        given: The source of each setting that the user made (`TaskConfig.given`). A setting without one is an option
            if any other was given as an option.
    """
    names = {name: name for name in ("model", "model_args", "api_url", "api_key", "eval_batch_size")}
    names["timeout"] = "generation_config.timeout"
    on_command_line = any(source.startswith("--") for source in given.values())
    for name, path in names.items():
        source = given.get(path, "")
        if source.startswith("--") or (on_command_line and not source):
            names[name] = pytest_flag(name)
    return names


def pytest_options() -> Iterator[OptionSpec]:
    """Yield the options of the pytest plugin."""
    return _options(pytest_flag, {"type": _ahead_of_capture})


def cli_options() -> Iterator[OptionSpec]:
    """Yield the options of ``evalscope-pytest eval``: the same, without the prefix."""
    return _options(cli_flag, {})


def by_group(options: Iterable[OptionSpec]) -> dict[str, list[OptionSpec]]:
    """Return options by the title of their group; those that set no field belong to ``Model``."""
    group_of = {name: title for title, names in GROUPS.items() for name in names.split()}
    found: dict[str, list[OptionSpec]] = {title: [] for title in GROUPS}
    for option in options:
        found[group_of.get(option.field, "Model")].append(option)
    return found


def ini_keys() -> Iterator[tuple[str, str, str]]:
    """Yield the ini keys of the pytest plugin, each with its help text and pytest's type."""
    for field, form, _, help in OPTIONS:
        yield ini_name(field), _ini_help(pytest_flag(field), help), _INI_TYPES[form]


def names() -> Iterator[str]:
    """Yield the names by which ``config.getoption`` finds the options of the pytest plugin."""
    for field in (TASK_CONFIG, *LEGACY, *(field for field, *_ in OPTIONS)):
        yield ini_name(field)
        yield pytest_flag(field)


def are_used(words: Sequence[str]) -> bool:
    """Return whether a command line may have options of the pytest plugin, or shows them, or names a file of words."""
    return any("--eval-" in w or "--no-eval-" in w or w[:1] == "@" or _shows_help(w) for w in words)


def _shows_help(word: str) -> bool:
    return word == "--help" or ("h" in word and word[:1] == "-" != word[1:2])


def without_prefix(words: Sequence[str]) -> dict[str, str]:
    """Return the flags of a command line that are options of the pytest plugin but for ``eval-``, each with its own."""
    given = {word.partition("=")[0] for word in itertools.takewhile("--".__ne__, words) if word.startswith("--")}
    known = {flag.replace("--eval-", "--", 1): flag for flag in (pytest_flag(field) for field, *_ in OPTIONS)}
    return {flag: known[flag] for flag in sorted(given & known.keys())}


def _ini_help(flag: str, help: str) -> str:
    return f"The same as {flag}." if help else "Not available in this version."


def _ahead_of_capture(file: str) -> str:
    """Read standard input while it can be: pytest parses its options before it starts to capture.

    A worker of xdist, started as ``python -c``, talks to its controller over standard input. The variable alone does
    not identify a worker: a run that a test starts inherits it.
    """
    if file == "-" and not ("PYTEST_XDIST_WORKER" in os.environ and sys.argv[:1] == ["-c"]):
        from .text import standard_input

        standard_input()
    return file


def _options(spell: Callable[[str], str], of_file: Mapping[str, Any]) -> Iterator[OptionSpec]:
    help = "YAML or JSON file with any of these settings; '-' reads JSON from standard input."
    yield OptionSpec(spell("task_config"), "", help, {"dest": TASK_CONFIG, "metavar": "FILE", "help": help, **of_file})
    for field, form, metavar, help in OPTIONS:
        flag, ini = spell(field), ini_name(field)
        kwargs = {"dest": ini, "default": None, "help": help or argparse.SUPPRESS, **_FORMS[form]}
        if form != "switch":
            kwargs["metavar"] = metavar
        yield OptionSpec(flag, field, _ini_help(flag, help), kwargs, ini, _INI_TYPES[form])
    for name in LEGACY:
        kwargs = {"dest": ini_name(name), "help": argparse.SUPPRESS, **_LEGACY_KWARGS[name]}
        yield OptionSpec(spell(name), "", "", kwargs)


def switched_off(flag: str) -> str:
    """Return how a switch is turned off: ``--no-eval-strict``; for ``--eval-no-timestamp``, ``--eval-timestamp``."""
    prefix, no, rest = flag.partition("no-")
    return prefix + rest if no and prefix in ("--", "--eval-") else f"--no-{flag[2:]}"


class _Switch(argparse.Action):
    """A switch. That of argparse mistakes ``--no-timestamp`` for a negation, as it begins with ``--no-``."""

    def __init__(self, option_strings: Sequence[str], dest: str, default: Any = None, help: str | None = None) -> None:
        spellings = [spelling for flag in option_strings for spelling in (flag, switched_off(flag))]
        super().__init__(spellings, dest, nargs=0, default=default, help=help)

    def format_usage(self) -> str:
        """Return both spellings."""
        return " | ".join(self.option_strings)

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        setattr(namespace, self.dest, option_string == self.option_strings[0])


_FORMS: dict[str, dict[str, Any]] = {
    "value": {},
    "switch": {"action": _Switch},
    "names": {"nargs": "*", "action": "extend"},
    "repeat": {"action": "append"},
    "optional": {"nargs": "?", "const": "true"},
}
_INI_TYPES = {"value": "string", "switch": "string", "names": "args", "repeat": "linelist", "optional": "string"}


# Words that argparse cannot distinguish ------------------------------------------------------------------------------


def split_paths(values: Sequence[str], benchmarks: Container[str] = ()) -> tuple[list[str], list[str]]:
    """Separate benchmarks from paths after ``--eval-datasets``, which takes all words up to the next option.

    A path is what holds a slash or ``::``, ends in ``.py``, or is a folder with test files in it and not the name of a
    benchmark (a folder of data may well be called like its benchmark). Commas separate benchmarks.

    Args:
        values: The words.
        benchmarks: Names that are benchmarks even if a file has the same name.

    Returns:
        Benchmark names and paths, each in order.
    """
    names: list[str] = []
    paths: list[str] = []
    for value in values:
        if _is_path(value, benchmarks):
            paths.append(value)
        else:
            names.extend(name for name in value.split(",") if name)
    return names, paths


def _is_path(value: str, benchmarks: Container[str]) -> bool:
    if not value or value in benchmarks:
        return False
    return "/" in value or os.sep in value or "::" in value or value.endswith(".py") or _holds_tests(value)


def _holds_tests(folder: str) -> bool:
    return any(name.endswith(".py") and "test" in name for _, _, names in os.walk(folder) for name in names)


def hand_back_paths(
    arguments: Sequence[str], benchmarks: Container[str] = (), flag: str = pytest_flag("datasets")
) -> list[str]:
    """Return a command line whose dataset option ends where its names end: ``--eval-datasets=gsm8k,arc suites/``.

    After that, words may be added to the command line without becoming datasets.
    """
    result: list[str] = []
    at = 0
    while at < len(arguments) and arguments[at] != "--":
        word = arguments[at]
        at += 1
        if word != flag:
            result.append(word)
            continue
        end = next((i for i in range(at, len(arguments)) if arguments[i].startswith("-")), len(arguments))
        names, paths = split_paths(arguments[at:end], benchmarks)
        result.append(f"{flag}={','.join(names)}" if names else flag)
        result.extend(paths)
        at = end
    return [*result, *arguments[at:]]


_NUMBER = re.compile(r"[0-9.]{1,20}%?")


def with_values(
    arguments: Sequence[str], spell: Callable[[str], str] = pytest_flag
) -> tuple[list[str], dict[str, str]]:
    """Return a command line on which each option that needs no value has one, so that it takes no path for it.

    ``--eval-stop-when-decided suites/`` becomes ``--eval-stop-when-decided=true suites/``; a number is its value.

    Returns:
        The words, and the paths that argparse would take for values, by the field of their option.
    """
    optional = {spell(field): field for field, form, *_ in OPTIONS if form == "optional"}
    result: list[str] = []
    spared: dict[str, str] = {}
    words = list(arguments)
    while words and words[0] != "--":
        word = words.pop(0)
        if word not in optional:
            result.append(word)
        elif words and _NUMBER.fullmatch(words[0]):
            result.append(f"{word}={words.pop(0)}")
        else:
            result.append(f"{word}=true")
            spared.pop(optional[word], None)
            if words and not words[0].startswith("-"):
                spared[optional[word]] = words[0]
    return [*result, *words], spared


def check_flags(arguments: Sequence[str]) -> None:
    """Refuse an unknown ``--eval-...`` with the closest known one; pytest itself would list them all.

    Raises:
        ConfigError: An option is unknown.
    """
    from ..core.errors import ConfigError, closest

    known = {form for option in pytest_options() for form in _spellings(option)}
    for word in arguments:
        if word == "--":
            return
        flag = word.partition("=")[0]
        if flag.startswith(("--eval-", "--no-eval-")) and flag not in known:
            raise ConfigError(f"unknown option {flag}. {closest(flag, known)} pytest --help shows all of them.")


def check_switches(arguments: Sequence[str], options: Callable[[], Iterator[OptionSpec]] = pytest_options) -> None:
    """Refuse ``--eval-strict=maybe`` with a helpful message: argparse calls that an ignored explicit argument.

    Raises:
        ConfigError: A switch has a value.
    """
    valued = [word.partition("=")[0] for word in arguments if word.startswith("--") and "=" in word]
    if not valued:
        return
    for option in options():
        if option.kwargs.get("action") is _Switch and (found := {*_spellings(option)} & {*valued}):
            from ..core.errors import ConfigError

            on, off = _spellings(option)
            raise ConfigError(f"{found.pop()} takes no value. Write {on} to turn it on, or {off}.")


def _spellings(option: OptionSpec) -> Iterator[str]:
    yield option.flag
    if option.kwargs.get("action") is _Switch:
        yield switched_off(option.flag)
