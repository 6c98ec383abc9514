"""`python -m backend_sync.standin`: serves until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from backend_sync.standin.injection import Injection
from backend_sync.standin.records import Caller
from backend_sync.standin.rpc import Account, Services
from backend_sync.standin.server import StandinServer
from backend_sync.standin.store import Store

# The uid of the administrator in a fresh Odoo database.
ADMIN_UID = 2


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m backend_sync.standin", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8069, help="0 takes a free one and prints it")
    parser.add_argument("--database", type=Path, required=True, help="SQLite file; made where there is none")
    parser.add_argument("--odoo-database", default="prs", help="name that callers give")
    parser.add_argument("--login", default="admin")
    password = parser.add_mutually_exclusive_group(required=True)
    password.add_argument("--password-env", metavar="NAME", help="environment variable that holds the password")
    password.add_argument("--password", help="for trying out: other users of the machine see a command line")
    parser.add_argument("--faults", action="store_true", help="open /faults, for tests")
    parser.add_argument("--open-page", action="store_true", help="show page and records to other machines too")
    return parser


def serve(arguments: argparse.Namespace, password: str) -> None:
    """Serves until a signal; what was under way is answered first."""
    injection = Injection()
    store = Store(arguments.database)
    account = Account(arguments.login, password, Caller(ADMIN_UID))
    services = Services(store, arguments.odoo_database, [account], injection)
    server = StandinServer(
        (arguments.host, arguments.port),
        store,
        services,
        injection,
        faults=arguments.faults,
        open_page=arguments.open_page,
    )

    def stop(*_: object) -> None:
        # `shutdown` waits for the loop this handler interrupts.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    sys.stdout.write(f"stand-in listens on http://{arguments.host}:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever(poll_interval=0.1)
    server.close_gently()


def main() -> int:
    """Exit code 2 where the password is missing."""
    parser = build_parser()
    arguments = parser.parse_args()
    password = arguments.password or os.environ.get(arguments.password_env or "", "")
    if not password:
        parser.error(f"{arguments.password_env or '--password'} is empty")
    arguments.database.parent.mkdir(parents=True, exist_ok=True)
    serve(arguments, password)
    return 0


if __name__ == "__main__":
    sys.exit(main())
