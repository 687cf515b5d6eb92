"""The app as an ASGI application, and a server of it."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import EvalError, StoreError, UnreadyError, UsageError
from . import api
from .folders import Library
from .pages import TEMPLATES, Missing, Pages, shown_page
from .security import LOOPBACK, Guard

if TYPE_CHECKING:
    import uvicorn
    from starlette.requests import Request
    from starlette.responses import Response

NEEDS = "The app needs starlette and uvicorn: pip install 'evalscope-pytest[app]'."
STARTS_WITHIN_S = 20.0
_MEDIUM = re.compile(r"[0-9a-f]{64}\.([a-z0-9]{1,5})")
# Media that a browser shows and that cannot hold a script; others are downloads.
_TYPES = {
    "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
    "wav": "audio/wav", "mp3": "audio/mpeg", "ogg": "audio/ogg", "flac": "audio/flac", "mp4": "video/mp4",
    "webm": "video/webm", "mov": "video/quicktime",
}  # fmt: skip


def application(folders: Sequence[Path], host: str = "127.0.0.1", token: str = "") -> Guard:
    """Return the app about the runs in some folders.

    Args:
        host: The address that it listens on.
        token: Needed if that is not this machine's own.

    Raises:
        UnreadyError: A library is not installed.
    """
    try:
        from starlette.applications import Starlette
        from starlette.routing import Route
    except ImportError as error:
        raise UnreadyError(NEEDS) from error
    pages = Pages(Library(folders))
    routes = [
        Route("/", _page(pages.runs)),
        Route("/compare", _page(pages.compare)),
        Route("/runs/{run}", _page(pages.run)),
        Route("/runs/{run}/benchmark", _page(pages.benchmark)),
        Route("/runs/{run}/sample", _page(pages.sample)),
        Route("/runs/{run}/media/{file}", _page(lambda request: _medium(pages, request))),
        Route("/app.css", _style),
        Route("/app.js", _script),
        *(Route(path, _json(pages, handler)) for path, handler, *_ in api.ROUTES),
    ]
    missing: Any = {404: _page(_nothing)}
    app = Starlette(routes=routes, exception_handlers=missing)
    hosts = None if token else LOOPBACK | {host.lower()}
    return Guard(app, hosts, token)


def _nothing(request: Request, error: Exception | None = None) -> Response:
    raise Missing("The app has no page of this address.")


def _page(page: Callable[..., Response]) -> Callable[..., Response]:
    """Return a page's function that shows errors as pages."""

    def shown(request: Request, *more: Any) -> Response:
        try:
            return page(request, *more)
        except Missing as error:
            return shown_page(request, "message", 404, heading="Not found", text=str(error))
        except UsageError as error:
            return shown_page(request, "message", 400, heading="Not allowed", text=str(error))
        except StoreError as error:
            return shown_page(request, "message", 500, heading="Its record cannot be read", text=str(error))

    return shown


def _json(pages: Pages, handler: Callable[[Pages, Request], Response]) -> Callable[[Request], Response]:
    def answered(request: Request) -> Response:
        try:
            return handler(pages, request)
        except EvalError as error:
            status = 404 if isinstance(error, Missing) else 400 if isinstance(error, UsageError) else 500
            return api.answer({"error": str(error)}, status)

    return answered


def _style(request: Request) -> Response:
    from starlette.responses import Response

    from ..report.html import templates

    return Response(templates(TEMPLATES).get_template("app.css").render(shows_pictures=True), media_type="text/css")


def _script(request: Request) -> Response:
    from starlette.responses import Response

    return Response((TEMPLATES / "app.js").read_bytes(), media_type="text/javascript")


def _medium(pages: Pages, request: Request) -> Response:
    """Return a picture, recording or video of a run."""
    from starlette.responses import FileResponse

    one, name = pages.found(request), request.path_params["file"]
    path = one.run.root / "media" / name
    known = _MEDIUM.fullmatch(name)
    if not known or path.is_symlink() or path.parent.is_symlink() or not path.is_file():
        raise Missing("The run has no such file.")
    kind = _TYPES.get(known[1])
    if kind is None:
        return FileResponse(path, media_type="application/octet-stream", filename=name)
    return FileResponse(path, media_type=kind)


# Serving -------------------------------------------------------------------------------------------------------------


def server_of(app: Guard, host: str, port: int) -> uvicorn.Server:
    """Return a server of the app that does not listen yet.

    Raises:
        UnreadyError: A library is not installed.
    """
    try:
        import uvicorn
    except ImportError as error:
        raise UnreadyError(NEEDS) from error
    settings = uvicorn.Config(
        app, host=host, port=port, log_level="warning", access_log=False, server_header=False, ws="none", lifespan="off"
    )
    return uvicorn.Server(settings)


@contextmanager
def serving(folders: Sequence[Path], token: str = "") -> Iterator[str]:
    """Serve the app on a free port of 127.0.0.1 while the block runs, and return its address.

    Raises:
        StoreError: It did not start.
    """
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        server = server_of(application(folders, token=token), "127.0.0.1", port)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + STARTS_WITHIN_S
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise StoreError("the app did not start on 127.0.0.1")
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()
