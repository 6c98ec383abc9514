"""What should become of seats, written without the code's help: people, their seats, and the minutes that pass.

Every act returns how it ends: ``ok`` or the slug of the problem it is refused with, and changes nothing then.
"""

from dataclasses import dataclass, field, replace

HOLD_MINUTES = 30
DRAFT_MINUTES = 120
TICKETS = (0, 1)
Wanted = dict[int, int]


@dataclass(frozen=True)
class Seats:
    """Seats of one ticket. ``until`` is the minute after which a hold is over."""

    quantity: int
    state: str
    until: int = 0


@dataclass
class Person:
    """A registration. ``booked`` are the seats it was confirmed with."""

    expires: int
    state: str = "draft"
    deleted: bool = False
    seats: dict[int, Seats] = field(default_factory=dict)
    booked: Wanted = field(default_factory=dict)


class SoldOut(Exception):
    """A ticket has not enough seats."""


@dataclass
class Model:
    """An event with two tickets."""

    capacity: list[int | None]
    minute: int = 0
    people: list[Person] = field(default_factory=list)

    # What is counted.

    def counted(self, ticket: int, *, but: Person | None = None, live: bool = False) -> int:
        """Return the seats that are gone; with ``live`` without the holds that are over."""
        return sum(
            one.quantity
            for person in self.people
            if person is not but and (one := person.seats.get(ticket)) and one.state != "wanted"
            if not (live and self._over(one))
        )

    def total(self, ticket: int, state: str) -> int:
        """Return a ticket's seats in one state."""
        return sum(one.quantity for person in self.people if (one := person.seats.get(ticket)) and one.state == state)

    def _over(self, seats: Seats) -> bool:
        return seats.state == "held" and seats.until < self.minute

    def _make_room(self, person: Person, wanted: Wanted) -> set[int]:
        """Return the tickets on which the others' holds that are over must go, so that all seats fit."""
        swept = set()
        for ticket, quantity in sorted(wanted.items()):
            most = self.capacity[ticket]
            if most is None or self.counted(ticket, but=person) + quantity <= most:
                continue
            if self.counted(ticket, but=person, live=True) + quantity > most:
                raise SoldOut
            swept.add(ticket)
        return swept

    def _full(self, ticket: int, quantity: int) -> bool:
        most = self.capacity[ticket]
        return most is not None and self.counted(ticket) + quantity > most

    def _sweep(self, tickets: set[int], but: Person | None = None) -> None:
        for person in self.people:
            for ticket, seats in person.seats.items():
                if ticket in tickets and person is not but and self._over(seats):
                    person.seats[ticket] = replace(seats, state="wanted", until=0)

    # What people do.

    def begin(self) -> Person:
        person = Person(self.minute + DRAFT_MINUTES)
        self.people.append(person)
        return person

    def choose(self, person: Person, wanted: Wanted) -> str:
        if refused := self._refused(person):
            return refused
        held = {ticket: one.quantity for ticket, one in person.seats.items() if one.state == "held"}
        more = {ticket: quantity for ticket, quantity in wanted.items() if quantity > held.get(ticket, 0)}
        try:
            swept = self._make_room(person, more)
        except SoldOut:
            return "ticket-sold-out"
        self._sweep(swept, but=person)
        until = self.minute + HOLD_MINUTES
        person.seats = {ticket: Seats(quantity, "held", until) for ticket, quantity in wanted.items()}
        person.expires = self.minute + DRAFT_MINUTES
        return "ok"

    def submit(self, person: Person) -> str:
        if refused := self._refused(person):
            return refused
        # Naming the people comes first, and is an edit.
        person.expires = self.minute + DRAFT_MINUTES
        if not person.seats:
            return "answers-invalid"
        wanted = {ticket: one.quantity for ticket, one in person.seats.items()}
        return self._confirm(person, wanted)

    def register(self, wanted: Wanted) -> str:
        person = Person(self.minute)
        if not wanted:
            return "answers-invalid"
        if any(self._full(ticket, quantity) for ticket, quantity in wanted.items()):
            # In one call holds that are over go first, whether that is enough or not.
            self._sweep(set(wanted))
        ended = self._confirm(person, wanted)
        if ended == "ok":
            self.people.append(person)
        return ended

    def _confirm(self, person: Person, wanted: Wanted) -> str:
        asked = {
            ticket: n for ticket, n in wanted.items() if (s := person.seats.get(ticket)) is None or s.state != "held"
        }
        try:
            swept = self._make_room(person, asked)
        except SoldOut:
            return "ticket-sold-out"
        self._sweep(swept, but=person)
        person.state, person.booked = "confirmed", dict(wanted)
        person.seats = {ticket: Seats(quantity, "taken") for ticket, quantity in wanted.items()}
        return "ok"

    @staticmethod
    def _refused(person: Person) -> str | None:
        if person.deleted:
            return "not-found"
        return None if person.state == "draft" else "registration-not-editable"

    def cancel(self, person: Person) -> str:
        if person.deleted:
            return "not-found"
        if person.state == "expired":
            return "registration-not-editable"
        person.state, person.seats = "cancelled", {}
        return "ok"

    # What the organiser does.

    def delete(self, person: Person) -> str:
        if person.deleted:
            return "not-found"
        if person.state == "confirmed":
            return "cancel-first"
        person.deleted, person.seats = True, {}
        return "ok"

    def restore(self, person: Person) -> str:
        person.deleted = False
        return "ok"

    def reinstate(self, person: Person) -> str:
        if person.deleted:
            return "not-found"
        if person.state in ("draft", "confirmed"):
            return "ok"
        if person.booked:
            return self._confirm(person, person.booked)
        person.state, person.expires = "draft", self.minute + DRAFT_MINUTES
        return "ok"

    def set_capacity(self, ticket: int, capacity: int | None) -> str:
        if capacity is not None and capacity < self.counted(ticket):
            return "capacity-below-taken"
        self.capacity[ticket] = capacity
        return "ok"

    # What time does.

    def release(self) -> str:
        self._sweep(set(TICKETS))
        return "ok"

    def expire(self) -> str:
        for person in self.people:
            if person.state == "draft" and person.expires < self.minute:
                person.state, person.seats = "expired", {}
        return "ok"
