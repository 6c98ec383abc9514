"""Which problem stands for which failure of the database."""

from typing import ClassVar

import pytest
from advanced_alchemy.exceptions import IntegrityError as RepositoryIntegrityError
from sqlalchemy.exc import IntegrityError, OperationalError

from api.lib.http import problems


class Driver(Exception):
    """What the driver raises."""

    sqlstate: ClassVar[str]


class UniqueViolation(Driver):
    sqlstate = "23505"


class AdminShutdown(Driver):
    sqlstate = "57P01"


class SyntaxMistake(Driver):
    sqlstate = "42601"


def wrapped(cause: Exception) -> Exception:
    """Return what the repository library makes of any failed statement."""
    try:
        raise RepositoryIntegrityError(detail="There was an issue processing the statement.") from cause
    except RepositoryIntegrityError as error:
        return error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (IntegrityError("INSERT", None, UniqueViolation()), 409),
        (wrapped(IntegrityError("INSERT", None, UniqueViolation())), 409),
        (OperationalError("INSERT", None, AdminShutdown()), 503),
        (wrapped(OperationalError("INSERT", None, AdminShutdown())), 503),
        (wrapped(ConnectionResetError()), 503),
        (wrapped(IntegrityError("INSERT", None, SyntaxMistake())), 500),
        (ValueError("a mistake of ours"), 500),
    ],
)
def test_a_lost_database_is_never_taken_for_a_conflict(error: Exception, status: int) -> None:
    assert problems.from_exception(error).status == status
