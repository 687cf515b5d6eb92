"""Services behind https://: measured where their certificate is trusted, refused before the load where it is not."""

from __future__ import annotations

import ssl

import pytest
import trustme

from evalscope_pytest.cli.main import main
from evalscope_pytest.perf.load.load_point import LoadPoint
from evalscope_pytest.perf.load.session import measure

from .raw_server import CLOSE, HEALTHY, server
from .service import endpoint, workload


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def certified(authority: trustme.CA, name: str = "127.0.0.1") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
def trusted(authority, tmp_path, monkeypatch):
    """A user's own authority, named as docs/perf.md says."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return authority


def perf(url: str, folder: object) -> int:
    return main(["perf", "--url", url, "--model", "m", "--prompt", "hi", "-n", "4", "--outputs-dir", str(folder)])


def test_a_service_whose_certificate_is_trusted_is_measured(trusted):
    with server(tls=certified(trusted)) as service:
        result = measure(endpoint(service.url), workload(), LoadPoint(concurrency=4, requests=24))
    assert (result.succeeded, result.failures, result.output_tokens.mean) == (24, (), 3)
    assert service.connections == 4
    assert result.ttft.count == 24


def test_a_stream_cut_off_behind_tls_is_a_failure(trusted):
    with server([HEALTHY[:-5], CLOSE], tls=certified(trusted)) as service:
        result = measure(endpoint(service.url), workload(), LoadPoint(concurrency=1, requests=2))
    assert "broke in the middle" in result.failures[0].reason
    assert result.succeeded == 1


def test_a_certificate_nobody_vouches_for_is_told_before_the_load(authority, tmp_path, capsys):
    with server(tls=certified(authority)) as service:
        assert perf(service.url, tmp_path) == 1
    said = capsys.readouterr().err.strip()
    assert "the certificate of 127.0.0.1" in said
    assert "is not accepted: unable to get local issuer certificate" in said or "self-signed" in said
    assert "SSL_CERT_FILE=ca.pem" in said
    assert "\n" not in said
    assert "Traceback" not in said
    assert not list(tmp_path.rglob("requests.jsonl"))


def test_a_certificate_for_another_name_is_refused(trusted):
    with server(tls=certified(trusted, "elsewhere.example")) as service:
        result = measure(endpoint(service.url), workload(), LoadPoint(concurrency=1, requests=1))
    assert "mismatch" in result.failures[0].reason
    assert "SSL_CERT_FILE" not in result.failures[0].reason


def test_an_http_service_asked_for_tls_says_so(service, tmp_path, capsys):
    assert perf(service.chat.replace("http:", "https:"), tmp_path) == 1
    assert "is it an http:// address?" in capsys.readouterr().err
