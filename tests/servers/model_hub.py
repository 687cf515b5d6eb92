"""A hub with one model on 127.0.0.1: the endpoints that modelscope and huggingface_hub call to download a snapshot."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

COMMIT = "a" * 40


@contextmanager
def model_hub(repository: str, folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve the files of ``folder`` as ``repository``; give the address, and a list of the requests as they come."""
    requests: list[str] = []
    files = {f.name: f.read_bytes() for f in sorted(folder.iterdir())}

    class Handler(_Hub):
        pass

    Handler.repository, Handler.files, Handler.requests = repository, files, requests
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", requests
    finally:
        server.shutdown()
        server.server_close()


class _Hub(BaseHTTPRequestHandler):
    repository = ""
    files: dict[str, bytes]
    requests: list[str]
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.requests.append(f"{self.command} {self.path}")
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        if path.startswith(f"/api/v1/models/{self.repository}"):
            self._modelscope(path.partition(self.repository)[2], parse_qs(parts.query).get("FilePath", [""])[0])
        elif path.startswith(f"/api/models/{self.repository}/tree/"):
            self._json([{"type": "file", "path": n, "size": len(c), "oid": _sha256(c)} for n, c in self.files.items()])
        elif path.startswith(f"/api/models/{self.repository}"):
            self._json({"id": self.repository, "sha": COMMIT, "siblings": [{"rfilename": n} for n in self.files]})
        elif path.startswith(f"/{self.repository}/resolve/"):
            self._file(path.rpartition("/")[2])
        else:
            self._json({"error": "not found"}, 404)

    def _modelscope(self, rest: str, file: str) -> None:
        if rest == "/repo/files":
            listed = [
                {"Name": n, "Path": n, "Type": "blob", "Size": len(c), "Sha256": _sha256(c), "Revision": COMMIT}
                for n, c in self.files.items()
            ]
            self._json({"Code": 200, "Success": True, "Data": {"Files": listed}})
        elif rest == "/repo":
            self._file(file)
        elif rest == "/revisions":
            branches = [{"Revision": "master"}]
            self._json({"Code": 200, "Success": True, "Data": {"RevisionMap": {"Branches": branches, "Tags": []}}})
        else:
            self._json({"Code": 200, "Success": True, "Data": {"Name": self.repository}})

    def _file(self, name: str) -> None:
        if name not in self.files:
            self._json({"error": "Entry not found"}, 404, {"X-Error-Code": "EntryNotFound"})
            return
        content = self.files[name]
        self._send(200, content, {"ETag": f'"{_sha256(content)[:40]}"', "X-Repo-Commit": COMMIT})

    def _json(self, body: object, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
