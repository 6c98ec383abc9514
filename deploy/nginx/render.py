"""Renders nginx's configuration: `python -m deploy.nginx.render --listen 443 --certificate … --key … 10.0.0.5:8000`."""

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TEMPLATE = Path(__file__).with_name("nginx.conf.template")
_NAME = re.compile(r"@([A-Z_]+)@")
_CIPHERS = ":".join(
    f"{kind}-{cipher}"
    for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
    for kind in ("ECDHE-ECDSA", "ECDHE-RSA")
)
_PLAIN = (
    '{"type":"/problems/forbidden","title":"Not allowed","status":403,'
    '"detail":"Use https. Whatever was sent may have been read.","request_id":"","errors":[]}'
)
_HSTS = 'add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;'


@dataclass(frozen=True)
class Proxy:
    """What the template leaves open. `upstreams` are `host:port` of the API processes, `run` a folder it may write."""

    listen: str
    upstreams: Sequence[str]
    run: Path
    certificate: Path | None = None
    key: Path | None = None
    redirect_from: str = ""
    header_seconds: int = 10
    workers: str = "auto"
    user: str = ""
    error_log: str = "stderr"

    def render(self) -> str:
        """Returns the configuration. Raises `KeyError` for a name in the template that nobody fills."""
        secure = self.certificate is not None
        values = {
            "USER": f"user {self.user};" if self.user else "",
            "WORKERS": self.workers,
            "RUN": str(self.run),
            "ERROR_LOG": self.error_log,
            "HEADER_SECONDS": str(self.header_seconds),
            "UPSTREAMS": "\n".join(f"        server {upstream} max_fails=0;" for upstream in self.upstreams),
            "LISTEN": self.listen,
            "TLS_LISTEN": " ssl" if secure else "",
            "TLS": self._tls() if secure else "",
            # A location with a header of its own inherits none.
            "TLS_HEADERS": f"            {_HSTS}" if secure else "",
            "REDIRECT": self._redirect() if secure and self.redirect_from else "",
        }
        return _NAME.sub(lambda found: values[found[1]], _without_heading(TEMPLATE.read_text()))

    def _tls(self) -> str:
        lines = (
            "http2 on;",
            f"ssl_certificate {self.certificate};",
            f"ssl_certificate_key {self.key};",
            "ssl_protocols TLSv1.2 TLSv1.3;",
            # With forward secrecy and authenticated encryption only (Mozilla's "intermediate").
            f"ssl_ciphers {_CIPHERS};",
            "ssl_prefer_server_ciphers off;",
            "ssl_session_cache shared:tls:10m;",
            "ssl_session_tickets off;",
            # The API sends it as well where its public address is https: one of them is enough.
            "proxy_hide_header Strict-Transport-Security;",
            _HSTS,
        )
        return "\n".join(f"        {line}" for line in lines)

    def _redirect(self) -> str:
        lines = (
            f"listen {self.redirect_from};",
            # A program that sends its key in plain text has to notice.
            "location /api/ { default_type application/problem+json; return 403 '" + _PLAIN + "'; }",
            "location / { return 308 https://$host$request_uri; }",
        )
        return "    server {\n" + "\n".join(f"        {line}" for line in lines) + "\n    }"


def _without_heading(text: str) -> str:
    # It speaks of the names.
    return re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)


def main(arguments: Sequence[str]) -> int:
    """Prints the configuration."""
    parser = argparse.ArgumentParser(prog="python -m deploy.nginx.render", description=__doc__)
    parser.add_argument("upstreams", nargs="+", metavar="host:port")
    parser.add_argument("--listen", default="80")
    parser.add_argument("--run", type=Path, default=Path("/run/prs-nginx"))
    parser.add_argument("--certificate", type=Path)
    parser.add_argument("--key", type=Path)
    parser.add_argument("--redirect-from", default="")
    found = parser.parse_args(arguments)
    if (found.certificate is None) != (found.key is None):
        parser.error("give --certificate and --key together")
    proxy = Proxy(found.listen, found.upstreams, found.run, found.certificate, found.key, found.redirect_from)
    sys.stdout.write(proxy.render())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
