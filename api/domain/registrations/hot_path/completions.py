"""Complete registrations of a process: checked one by one, made in groups, each answered once its group is committed.

What this cannot do the plain path does (:func:`api.domain.registrations.submission.register`): answering a key that has
been seen, numbers that go to the vault, and whatever did not come through here within a few tries.
"""

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence

import asyncpg  # type: ignore[import-untyped]
import msgspec
from sqlalchemy.exc import IntegrityError

from api.domain.catalog import service as catalog
from api.domain.catalog import ticket_service
from api.domain.catalog.contracts import Event, Ticket
from api.domain.catalog.errors import TicketSoldOut
from api.domain.registrations import repository, seats, submission
from api.domain.registrations.contracts import RegistrationView, StepInput
from api.domain.registrations.errors import IdempotencyInProgress, IdempotencyKeyReused
from api.domain.registrations.hot_path import members
from api.domain.registrations.hot_path.members import Caller, Key, Member
from api.domain.registrations.hot_path.offers import Offer, Offers
from api.domain.registrations.repository import Outcome, SeatsGone
from api.domain.sync.contracts import DRAIN, Destination
from api.lib import keystore
from api.lib.errors import Problem
from api.lib.grouping import Grouping
from api.lib.security import Scope
from api.lib.uow import Kernel, unit_of_work

# One group is at work in the database while the next one waits for the disk; more of them wait for each other's
# tickets. Measured: docs/measured.md.
_FLIGHTS = 2
_MOST = 64
# Tries of a registration before the plain path decides.
_TRIES = 4
# How long a ticket that was sold out is taken to be so: without asking where no key was sent, without checking the
# answers where one was. Seats that come back are for sale again after this.
_HINT_SECONDS = 0.25
_HINTS = 4096


class _NotHere(Exception):
    """The plain path has to decide."""


class _PerhapsSoldOut(Exception):
    """A ticket was sold out a moment ago; its row has to be asked."""


class Registered(msgspec.Struct, frozen=True):
    """A registration that is made, with the token of a guest and its event."""

    view: RegistrationView
    token: str | None
    event: Event


class Completions:
    """Registers whole registrations. One for each process."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._offers = Offers(kernel)
        self._groups: Grouping[Member, Outcome] = Grouping(self._make, most=_MOST, flights=_FLIGHTS)
        self._sold_out: OrderedDict[int, float] = OrderedDict()
        self._keys: set[tuple[str, str]] = set()

    async def register(
        self, caller: Caller, which: str, locale: str, given: Mapping[str, StepInput], *, key: str | None, body: bytes
    ) -> Registered:
        """Make one complete registration; returns it committed.

        Raises:
            as ``submission.register``.
        """
        if not self._kernel.vault.opened:
            await keystore.open_roots(self._kernel.database, self._kernel.vault)
        try:
            return await self._registered(caller, which, locale, given, key, body)
        except _NotHere:
            async with unit_of_work(self._kernel, caller.principal, request_id=caller.request_id) as uow:
                view, token = await submission.register(uow, which, locale, given, key=key, body=body)
                event = (await catalog.by_ids(uow, [view.event_id]))[view.event_id]
                return Registered(view, token, event)

    async def _registered(
        self,
        caller: Caller,
        which: str,
        locale: str,
        given: Mapping[str, StepInput],
        key: str | None,
        body: bytes,
    ) -> Registered:
        if self._kernel.settings.aadhaar_vault == "on":
            raise _NotHere
        offer = await self._offers.get(which)
        if offer.event.test_mode:
            raise _NotHere
        marked = self._key(caller, offer, key, body)
        if marked is None:
            return await self._try(caller, which, locale, given, None)
        here = (marked.scope, marked.key)
        if here in self._keys:
            raise IdempotencyInProgress(headers={"Retry-After": "1"})
        self._keys.add(here)
        try:
            return await self._try(caller, which, locale, given, marked)
        finally:
            self._keys.discard(here)

    def _key(self, caller: Caller, offer: Offer, key: str | None, body: bytes) -> Key | None:
        if key is None:
            return None
        who = caller.principal.subject_uid or "guest"
        return Key(submission.scope_of(offer.event.uid, who), key, self._kernel.vault.digest(body).hex())

    async def _try(
        self, caller: Caller, which: str, locale: str, given: Mapping[str, StepInput], key: Key | None
    ) -> Registered:
        for _ in range(_TRIES):
            offer = await self._offers.get(which)
            chosen: list[tuple[Ticket, int]] = []
            try:
                flow = members.admitted(self._kernel, offer, given)
                chosen = members.wanted(offer, flow, given)
                self._refuse_sold_out(chosen, asking=key is not None)
                made = await members.prepare(self._kernel, caller, offer, flow, locale, given, chosen, key)
            except _PerhapsSoldOut:
                await self._settle(
                    await self._groups.submit(members.probe(offer, key, chosen)), which, offer, chosen, key
                )
                continue
            except Problem:
                # A key that has been seen is answered whatever has changed since, and an old offer refuses nobody.
                outcome = await self._groups.submit(members.probe(offer, key))
                if outcome.outcome == "probed":
                    raise
                await self._settle(outcome, which, offer, [], key)
                continue
            outcome = await self._groups.submit(made.member)
            if outcome.outcome == "made":
                self._kernel.metrics.increment("registration.confirmed")
                return Registered(made.view, made.token, offer.event)
            await self._settle(outcome, which, offer, chosen, key)
        raise _NotHere

    async def _settle(
        self,
        outcome: Outcome,
        which: str,
        offer: Offer,
        chosen: Sequence[tuple[Ticket, int]],
        key: Key | None,
    ) -> None:
        """Do what makes the next try go better.

        Raises:
            TicketSoldOut, IdempotencyInProgress, IdempotencyKeyReused: there is none.
            _NotHere: the plain path knows more.
        """
        kind = outcome.outcome
        if kind == "probed":
            for ticket, _ in chosen:
                self._sold_out.pop(ticket.id, None)
        elif kind == "stale":
            self._offers.forget(which)
        elif kind == "held":
            await self._free(offer, chosen)
        elif kind == "sold_out":
            raise self._remember_sold_out(chosen)
        elif kind == "busy":
            raise IdempotencyInProgress(headers={"Retry-After": "1"})
        elif kind == "known":
            if key is None or outcome.digest is None or outcome.digest.hex() != key.digest:
                raise IdempotencyKeyReused
            raise _NotHere

    # --- tickets that were sold out a moment ago

    def _refuse_sold_out(self, chosen: Sequence[tuple[Ticket, int]], *, asking: bool) -> None:
        for ticket, _ in chosen:
            if self._sold_out.get(ticket.id, 0.0) > time.monotonic():
                if asking:
                    raise _PerhapsSoldOut
                raise ticket_service.sold_out(ticket)

    def _remember_sold_out(self, chosen: Sequence[tuple[Ticket, int]]) -> TicketSoldOut | _NotHere:
        if len(chosen) != 1:
            # Which of them it is, the plain path can tell.
            return _NotHere()
        ticket, quantity = chosen[0]
        if quantity == 1:
            self._sold_out[ticket.id] = time.monotonic() + _HINT_SECONDS
            self._sold_out.move_to_end(ticket.id)
            while len(self._sold_out) > _HINTS:
                self._sold_out.popitem(last=False)
        return ticket_service.sold_out(ticket)

    async def _free(self, offer: Offer, chosen: Sequence[tuple[Ticket, int]]) -> None:
        """Give back the seats whose hold has run out."""
        async with unit_of_work(self._kernel, scope=Scope(frozenset({offer.event.organization_id}))) as uow:
            for ticket, _ in chosen:
                await seats.free_expired(uow, ticket.id)

    # --- groups

    async def _make(self, group: Sequence[Member]) -> Sequence[Outcome | BaseException]:
        try:
            return await self._call(group)
        except SeatsGone:
            # Its next glance sees who took them.
            return [await self._alone(member) for member in group]
        except (IntegrityError, asyncpg.DataError):
            # One of them is the cause, and the others must not pay for it.
            if len(group) == 1:
                raise
            return [await self._alone(member) for member in group]

    async def _alone(self, member: Member) -> Outcome | BaseException:
        try:
            return (await self._call([member]))[0]
        except SeatsGone:
            return Outcome("again", None, None)
        except (IntegrityError, asyncpg.PostgresError, OSError) as error:
            return error

    async def _call(self, group: Sequence[Member]) -> list[Outcome]:
        outcomes = await repository.register(
            self._kernel.database, {member.organization for member in group}, members.encode(group)
        )
        told = {
            destination
            for member, outcome in zip(group, outcomes, strict=True)
            if outcome.outcome == "made"
            for destination, _ in member.told or ()
        }
        if told:
            self._kernel.nudger.send({DRAIN[Destination(name)] for name in told})
        return outcomes
