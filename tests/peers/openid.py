"""OpenID providers on loopback: a certified one (npm: oidc-provider), and one that lies as it is told."""

import base64
import fcntl
import hashlib
import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from deploy.local import node
from deploy.local.check import PROVIDER, STATE
from deploy.local.ports import free_port
from deploy.local.progress import Progress

CLIENT, SECRET = "prs", "a secret of throw-away data"
_STARTS_WITHIN = 20.0


def _install() -> None:
    STATE.mkdir(exist_ok=True)
    # Tests run in several processes: one of them installs, the others find it done.
    with (STATE / "provider.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        node.install(PROVIDER, STATE, Progress(1), "Installing a provider for the tests")


class Certified:
    """The certified provider, as a process; ``accounts`` are the claims it knows by login."""

    def __init__(self, redirect_uri: str, accounts: Mapping[str, Mapping[str, Any]]) -> None:
        _install()
        port = free_port()
        self.issuer = f"http://127.0.0.1:{port}"
        client = {
            "client_id": CLIENT,
            "client_secret": SECRET,
            "redirect_uris": [redirect_uri],
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
        }
        told = {"port": port, "issuer": self.issuer, "clients": [client], "accounts": accounts}
        program = [str(node.node_folder() / "node"), "provider.js", json.dumps(told)]
        self._process = subprocess.Popen(program, cwd=PROVIDER, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()

    def _wait(self) -> None:
        began = time.monotonic()
        while True:
            try:
                httpx.get(f"{self.issuer}/.well-known/openid-configuration", trust_env=False).raise_for_status()
            except httpx.HTTPError:
                assert self._process.poll() is None, "the provider has ended"
                assert time.monotonic() - began < _STARTS_WITHIN, "the provider does not start"
                time.sleep(0.1)
            else:
                return

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def sign_in(self, address: str, login: str) -> str:
        """Do what a person does in a browser there; returns where it sends the browser back to."""
        with httpx.Client(trust_env=False) as browser:
            for _ in range(12):
                answer = browser.get(address)
                if answer.is_redirect:
                    address = urljoin(address, answer.headers["location"])
                    if not address.startswith(self.issuer):
                        return address
                    continue
                prompt = "login" if 'name="login"' in answer.text else "consent"
                form = {"prompt": prompt, "login": login, "password": "of no matter"}
                sent = browser.post(address, data=form)
                address = urljoin(address, sent.headers["location"])
        raise AssertionError("the provider asks too much")


@contextmanager
def certified(redirect_uri: str, accounts: Mapping[str, Mapping[str, Any]]) -> Iterator[Certified]:
    """Run the certified provider."""
    running = Certified(redirect_uri, accounts)
    try:
        yield running
    finally:
        running.close()


class Lying:
    """A provider whose answers can be changed: each of the functions gets what an honest one would say."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "first", "use": "sig", "alg": "ES256"})
        self.person: dict[str, Any] = {"sub": "person-1", "email": "nila@example.org", "email_verified": True}
        self.discovery: Callable[[dict[str, Any]], dict[str, Any]] = lambda honest: honest
        self.keys: Callable[[dict[str, Any]], dict[str, Any]] = lambda honest: honest
        self.claims: Callable[[dict[str, Any]], dict[str, Any]] = lambda honest: honest
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.told: Callable[[dict[str, Any]], dict[str, Any]] = lambda honest: honest
        self.nonce = ""
        self.exchanges: list[dict[str, str]] = []
        self.fetched: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        """Return an ID token as an honest provider signs it."""
        return jwt.encode({"alg": "ES256", "kid": "first", **header}, claims, self.key)

    def unsigned(self, claims: dict[str, Any]) -> str:
        """Return an ID token that nobody has signed."""
        parts = (json.dumps({"alg": "none", "kid": "first"}).encode(), json.dumps(claims).encode(), b"")
        return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)

    def signed_with_the_secret(self, claims: dict[str, Any]) -> str:
        """Return an ID token that whoever knows the client's secret could have made."""
        return jwt.encode({"alg": "HS256", "kid": "first"}, claims, OctKey.import_key(SECRET))

    def _answer(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        self.fetched.append(path)
        if path == "/.well-known/openid-configuration":
            return self.discovery(
                {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                    "userinfo_endpoint": f"{self.issuer}/person",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                    "authorization_response_iss_parameter_supported": True,
                }
            )
        if path == "/keys":
            return self.keys(dict(KeySet([self.key]).as_dict(private=False)))
        if path == "/person":
            return self.told(self.person)
        self.exchanges.append(form)
        return self._tokens()

    def _tokens(self) -> dict[str, Any]:
        now, access = int(time.time()), "an access token"
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims = self.claims(
            {
                "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": self.nonce,
                "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(), **self.person,
            }
        )  # fmt: skip
        return {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": self.sign(claims)}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(outer._answer(urlsplit(self.path).path, {}))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self._send(outer._answer(urlsplit(self.path).path, form))

            def _send(self, found: dict[str, Any]) -> None:
                body = json.dumps(found).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        return Handler
