"""A key service of our own (moto speaks AWS KMS' protocol), behind a valve that shuts, slows down or throttles."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3

from deploy.local.ports import free_port

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "of-throw-away-data",
    "AWS_SECRET_ACCESS_KEY": "of-throw-away-data",
    "AWS_DEFAULT_REGION": "ap-south-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_THROTTLED = json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"}).encode()
_DISABLED = json.dumps({"__type": "DisabledException", "message": "The key is disabled"}).encode()


@dataclass
class KeyService:
    """``mood``: "open", "throttling", "down" (connections are dropped) or "slow" (a second for each call)."""

    url: str
    upstream: int
    mood: str = "open"
    calls: int = 0
    # moto notes that a key is disabled and goes on using it; the service refuses, so the valve does.
    disabled: set[str] = field(default_factory=set)

    def client(self) -> Any:
        """Return a client past the valve."""
        return boto3.session.Session(
            aws_access_key_id="x", aws_secret_access_key="x", region_name=CREDENTIALS["AWS_DEFAULT_REGION"]
        ).client("kms", endpoint_url=f"http://127.0.0.1:{self.upstream}")

    def new_key(self, alias: str) -> str:
        """Make a key, let the alias stand for it, and return its ARN."""
        client = self.client()
        made = client.create_key(Description="of tests")["KeyMetadata"]
        known = {one["AliasName"] for one in client.list_aliases()["Aliases"]}
        act = client.update_alias if alias in known else client.create_alias
        act(AliasName=alias, TargetKeyId=made["KeyId"])
        return str(made["Arn"])


def _valve(service: KeyService) -> type[BaseHTTPRequestHandler]:
    class Valve(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.calls += 1
            if service.mood == "down":
                self.close_connection = True
                return
            if service.mood == "throttling":
                self._answer(400, _THROTTLED)
                return
            if service.mood == "slow":
                time.sleep(1)
            upstream = http.client.HTTPConnection("127.0.0.1", service.upstream, timeout=10)
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            upstream.request("POST", "/", body, headers)
            answer = upstream.getresponse()
            said = answer.read()
            used = json.loads(said).get("KeyId") if answer.status == 200 else None
            upstream.close()
            self._answer(*((400, _DISABLED) if used in service.disabled else (answer.status, said)))

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Valve


@contextmanager
def key_service() -> Iterator[KeyService]:
    """Run moto in a process of its own, with the valve before it."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    service = KeyService("", port)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _valve(service))
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        _await(port, process)
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
        process.terminate()
        process.wait(timeout=10)


def _await(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(1200):
        assert process.poll() is None, "moto ended"
        probe = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            probe.request("GET", "/moto-api/")
            probe.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
        finally:
            probe.close()
    raise TimeoutError("moto did not start")
