"""Random expressions and forms through both evaluators: `python -m tests.vectors.fuzz [rounds] [seed]`.

Python makes the cases and its own outcome; Node evaluates them in one batch; every difference is shown.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from api.domain.forms.engine import compile_form, parse_document
from deploy.local.node import node_folder
from tests.vectors import build

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"


def batch(seed: int, expressions: int = 300, forms: int = 10, cases: int = 200) -> dict[str, Any]:
    """The cases of one round, each with what Python makes of it."""
    random = Random(seed)  # noqa: S311 -- test data, not secrets
    raw = build.random_forms(forms, random)
    documents = {name: parse_document(one) for name, one in raw.items()}
    compiled = {name: compile_form(document) for name, document in documents.items()}
    return {
        "expressions": build.generated_expressions(expressions, seed),
        "forms": {
            name: {"source": msgspec.to_builtins(documents[name]), "compiled": msgspec.to_builtins(compiled[name])}
            for name in documents
        },
        "openings": [build.opening_case(name, compiled[name], {}) for name in documents],
        "cases": build.generated_form_cases(raw, compiled, cases, random),
    }


def in_node(mode: str, payload: Any) -> Any:
    """What the screen's engine makes of `payload`."""
    command = [str(node_folder() / "node"), "scripts/forms-engine.mjs", mode]
    done = subprocess.run(
        command, cwd=FRONTEND, input=msgspec.json.encode(payload), capture_output=True, check=False, timeout=300
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode()[-4000:])
    return msgspec.json.decode(done.stdout)


def as_doubles(value: Any) -> Any:
    """Numbers as doubles: JavaScript writes 1e18 with more digits than a double has, and Python would read them all."""
    if isinstance(value, dict):
        return {name: as_doubles(one) for name, one in value.items()}
    if isinstance(value, list):
        return [as_doubles(one) for one in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def differences(cases: dict[str, Any]) -> list[dict[str, Any]]:
    """Cases whose outcome in Node is another one than in Python."""
    outcome = in_node("compare", cases)
    found = []
    for kind in ("expressions", "cases", "openings"):
        for case, found_there in zip(cases[kind], outcome[kind], strict=True):
            ours = as_doubles(msgspec.json.decode(msgspec.json.encode(case["expect"])))
            theirs = as_doubles(found_there)
            if ours != theirs:
                found.append({"kind": kind, "case": case, "ours": ours, "theirs": theirs})
    return found


def shown(difference: dict[str, Any]) -> str:
    """One difference in a few lines."""
    case, ours, theirs = difference["case"], difference["ours"], difference["theirs"]
    if difference["kind"] == "expressions":
        return f"{case['text']} with {case['values']} at {case['clock']}: Python {ours}, TypeScript {theirs}"
    parts = [part for part in ours if ours[part] != theirs.get(part)]
    lines = [f"{part}: Python {ours[part]}, TypeScript {theirs.get(part)}" for part in parts]
    return "\n  ".join([f"{case['form']} with {case.get('answers', case.get('given'))}", *lines])


def main(rounds: int, seed: int) -> int:
    """Returns how many differences there were."""
    total = differing = 0
    began = time.perf_counter()
    for at in range(rounds):
        cases = batch(seed + at)
        total += sum(len(cases[kind]) for kind in ("expressions", "cases", "openings"))
        for difference in differences(cases):
            differing += 1
            sys.stdout.write(f"seed {seed + at}: {shown(difference)}\n")
    sys.stdout.write(f"{total} cases, {differing} differences, {time.perf_counter() - began:.0f} s\n")
    return differing


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    sys.exit(min(main(*(given + [10, 1][len(given) :])), 100))
