"""The reverse proxy's configuration: it is one, it cuts off who drips, and speaks in problem documents."""

import datetime
import socket
import ssl
import time
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.local.ports import free_port
from deploy.nginx import render
from tests.server.serving import check, nginx, proxy

NOBODY = "127.0.0.1:1"


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = tmp_path / "certificate.pem", tmp_path / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


def test_the_template_is_a_configuration(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    file = tmp_path / "nginx.conf"
    for rendered in (
        proxy(tmp_path, "127.0.0.1:8000", "127.0.0.1:8001").render(),
        proxy(
            tmp_path, NOBODY, certificate=certificate[0], key=certificate[1], redirect_from=f"127.0.0.1:{free_port()}"
        ).render(),
    ):
        file.write_text(rendered)
        assert "test is successful" in check(file)
        # The control: a directive that is none is found.
        file.write_text(rendered.replace("server_tokens off;", "server_token off;"))
        assert "unknown directive" in check(file)


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert render.main(["10.0.0.5:8000", "10.0.0.6:8000", "--listen", "8080"]) == 0
    printed = capsys.readouterr().out
    assert "server 10.0.0.5:8000;\n        server 10.0.0.6:8000;" in printed
    assert "listen 8080;" in printed
    with pytest.raises(SystemExit):
        render.main(["10.0.0.5:8000", "--certificate", "x.pem"])
    assert "together" in capsys.readouterr().err


def drip(url: str, *, at_most: float) -> float:
    """Send a header a byte at a time; returns after how many seconds the server hangs up, or ``at_most``."""
    host, port = url.removeprefix("http://").split(":")
    begun = time.monotonic()
    with socket.create_connection((host, int(port)), timeout=0.2) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        while (gone := time.monotonic() - begun) < at_most:
            try:
                connection.sendall(b"a")
                if connection.recv(100) == b"":
                    return gone
            except TimeoutError:
                continue
            except OSError:
                return gone
    return at_most


@pytest.mark.parametrize(("seconds", "cut_off"), [(1, True), (60, False)])
def test_who_drips_a_header_is_cut_off(tmp_path: Path, seconds: int, cut_off: bool) -> None:
    with nginx(proxy(tmp_path, NOBODY, header_seconds=seconds)) as url:
        assert (drip(url, at_most=5) < 5) is cut_off


def test_a_proxy_without_the_api_says_so_in_the_api_s_words(tmp_path: Path) -> None:
    with nginx(proxy(tmp_path, NOBODY)) as url:
        away = httpx.get(f"{url}/api/v1/events")
        large = httpx.post(f"{url}/api/v1/events", content=b"x" * (7 * 1024 * 1024))
    assert (away.status_code, away.json()["type"]) == (503, "/problems/unavailable")
    assert away.headers["content-type"] == "application/problem+json"
    assert away.headers["retry-after"] == "5"
    assert (large.status_code, large.json()["type"]) == (413, "/problems/body-too-large")
    assert "nginx/" not in away.headers["server"]


def test_over_tls_browsers_are_told_to_stay_there(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    elsewhere = f"127.0.0.1:{free_port()}"
    made = proxy(tmp_path, NOBODY, certificate=certificate[0], key=certificate[1], redirect_from=elsewhere)
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    with nginx(made) as url:
        port = url.rpartition(":")[2]
        answer = httpx.get(f"https://localhost:{port}/", verify=trusting)
        moved = httpx.get(f"http://{elsewhere}/somewhere?x=1")
    assert answer.status_code == 503
    assert answer.headers.get_list("strict-transport-security") == ["max-age=31536000; includeSubDomains"]
    assert (moved.status_code, moved.headers["location"]) == (308, "https://127.0.0.1/somewhere?x=1")
