"""Mails go to a server that has shown who it is, and what people write in them is words."""

import datetime
import ipaddress
import re
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api.domain.letters import composing
from api.domain.letters.contracts import Facts, MailKind
from api.domain.letters.texts import DEFAULTS
from api.domain.sync.contracts import Destination
from api.lib.db import Database
from api.lib.settings import Settings
from api.lib.uow import Kernel
from backend_sync.drain import drain
from tests.backend_sync.deliveries import outbox
from tests.conftest import running, structs
from tests.factories.client import register
from tests.factories.world import World
from tests.worker.conftest import MailServer
from worker.delivery import mail
from worker.delivery.mail import MailDelivery


def authority(folder: Path, name: str = "127.0.0.1") -> Path:
    """Make a certificate for an address of this machine, signed by itself; returns the file with it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))])
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / f"{name}.pem"
    pkcs8 = serialization.PrivateFormat.PKCS8
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, pkcs8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


class SecureServer(MailServer):
    """Speaks TLS from the first byte, or after STARTTLS."""

    def __init__(self, certificate: Path, *, at_once: bool) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        super().__init__(
            **({"ssl_context": context} if at_once else {"tls_context": context, "require_starttls": True})
        )
        self._scheme = "smtps" if at_once else "smtp"

        # The library looks whether its server runs as somebody who trusts the system's authorities only.
        self._controller._trigger_server = self._look  # type: ignore[method-assign]  # noqa: SLF001

    def _look(self) -> None:
        with socket.create_connection(("127.0.0.1", self._controller.port), timeout=10) as connection:
            if self._scheme == "smtp":
                connection.recv(100)
                return
            careless = ssl.create_default_context()
            careless.check_hostname, careless.verify_mode = False, ssl.CERT_NONE
            with careless.wrap_socket(connection) as wrapped:
                wrapped.recv(100)

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._controller.port}"


@pytest.fixture(params=[True, False], ids=["smtps", "starttls"])
def secure(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[SecureServer, Path]]:
    certificate = authority(tmp_path)
    server = SecureServer(certificate, at_once=request.param)
    server.start()
    yield server, certificate
    server.stop()


@pytest.mark.parametrize("trusted", [False, True])
async def test_a_mail_server_has_to_show_who_it_is(
    settings: Settings, world: World, worker_kernel: Kernel, owner: Database,
    secure: tuple[SecureServer, Path], monkeypatch: pytest.MonkeyPatch, trusted: bool,
) -> None:  # fmt: skip
    server, certificate = secure
    # Loopback is excepted from STARTTLS; here it stands for somewhere else.
    monkeypatch.setattr(mail, "is_here", lambda _: False)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    mailing = structs(settings, smtp_url=server.url)
    async with running(mailing) as found:
        await register(found.client, world)
    await drain(worker_kernel, Destination.MAIL, MailDelivery(mailing))
    [row] = await outbox(owner, Destination.MAIL)
    if trusted:
        assert (row["state"], len(server.mails)) == ("done", 1)
    else:
        assert (row["state"], row["error"], server.mails) == ("pending", "mail server: SSLCertVerificationError", [])


async def test_a_mail_goes_to_nobody_over_plain_text(
    settings: Settings, world: World, worker_kernel: Kernel, owner: Database, mail_server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    mailing = structs(settings, smtp_url=mail_server.url)
    monkeypatch.setattr(mail, "is_here", lambda _: False)
    async with running(mailing) as found:
        await register(found.client, world)
    await drain(worker_kernel, Destination.MAIL, MailDelivery(mailing))
    [row] = await outbox(owner, Destination.MAIL)
    # The server offers no STARTTLS, as whoever sits between would make it look.
    assert (row["state"], row["error"], mail_server.mails) == ("pending", "mail server: SMTPNotSupportedError", [])


@pytest.mark.parametrize("locale", DEFAULTS)
@pytest.mark.parametrize("kind", MailKind)
def test_what_a_person_has_typed_is_words_in_every_mail(kind: MailKind, locale: str) -> None:
    evil = "{number} {{ number }} {{#if x}} %s ${x} <script>alert(1)</script> <a href='javascript:x'>y</a>"
    facts = Facts(**dict.fromkeys(Facts.__struct_fields__, evil))
    made = composing.compose(DEFAULTS[locale][kind], facts, locale)
    assert evil in made.subject
    assert evil in made.text
    assert not re.search(r"<script|javascript:[^&]*\"|href=\"(?!https?:)", made.html)
