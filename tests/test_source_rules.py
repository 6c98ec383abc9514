"""What our source never does, whatever it is about. Each rule also finds what it forbids."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_FOLDERS = ("api", "worker", "backend_sync")


def sources() -> Iterator[Path]:
    """Yield what an installation runs."""
    for folder in _FOLDERS:
        yield from sorted((ROOT / folder).rglob("*.py"))


def name_of(node: ast.expr) -> str:
    """Return what a call calls, as it is written: ``os.system``, ``self._cursor.execute``."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def imported(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


_PROGRAMS = {"subprocess", "pickle", "marshal", "shelve", "dill", "yaml", "code", "codeop", "runpy", "ctypes", "pty"}
_EVALUATE = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.execv", "os.spawnv"}


def runs_text(tree: ast.AST) -> list[str]:
    named = {name_of(call.func) for call in calls(tree)} & _EVALUATE
    return sorted(named | {name for name in imported(tree) if name.split(".")[0] in _PROGRAMS})


_WEAK = re.compile(
    r"(?i)^(hashlib\.(md5|sha1|new)|.*\.(MD5|SHA1|ECB|CBC|TripleDES|Blowfish|ARC4|PKCS1v15)|hmac\.new)$|\bmd5$|\bsha1$"
)


def weak_cryptography(tree: ast.AST) -> list[str]:
    names = {name_of(node) for node in ast.walk(tree) if isinstance(node, (ast.Attribute, ast.Name))}
    return sorted(name for name in names | imported(tree) if name and _WEAK.search(name))


def weak_random(tree: ast.AST) -> list[str]:
    return sorted(name for name in imported(tree) if name.split(".")[0] == "random" or name in ("uuid.uuid1", "numpy"))


def keyword(call: ast.Call, name: str) -> object:
    found = next((word.value for word in call.keywords if word.arg == name), None)
    return found.value if isinstance(found, ast.Constant) else found


_CLIENTS = ("httpx.AsyncClient", "httpx.Client", "httpx2.AsyncClient", "httpx2.Client", "AsyncOAuth2Client")


def following(tree: ast.AST) -> list[str]:
    """Return HTTP clients that do not say that they follow no redirect."""
    clients = [call for call in calls(tree) if name_of(call.func) in _CLIENTS]
    others = {name for name in imported(tree) if name.split(".")[0] in ("requests", "urllib3", "aiohttp")}
    others |= {name for name in imported(tree) if name.startswith(("urllib.request", "http.client"))}
    return sorted(others) + [ast.unparse(call) for call in clients if keyword(call, "follow_redirects") is not False]


def unchecked(tree: ast.AST) -> list[str]:
    """Return what lets a certificate pass unseen."""
    loose = [ast.unparse(call) for call in calls(tree) if keyword(call, "verify") is False]
    loose += [ast.unparse(call) for call in calls(tree) if name_of(call.func).endswith("_create_unverified_context")]
    # The library's own context for mail checks nothing.
    mail = [call for call in calls(tree) if name_of(call.func).endswith((".SMTP_SSL", ".starttls"))]
    loose += [ast.unparse(call) for call in mail if keyword(call, "context") is None]
    return loose + [
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "CERT_NONE"
    ]


_SQL = re.compile(r"(?i)^\s*(select|insert|update|delete|alter|create|drop|grant|set|with)\s")


def _is_constant(part: ast.expr) -> bool:
    """Tell whether a part of a text is written in the source: a constant of the module has a name in capitals."""
    named = part.value if isinstance(part, ast.FormattedValue) else part
    return isinstance(named, ast.Constant) or (isinstance(named, ast.Name) and named.id.isupper())


def built_statements(tree: ast.AST) -> list[str]:
    """Return statements that are put together with values: f-strings, %, format, +."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and not all(map(_is_constant, node.values)):
            first = node.values[0] if node.values else None
            text = first.value if isinstance(first, ast.Constant) else ""
        elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mod, ast.Add)):
            text = node.left.value if isinstance(node.left, ast.Constant) else ""
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            text = node.func.value.value if isinstance(node.func.value, ast.Constant) else ""
        else:
            continue
        if isinstance(text, str) and _SQL.search(text):
            found.append(ast.unparse(node))
    return found


def log_handlers(tree: ast.AST) -> list[str]:
    """Return what writes logs anywhere but through the one handler of ``telemetry``."""
    named = {name_of(call.func) for call in calls(tree)}
    return sorted(name for name in named if re.search(r"(Handler|basicConfig|syslog)$", name) and "log" in name.lower())


RULES: dict[str, tuple[Callable[[ast.AST], list[str]], str]] = {
    "text run as a program": (runs_text, "import pickle\neval('1')"),
    "weak ciphers and hashes": (weak_cryptography, "import hashlib\nhashlib.md5(b'')\nmodes.ECB()"),
    "weak random numbers": (weak_random, "from random import choice"),
    "redirects": (following, "httpx.AsyncClient(timeout=1)"),
    "certificates": (unchecked, "server.starttls()"),
    "statements": (built_statements, "f'SELECT * FROM {table}'"),
    "logs": (log_handlers, "logging.FileHandler('x')"),
}


def broken(rule: str) -> dict[str, list[str]]:
    """Return what breaks a rule, by file."""
    look = RULES[rule][0]
    found = {str(file.relative_to(ROOT)): look(ast.parse(file.read_text())) for file in sources()}
    return {name: breaches for name, breaches in found.items() if breaches}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_sees_what_it_forbids(rule: str) -> None:
    look, forbidden = RULES[rule]
    assert len(look(ast.parse(forbidden))) >= forbidden.count("\n")
    assert look(ast.parse(forbidden)) != []
    assert look(ast.parse("import secrets\nsecrets.token_bytes(32)\nlog.info('x')")) == []


def test_nothing_that_runs_text_as_a_program() -> None:
    assert len(list(sources())) > 200
    # It becomes the same program again, with arguments of its own.
    assert broken("text run as a program") == {"worker/__main__.py": ["os.execv"]}


def test_no_weak_cipher_or_hash() -> None:
    assert broken("weak ciphers and hashes") == {}


def test_no_secret_comes_from_a_weak_source() -> None:
    assert broken("weak random numbers") == {}


def test_no_client_follows_redirects() -> None:
    assert broken("redirects") == {}


def test_no_certificate_goes_unchecked() -> None:
    assert broken("certificates") == {}


def test_no_statement_is_put_together_from_data() -> None:
    # Of the stand-in for the back office, which is no part of an installation, the names are those of its own model.
    found = {name for name in broken("statements") if "/standin/" not in name}
    # A number that is counted there, and names of columns that are declared there.
    assert found == {"api/domain/audit/repository.py", "api/lib/sealed_columns.py"}


def test_logs_go_to_standard_output_only() -> None:
    assert broken("logs") == {"api/lib/telemetry.py": ["logging.StreamHandler"]}


# The app: what would hand text to the browser's parser, run it, or listen to other windows.
_APP = re.compile(
    r"dangerouslySetInnerHTML|\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function\b"
    r"|\bpostMessage\b|addEventListener\(\s*[\"']message|\bsrcdoc\b|<iframe|createContextualFragment|DOMParser"
)


def test_the_app_hands_nothing_to_an_interpreter() -> None:
    files = [
        file
        for file in (ROOT / "frontend" / "src").rglob("*.ts*")
        if ".test." not in file.name and "testing" not in file.parts and "generated" not in file.parts
    ]
    assert len(files) > 150
    assert {file.name: found for file in files if (found := _APP.findall(file.read_text(encoding="utf-8")))} == {}
    for forbidden in ("<p dangerouslySetInnerHTML={x} />", "eval(x)", "window.addEventListener('message', f)"):
        assert _APP.search(forbidden)
