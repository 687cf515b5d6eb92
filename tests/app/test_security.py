"""Who is answered, with which headers; in a real browser nothing of a record runs."""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest

from .conftest import HOSTILE, answers, write_run

CHROMIUM = shutil.which("chromium")
TOKEN = "correct-horse-battery"


def get(address: str, path: str = "/", **headers: str) -> tuple[int, http.client.HTTPMessage, str]:
    """Return status, headers and body of a response, without following a redirection."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    return response.status, response.headers, response.read().decode()


def test_the_policy_lets_in_the_apps_own_files_by_a_nonce_that_changes(served):
    nonces = []
    for path in ("/", "/nothing", "/app.js", "/api/runs"):
        _, headers, body = get(served, path)
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        nonces.append(re.search(r"script-src 'nonce-([\w-]{16,})'", policy)[1])
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        if "<html" in body:
            assert body.count(f'nonce="{nonces[-1]}"') == 2
    assert len(set(nonces)) == 4


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "[::2]"])
def test_another_name_for_this_machine_is_refused(served, host):
    assert get(served, Host=host)[0] == 421
    assert get(served, "/api/runs", Host=host)[0] == 421


def test_this_machines_names_are_answered(served):
    port = urlsplit(served).port
    for host in ("127.0.0.1", f"localhost:{port}", f"[::1]:{port}"):
        assert get(served, Host=host)[0] == 200


def test_a_token_is_needed_once(folder):
    from evalscope_pytest.app.server import serving

    with serving([folder], TOKEN) as address:
        for path in ("/", "/api/runs", "/app.css", "/?token=wrong", "/?token=", "/?token=%C3%A9"):
            assert get(address, path)[0] == 401
        assert get(address, Cookie="evalscope_token=wrong")[0] == 401
        status, headers, _ = get(address, f"/?token={TOKEN}")
        assert (status, headers["location"]) == (303, "/")
        assert "HttpOnly" in headers["set-cookie"]
        assert get(address, Cookie=headers["set-cookie"].partition(";")[0], Host="machine.example")[0] == 200
        assert get(address, "/api/runs", Authorization=f"Bearer {TOKEN}")[0] == 200


def test_only_reading_is_offered(served):
    for method in ("POST", "PUT", "DELETE"):
        request = urllib.request.Request(f"{served}/api/runs", method=method)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=30)
        assert refused.value.code == 405


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")
def test_a_browser_runs_the_apps_script_and_nothing_of_a_record(tmp_path):
    from evalscope_pytest.app.server import serving

    write_run(tmp_path / "runs" / "hostile", answers(3, text=HOSTILE, question=HOSTILE), main=4, second=1)
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--dump-dom",
             "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
    with serving([tmp_path / "runs"]) as address:
        run = re.search(r'"id":"(\w+)"', get(address, "/api/runs")[2])[1]
        done = subprocess.run(
            [CHROMIUM, *flags, f"--user-data-dir={tmp_path}/chromium",
             f"{address}/runs/{run}/sample?benchmark=quiz&of=main&index=0"],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert "<title>quiz[main-0]" in done.stdout
    assert "onerror=document.title='owned'&gt;" in done.stdout
    assert done.stdout.count("<script") == 1
    assert "<img" not in done.stdout
    assert 'class="copy" data-copied="Copied">' in done.stdout  # the script took its `hidden` away
