"""The reverse proxy's configuration: it is one, it cuts off who drips, and speaks in problem documents."""

import datetime
import socket
import ssl
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
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
    assert "server 10.0.0.5:8000 max_fails=0;\n        server 10.0.0.6:8000 max_fails=0;" in printed
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
        large = httpx.post(f"{url}/api/v1/events", content=b"x" * (12 * 1024 * 1024))
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


def asked(url: str, text: bytes) -> bytes:
    """Send bytes as they are; returns the beginning of the answer."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(text)
        return connection.recv(4096)


@contextmanager
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """Run an upstream that is content with everything; gives its address and what it was sent."""
    seen: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                seen.append(connection.recv(65536))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}", seen
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


TWO_ENDS = {
    "both kinds": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n\r\n",
    "two lengths": b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    "a length that is none": b"Content-Length: +4\r\n\r\nabcd",
    "an encoding nobody knows": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a space in front": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
}


def test_a_request_with_two_ends_reaches_nobody(tmp_path: Path) -> None:
    head = b"POST /api/v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    with listener() as (upstream, seen), nginx(proxy(tmp_path, upstream)) as url:
        del seen[:]
        for name, rest in TWO_ENDS.items():
            answer = asked(url, head + rest)
            assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 501")), (name, answer)
        assert seen == []
        # The control, and the one end that the upstream is told.
        assert asked(url, head + b"Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n").startswith(
            b"HTTP/1.1 200"
        )
        [request] = seen
        assert request.count(b"Content-Length: 4") == 1
        assert b"transfer-encoding" not in request.lower()


def test_trace_ends_at_the_proxy(tmp_path: Path) -> None:
    with listener() as (upstream, seen), nginx(proxy(tmp_path, upstream)) as url:
        del seen[:]
        answer = asked(url, b"TRACE /api/v1/events HTTP/1.1\r\nHost: x\r\nX-Secret: planted\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 405"), answer
        assert b"planted" not in answer
        assert seen == []


def held_to_the_same(answer: httpx.Response) -> bool:
    policy = answer.headers.get("content-security-policy", "")
    return "frame-ancestors 'none'" in policy and answer.headers["x-content-type-options"] == "nosniff"


def test_what_the_proxy_says_itself_is_held_to_the_same(tmp_path: Path) -> None:
    with nginx(proxy(tmp_path, NOBODY)) as url:
        answers = [httpx.get(f"{url}/"), httpx.post(f"{url}/api/v1/events", content=b"x" * (12 * 1024 * 1024))]
    assert [answer.status_code for answer in answers] == [503, 413]
    assert all(map(held_to_the_same, answers))


def test_over_plain_http_pages_are_sent_on_and_the_api_is_refused(
    tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    plain = f"127.0.0.1:{free_port()}"
    with nginx(proxy(tmp_path, NOBODY, certificate=certificate[0], key=certificate[1], redirect_from=plain)):
        page = httpx.get(f"http://{plain}/events/retreat")
        refused = [
            httpx.request(method, f"http://{plain}/api/v1/me", headers={"Authorization": "Bearer x"})
            for method in ("GET", "POST")
        ]
    assert (page.status_code, page.headers["location"]) == (308, "https://127.0.0.1/events/retreat")
    for answer in refused:
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden")
        assert answer.headers["content-type"] == "application/problem+json"
        assert "location" not in answer.headers


def handshake(port: int, certificate: Path, *, newest: ssl.TLSVersion, ciphers: str) -> tuple[str, str]:
    """Return the version and cipher that the proxy agrees to."""
    context = ssl.create_default_context(cafile=str(certificate))
    with warnings.catch_warnings():
        # What is old is meant to be.
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = newest
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as connection,
        context.wrap_socket(connection, server_hostname="localhost") as wrapped,
    ):
        cipher = wrapped.cipher()
        return str(wrapped.version()), cipher[0] if cipher else ""


def test_old_versions_of_tls_are_refused(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    made = proxy(tmp_path, NOBODY, certificate=certificate[0], key=certificate[1])
    with nginx(made) as url:
        port = int(url.rpartition(":")[2])

        def agree(newest: ssl.TLSVersion, ciphers: str = "ALL") -> tuple[str, str]:
            return handshake(port, certificate[0], newest=newest, ciphers=ciphers)

        assert agree(ssl.TLSVersion.TLSv1_3)[0] == "TLSv1.3"
        version, cipher = agree(ssl.TLSVersion.TLSv1_2)
        assert (version, cipher[:6], "GCM" in cipher or "POLY1305" in cipher) == ("TLSv1.2", "ECDHE-", True)
        for old in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            with pytest.raises(ssl.SSLError, match="ALERT_PROTOCOL_VERSION"):
                agree(old)
        # Without forward secrecy, or with an encryption that tells when it was changed.
        for weak in ("ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "AES128-GCM-SHA256"):
            with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"):
                agree(ssl.TLSVersion.TLSv1_2, weak)
