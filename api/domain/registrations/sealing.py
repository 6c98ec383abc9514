"""Sealing sensitive answers on their way in, and opening them to validate the whole."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from api.domain.forms.engine import CompiledForm
from api.domain.registrations import answers, repository
from api.domain.registrations.models import Registration, SealedAnswer
from api.lib import clock
from api.lib.crypto import Vault
from api.lib.uow import UnitOfWork


def _context(registration: Registration, step: str, pointer: str) -> str:
    return f"registration_sealed_answer:sealed:{registration.uid}:{step}:{pointer}"


def open_answers(vault: Vault, registration: Registration, sealed: Sequence[SealedAnswer], step: str) -> dict[str, Any]:
    """Return (mask, value) by pointer of one step's sealed answers."""
    return {
        row.pointer: (
            row.mask,
            msgspec.json.decode(vault.open(row.sealed, context=_context(registration, step, row.pointer))),
        )
        for row in sealed
        if row.step == step
    }


def seal(vault: Vault, registration: Registration, step: str, secret: answers.Secret) -> dict[str, Any]:
    """Return the row of one sensitive answer."""
    text = secret.value if isinstance(secret.value, str) else msgspec.json.encode(secret.value).decode()
    return {
        "registration_id": registration.id,
        "organization_id": registration.organization_id,
        "step": step,
        "pointer": secret.pointer,
        "sealed": vault.seal(msgspec.json.encode(secret.value), context=_context(registration, step, secret.pointer)),
        "mask": secret.mask,
        # One index for each kind of identity number, so that the same person is found across forms of an organization.
        "blind_index": vault.blind_index(
            text.strip().upper(), context=f"{registration.organization_id}:{secret.identity or secret.field}"
        ),
    }


async def store(
    uow: UnitOfWork,
    registration: Registration,
    steps: Mapping[str, tuple[CompiledForm | None, Mapping[str, Any], bool]],
) -> None:
    """Write steps (form, cleaned answers, complete), sensitive answers sealed and apart, in three statements."""
    rows: list[dict[str, Any]] = []
    sealed: list[dict[str, Any]] = []
    now = clock.now()
    for name, (form, given, complete) in steps.items():
        plain, secrets = answers.take_out(form, given) if form else (dict(given), [])
        sealed.extend(seal(uow.kernel.vault, registration, name, secret) for secret in secrets)
        rows.append(
            {
                "registration_id": registration.id,
                "organization_id": registration.organization_id,
                "step": name,
                "complete": complete,
                "answers": plain,
                "saved_at": now,
            }
        )
    await repository.put_steps(uow.session, rows)
    await repository.put_sealed(uow.session, registration.id, list(steps), sealed)
