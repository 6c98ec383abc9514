"""What organizations ask of those who work for them: a second factor, and addresses they come from."""

from collections.abc import Sequence

from api.domain.audit import service as audit
from api.domain.organizations import contracts, repository
from api.lib.errors import FieldProblem, Unprocessable
from api.lib.networks import Network, NotANetwork, Rules, network, networks
from api.lib.uow import UnitOfWork

_NOTHING = contracts.AccessPolicy(False, (), ())


async def effective(uow: UnitOfWork, ids: Sequence[int]) -> dict[int, contracts.Policy]:
    """Return what holds for each organization: of its own policy and those above it the strictest.

    A second factor is needed where one of them asks for it; an address has to be on every list of allowed ones and on
    no list of denied ones.
    """
    found = dict.fromkeys(ids, contracts.Policy())
    for node, second_factor, allowed, denied in await repository.policies_over(uow.session, ids):
        before = found[node]
        found[node] = contracts.Policy(
            before.second_factor_required or second_factor,
            Rules((*before.networks.allowed, networks(allowed)), (*before.networks.denied, *networks(denied))),
        )
    return found


async def of(uow: UnitOfWork, organization: contracts.Organization) -> contracts.AccessPolicy:
    """Return what the organization itself has set."""
    row = await repository.policy_of(uow.session, organization.id)
    if row is None:
        return _NOTHING
    return contracts.AccessPolicy(row.second_factor_required, tuple(row.allowed_networks), tuple(row.denied_networks))


async def save(
    uow: UnitOfWork, organization: contracts.Organization, wanted: contracts.AccessPolicy, *, caller: str
) -> contracts.AccessPolicy:
    """Set what the organization asks; returns it with its networks in their usual form.

    Raises:
        Unprocessable: a network is none, or the rules would lock out ``caller``, the address that sets them.
    """
    problems: list[FieldProblem] = []
    allowed = _checked("allowed_networks", wanted.allowed_networks, problems)
    denied = _checked("denied_networks", wanted.denied_networks, problems)
    if not problems:
        problems += _locked_out(allowed, denied, caller)
    if problems:
        raise Unprocessable(errors=tuple(problems))
    policy = contracts.AccessPolicy(
        wanted.second_factor_required, tuple(map(str, allowed)), tuple(map(str, denied))
    )  # fmt: skip
    await repository.set_policy(
        uow.session,
        organization.id,
        {
            "second_factor_required": policy.second_factor_required,
            "allowed_networks": list(policy.allowed_networks),
            "denied_networks": list(policy.denied_networks),
        },
    )
    await audit.record(
        uow,
        "access-policy.changed",
        subject_type="organization",
        subject_uid=organization.uid,
        organization_id=organization.id,
        details={
            "second_factor_required": policy.second_factor_required,
            "allowed_networks": list(policy.allowed_networks),
            "denied_networks": list(policy.denied_networks),
        },
    )
    return policy


def _checked(field: str, texts: Sequence[str], problems: list[FieldProblem]) -> tuple[Network, ...]:
    found: dict[Network, None] = {}
    for index, text in enumerate(texts):
        try:
            found[network(text)] = None
        except NotANetwork as error:
            problems.append(FieldProblem(f"/{field}/{index}", "format", str(error)))
    return tuple(found)


def _locked_out(allowed: tuple[Network, ...], denied: tuple[Network, ...], caller: str) -> list[FieldProblem]:
    # What stands above has let the caller in already, or this request would not have come so far.
    if not Rules(denied=denied).admit(caller):
        return [FieldProblem("/denied_networks", "own-address", f"This would lock out your own address, {caller}.")]
    if not Rules(allowed=(allowed,)).admit(caller):
        return [FieldProblem("/allowed_networks", "own-address", f"Your own address, {caller}, is not among them.")]
    return []
