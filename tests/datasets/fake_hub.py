"""A hub on 127.0.0.1 that speaks both protocols: the few endpoints the two hub libraries really call."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class FakeHub:
    """Repositories by id, their files by path; `requests` is what was asked.

    ``status`` makes every request fail with it; ``delay_s`` lets every request wait.
    """

    url: str = ""
    repositories: dict[str, dict[str, bytes]] = field(default_factory=dict)
    converted: dict[str, dict[str, bytes]] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    status: int = 0
    delay_s: float = 0.0
    requests: list[str] = field(default_factory=list)

    def files(self, repository: str, revision: str) -> dict[str, bytes] | None:
        """Return the files of a revision, None where there is none."""
        if "convert" in revision or revision == _sha(self.converted.get(repository, {})):
            return self.converted.get(repository)
        known = self.repositories.get(repository)
        return known if known is not None and revision in ("main", "master", "v1", _sha(known)) else None

    def downloads(self) -> list[str]:
        """Return the paths of the files that were downloaded, in order."""
        found = []
        for request in self.requests:
            method, _, target = request.partition(" ")
            if method == "GET" and "/resolve/" in target:
                found.append(unquote(target.split("/resolve/")[1].split("/", 1)[1]))
            elif method == "GET" and "FilePath=" in target:
                found.append(parse_qs(urlsplit(target).query)["FilePath"][0])
        return found


@contextmanager
def running_hub() -> Iterator[FakeHub]:
    """Run a fake hub."""
    hub = FakeHub()

    class Handler(_Handler):
        state = hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


def _sha(files: dict[str, bytes]) -> str:
    digest = hashlib.sha1(repr(sorted(files.items())).encode(), usedforsecurity=False)
    return digest.hexdigest()


class _Handler(BaseHTTPRequestHandler):
    state: FakeHub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        hub = self.state
        hub.requests.append(f"{self.command} {self.path}")
        time.sleep(hub.delay_s)
        if hub.status:
            return self._send(hub.status, {"error": "broken on purpose", "Message": "broken on purpose"})
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        path = unquote(parts.path)
        if path.startswith("/api/v1/datasets/"):
            return self._modelscope(path.removeprefix("/api/v1/datasets/"), query)
        if path.startswith("/api/datasets/"):
            return self._huggingface(path.removeprefix("/api/datasets/"))
        if path.startswith("/datasets/") and "/resolve/" in path:
            repository, _, rest = path.removeprefix("/datasets/").partition("/resolve/")
            return self._huggingface_file(repository, rest)
        return self._send(404, {})

    def _modelscope(self, path: str, query: dict[str, str]) -> None:
        owner, name, *rest = path.split("/")
        repository = f"{owner}/{name}"
        files = self.state.files(repository, query.get("Revision", "master"))
        if files is None:
            return self._send(404, {"Code": 10010205001, "Message": "not found", "Success": False})
        if repository in self.state.gated:
            return self._send(403, {"Code": 403, "Message": "no access", "Success": False})
        if rest == ["repo", "tree"]:
            size = int(query.get("PageSize", 200))
            start = (int(query.get("PageNumber", 1)) - 1) * size
            listed = [
                {"Path": path, "Name": path, "Type": "blob", "Size": len(content), "Sha256": _sha256(content)}
                for path, content in sorted(files.items())
            ]
            return self._send(200, {"Code": 200, "Success": True, "Data": {"Files": listed[start : start + size]}})
        if rest == ["repo"] and query.get("FilePath") in files:
            return self._send_bytes(files[query["FilePath"]], {})
        if not rest:
            return self._send(200, {"Code": 200, "Success": True, "Data": {"Id": 1, "Type": 1}})
        return self._send(404, {})

    def _huggingface(self, path: str) -> None:
        owner, name, *rest = path.split("/")
        repository = f"{owner}/{name}"
        if repository not in self.state.repositories:
            return self._send(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
        if repository in self.state.gated:
            return self._send(403, {"error": "gated"}, {"X-Error-Code": "GatedRepo"})
        revision = "/".join(rest[1:]) if rest else "main"
        files = self.state.files(repository, revision)
        if files is None:
            return self._send(404, {"error": "Invalid rev id"}, {"X-Error-Code": "RevisionNotFound"})
        if rest and rest[0] == "tree":
            tree = [
                {"type": "file", "path": path, "size": len(content), "oid": _sha256(content)[:40]}
                for path, content in sorted(files.items())
            ]
            return self._send(200, tree)
        siblings = [{"rfilename": path} for path in sorted(files)]
        return self._send(200, {"id": repository, "sha": _sha(files), "siblings": siblings, "tags": []})

    def _huggingface_file(self, repository: str, rest: str) -> None:
        found = next(
            (
                (revision, path)
                for cut in range(1, rest.count("/") + 1)
                if (revision := "/".join(rest.split("/")[:cut]))
                and (path := "/".join(rest.split("/")[cut:])) in (self.state.files(repository, revision) or {})
            ),
            None,
        )
        if found is None:
            return self._send(404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound"})
        files = self.state.files(repository, found[0]) or {}
        content = files[found[1]]
        return self._send_bytes(content, {"ETag": f'"{_sha256(content)[:40]}"', "X-Repo-Commit": _sha(files)})

    def _send(self, status: int, body: object, headers: dict[str, str] | None = None) -> None:
        self._reply(status, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})

    def _send_bytes(self, content: bytes, headers: dict[str, str]) -> None:
        self._reply(200, content, {"Content-Type": "application/octet-stream", **headers})

    def _reply(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
