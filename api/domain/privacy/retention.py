"""How long what is kept: rules in code, bounded settings of organizations, and the job that applies them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from api.domain.audit import service as audit
from api.domain.organizations import service as organizations
from api.domain.privacy import repository
from api.domain.privacy.contracts import PersonalData, Rule
from api.lib import clock
from api.lib.errors import FieldProblem, Unprocessable
from api.lib.security import SYSTEM, Principal
from api.lib.uow import Kernel, UnitOfWork, unit_of_work

_WORKER = Principal(kind="service", subject_uid="worker")

# Those with equal bounds are the installation's: nobody can set them.
RULES = (
    Rule("registration", "the end of its event", 1095, 30, 3650),
    Rule("registration.unfinished", "a draft was left or cancelled", 30, 1, 365),
    Rule("registration.deleted", "it was deleted; until then it can be restored", 30, 30, 30),
    Rule("registration.field", "the end of its event, as each field says (retain_days)", 0, 0, 0),
    Rule("auth_session", "the session's end", 90, 90, 90),
    Rule("support_request", "it was asked", 730, 730, 730),
    Rule("outbox", "its delivery", 7, 7, 7),
    Rule("registration_idempotency_key", "the submit", 2, 2, 2),
)
_BY_NAME = {rule.table: rule for rule in RULES}


async def of(uow: UnitOfWork, organization_id: int) -> list[tuple[Rule, int, bool]]:
    """Return each rule with the days that hold for an organization, and whether it has set them itself."""
    own = {row.rule: row.days for row in await repository.retention_of(uow.session, [organization_id])}
    return [(rule, own.get(rule.table, rule.days), rule.table in own) for rule in RULES]


async def put(uow: UnitOfWork, organization_id: int, given: Sequence[tuple[str, int]]) -> None:
    """Set how long an organization and what lies below it keeps what.

    Raises:
        Unprocessable: an unknown or fixed rule, days out of bounds, or a rule twice.
    """
    problems = []
    for index, (name, days) in enumerate(given):
        rule = _BY_NAME.get(name)
        if rule is None or not rule.adjustable:
            problems.append(FieldProblem(f"/rules/{index}/table", "unknown", "This cannot be set here."))
        elif not rule.least <= days <= rule.most:
            message = f"Choose {rule.least} to {rule.most} days."
            problems.append(FieldProblem(f"/rules/{index}/days", "range", message))
        elif name in [other for other, _ in given[:index]]:
            problems.append(FieldProblem(f"/rules/{index}/table", "duplicate", "Name each rule once."))
    if problems:
        raise Unprocessable(errors=tuple(problems))
    now = clock.now()
    await repository.put_retention(
        uow.session,
        [{"organization_id": organization_id, "rule": name, "days": days, "updated_at": now} for name, days in given],
    )
    await audit.record(
        uow, "retention.changed", subject_type="organization", subject_uid=None, organization_id=organization_id,
        details={"rules": dict(given)},
    )  # fmt: skip


async def apply(kernel: Kernel, parts: Sequence[PersonalData]) -> dict[str, int]:
    """Erase what is kept no longer, in batches; returns how much by rule. For the worker."""
    counts: dict[str, int] = {}
    async with unit_of_work(kernel, _WORKER, SYSTEM) as uow:
        by_days = await _organizations_by_days(uow)
    for rule in RULES:
        scopes: Mapping[int, Sequence[int] | None] = by_days[rule.table]
        if not rule.adjustable and rule.table != "registration.field":
            scopes = {rule.days: None}
        for days, ids in scopes.items():
            before = clock.now() - timedelta(days=days)
            for part in parts:
                gone = await _drain(kernel, part, rule, before, ids)
                if gone:
                    counts[rule.table] = counts.get(rule.table, 0) + gone
    if counts:
        async with unit_of_work(kernel, _WORKER, SYSTEM) as uow:
            await audit.record(
                uow, "retention.applied", subject_type="installation", subject_uid=None, details={"erased": counts}
            )
    return counts


async def _drain(kernel: Kernel, part: PersonalData, rule: Rule, before: datetime, ids: Sequence[int] | None) -> int:
    total = 0
    while True:
        # One transaction for a batch: whoever is killed loses one batch, and it is found again.
        async with unit_of_work(kernel, _WORKER, SYSTEM) as uow:
            gone = await part.retain(uow, rule, before, ids)
        total += gone
        if not gone:
            return total


async def _organizations_by_days(uow: UnitOfWork) -> dict[str, dict[int, Sequence[int]]]:
    """Return for each rule the organizations by the days that hold there: their own, or those of the nearest above."""
    own: dict[tuple[int, str], int] = {
        (row.organization_id, row.rule): row.days for row in await repository.retention_of(uow.session, None)
    }
    found: dict[str, dict[int, Sequence[int]]] = {}
    paths = await organizations.paths(uow)
    for rule in RULES:
        grouped: dict[int, list[int]] = defaultdict(list)
        for key, path in paths.items():
            set_above = (own[above, rule.table] for above in reversed(path) if (above, rule.table) in own)
            grouped[next(set_above, rule.days)].append(key)
        found[rule.table] = dict(grouped)
    return found
