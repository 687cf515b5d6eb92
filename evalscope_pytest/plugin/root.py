"""The project's root, found again now that it is known which words are paths.

pytest looks for its root and ini file before it loads any plugin, and takes the value in ``--eval-dataset-dir ../data``
for the path of a test: it would read no ini file here, and write its cache beside the data.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest


def correct_root(config: pytest.Config, args: list[str], paths: Sequence[str]) -> None:
    """Give ``config`` the root and the ini file that follow from ``paths``, and ``args`` that file's ``addopts``.

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
