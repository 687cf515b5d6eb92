"""Everything private of pytest that this package uses: a new version of pytest is checked against this file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TextIO

import pytest
from _pytest._io import TerminalWriter as TerminalWriter
from _pytest.assertion import util
from _pytest.junitxml import LogXML, xml_key
from _pytest.mark import KeywordMatcher as KeywordMatcher
from _pytest.mark.expression import Expression as Expression
from _pytest.skipping import evaluate_skip_marks

from ..engine.context import current

# The terminal ------------------------------------------------------------------------------------------------------


class Screen:
    """pytest's terminal, as progress is shown on it."""

    def __init__(self, reporter: pytest.TerminalReporter) -> None:
        self._reporter = reporter

    @property
    def columns(self) -> int | None:
        """The width of a terminal; None for a pipe or a log, which take lines of any length."""
        return int(self._reporter._tw.fullwidth) if self._reporter.isatty else None

    def write_line(self, text: str, **markup: bool) -> None:
        """Write a whole line."""
        self._reporter.ensure_newline()
        self._reporter.write_line(text, **markup)

    def rewrite(self, text: str) -> None:
        """Overwrite the current line.

        The cursor goes back to the margin, so that the ^C which a terminal writes there is written over.
        """
        self._reporter._tw.write(f"\r{text}\r", flush=True)

    def end_line(self) -> None:
        """Begin a new line, whatever pytest assumes about this one."""
        self._reporter._tw.line()


def show_report(reporter: pytest.TerminalReporter, report: pytest.TestReport) -> None:
    """Print the traceback of a report."""
    report.toterminal(reporter._tw)


def add_statistics(reporter: pytest.TerminalReporter, category: str, number: int) -> None:
    """Have pytest's last line count ``number`` more of a category."""
    reporter._add_stats(category, [None] * number)


def count_collected(config: pytest.Config, more: int) -> None:
    """Have the terminal's "collected N items" count ``more`` items, of samples in place of stand-ins."""
    reporter = config.pluginmanager.getplugin("terminalreporter")
    if reporter is not None:
        reporter._numcollected += more


# Fixtures ----------------------------------------------------------------------------------------------------------


def argument_names(function: pytest.Function) -> tuple[str, ...]:
    """Return the names of the fixtures that a test takes as arguments."""
    return function._fixtureinfo.argnames


def fixture_scopes(function: pytest.Function) -> dict[str, str]:
    """Return the scope of each fixture of a test."""
    definitions = function._fixtureinfo.name2fixturedefs
    return {name: str(found[-1].scope) for name, found in definitions.items() if found}


def set_up(item: pytest.Item) -> None:
    """Set up an item's fixtures."""
    item.session._setupstate.setup(item)


def tear_down(session: pytest.Session, next_item: pytest.Item | None) -> None:
    """Tear down the fixtures that the next item does not need."""
    session._setupstate.teardown_exact(next_item)


def visible_fixtures(module: pytest.Module) -> Mapping[str, str]:
    """Return the scope of each fixture that a module may use."""
    manager = module.session._fixturemanager
    # The attribute's name differs between versions of pytest; its keys are the names of all fixtures.
    names: dict[str, Any] = next((v for key, v in vars(manager).items() if key.startswith("_arg2")), {})
    definitions = ((name, manager.getfixturedefs(name, module)) for name in names)
    return {name: str(found[-1].scope) for name, found in definitions if found}


# Marks, options, files ---------------------------------------------------------------------------------------------


def skip_reason(item: pytest.Item) -> str | None:
    """Return why the marks of an item skip it; None if they do not."""
    skip = evaluate_skip_marks(item)
    return None if skip is None else skip.reason


def unknown_ini_keys(config: pytest.Config) -> Iterable[str]:
    """Return the keys of the ini file that no plugin has registered: pytest itself only warns of them."""
    find: Callable[[], Iterable[str]] | None = getattr(config, "_get_unknown_ini_keys", None)
    return find() if find is not None else ()


def registers_option(parser: pytest.Parser, flag: str) -> bool:
    """Return whether any plugin has an option of this name; True if pytest does not say."""
    groups = [*getattr(parser, "_groups", ()), *filter(None, [getattr(parser, "_anonymous", None)])]
    return not groups or any(flag in option.names() for group in groups for option in group.options)


def junit_xml(config: pytest.Config) -> LogXML | None:
    """Return the plugin that writes the JUnit XML file, if one is written."""
    return config.stash.get(xml_key, None)


def debug_log(config: pytest.Config) -> TextIO | None:
    """Return the file that ``--debug`` writes; None without the option."""
    file: TextIO | None = getattr(config.trace.root._writer, "__self__", None)
    return file if hasattr(file, "truncate") else None


# Explanations of assertions ----------------------------------------------------------------------------------------


class _TestsVerbosity:
    """A stand-in for pytest's config, in which assertions look up how much to show."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def get_verbosity(self, kind: str | None = None) -> int:
        """Return the user's choice in a test, and pytest's default in a sample."""
        return self._config.get_verbosity(kind) if current.get() is None else 0


def explain_in_tests_only() -> None:
    """Keep pytest's ways of explaining assertions from bodies, as long as the item lasts that pytest is at.

    They are there only while it is at some item: what a body's assertion says would depend on timing. And comparing the
    two sides of ``==`` line by line can take minutes on a long reply.
    """
    compare, config = util._reprcompare, util._config
    if compare is not None:
        util._reprcompare = lambda op, left, right: compare(op, left, right) if current.get() is None else None
    if config is not None:
        util._config = _TestsVerbosity(config)  # type: ignore[assignment]


# The root ----------------------------------------------------------------------------------------------------------


def correct_root(config: pytest.Config, args: list[str], paths: Sequence[str]) -> None:
    """Give ``config`` the root and the ini file that follow from ``paths``, and ``args`` that file's ``addopts``.

    pytest looks for its root and ini file before it loads any plugin, and takes the value in
    ``--eval-dataset-dir ../data`` for the path of a test: it would read no ini file here, and write its cache beside
    the data.

    Args:
        config: As pytest has it when it is about to load the first conftest files.
        paths: The paths of tests on the command line.
    """
    try:
        _correct(config, args, paths)
    except (ImportError, AttributeError, TypeError):
        # All of this is pytest's own business. A version that does it in another way keeps the root it has found.
        return


def _correct(config: pytest.Config, args: list[str], paths: Sequence[str]) -> None:
    from _pytest.config.findpaths import determine_setup

    known = config.known_args_namespace
    root, ini, settings, ignored = determine_setup(
        inifile=known.inifilename,
        override_ini=known.override_ini,
        args=paths,
        rootdir_cmd_arg=known.rootdir or None,
        invocation_dir=config.invocation_params.dir,
    )
    if (root, ini) == (config.rootpath, config.inipath):
        return
    if str(known.confcutdir) == str(config.inipath.parent if config.inipath else config.rootpath):
        known.confcutdir = str(ini.parent if ini else root)  # it was pytest's guess
    config._rootpath, config._inipath, config._ignored_config_files = root, ini, ignored
    config._inicfg = settings
    config._inicache.clear()
    config._parser.extra_info.update(rootdir=str(root), inifile=str(ini))
    config._checkversion()
    config._configure_python_path()
    if words := config._validate_args(config.getini("addopts"), "via addopts config"):
        args[:] = [*words, *args]
        config.pluginmanager.consider_preparse(words, exclude_only=False)
        again = config._parser.parse_known_args(args, namespace=type(known)(**vars(config.option)))
        again.confcutdir = known.confcutdir
        config.known_args_namespace = again
