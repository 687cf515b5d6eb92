"""``evalscope-pytest app``: serve pages about recorded runs."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ..core.arguments import Parser
from ..core.errors import ConfigError, UsageError, closest_path
from ..core.text import visible
from .security import LOOPBACK

_USAGE = "evalscope-pytest app [FOLDER ...] [--port 7861] [--host 127.0.0.1] [--token TOKEN]"
_DESCRIPTION = """\
Serve pages about recorded runs, of evalscope-pytest and of EvalScope: scores, samples, comparisons. Nothing is sent
to a model, and nothing is written into the folders.

A folder is a run's work_dir, or holds some.
"""
_EPILOG = """\
  evalscope-pytest app
  evalscope-pytest app outputs ../other/outputs --port 8000
  evalscope-pytest app outputs --host 0.0.0.0 --token auto

Exit codes: 0 stopped with Ctrl-C, 1 it could not start, 4 a folder or an option is wrong.
"""


def app(arguments: Sequence[str]) -> int:
    """Serve the app until it is interrupted; return 0.

    Raises:
        UsageError: A folder or an option is wrong, or the port is taken.
    """
    options = _parser().parse_args(list(arguments))
    folders = [_folder(word) for word in options.folders or [os.environ.get("EVALSCOPE_WORK_DIR") or "outputs"]]
    token = secrets.token_urlsafe(16) if options.token == "auto" else options.token or ""  # noqa: S105 - a word
    if options.host.lower() not in LOOPBACK and not token:
        raise ConfigError(
            f"--host {options.host} lets others in, so a token is needed. Add --token auto, or listen on 127.0.0.1."
        )
    from .server import application, server_of

    server = server_of(application(folders, options.host, token), options.host, options.port)
    listening = _listening(options.host, options.port)
    with listening:
        name = f"[{options.host}]" if ":" in options.host else options.host
        address = f"http://{name}:{listening.getsockname()[1]}/"
        print(visible(f"{address}{f'?token={token}' * bool(token)}  (Ctrl-C stops it)"), flush=True)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
    return 0


def _parser() -> Parser:
    parser = Parser(
        prog="evalscope-pytest app",
        usage=_USAGE,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("folders", metavar="FOLDER", nargs="*", help="default: $EVALSCOPE_WORK_DIR, else outputs")
    parser.add_argument("--port", type=_port, default=7861, help="default: 7861; 0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; default: 127.0.0.1")
    parser.add_argument("--token", type=_token, help="what a browser has to know; `auto` makes one up and prints it")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or len(text) > 5 or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port. Give a number from 0 to 65535")
    return int(text)


def _token(text: str) -> str:
    if text != "auto" and not (len(text) >= 8 and text.isascii() and text.replace("-", "").replace("_", "").isalnum()):
        raise argparse.ArgumentTypeError("a token has at least 8 letters, digits, - or _. Or give: auto")
    return text


def _folder(word: str) -> Path:
    path = Path(word).expanduser()
    if not path.is_dir():
        raise UsageError(f"folder is not there: {word!r}. {closest_path(path)}Give a work_dir, or a folder of them.")
    return path


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(2048)  # from here on the address that is printed answers
    except OSError as error:
        raise UsageError(
            f"the app cannot listen on {host}, port {port}: {error.strerror or error}. Choose another with --port, "
            "or --port 0 for a free one."
        ) from error
    return found
