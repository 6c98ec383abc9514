"""Logins of the processes' database roles."""

from urllib.parse import unquote, urlsplit

from sqlalchemy import text

from api.lib.db import Database
from api.lib.settings import SettingsError

ROLES = frozenset({"prs_app", "prs_worker", "prs_auditor", "prs_sealer"})


async def set_vault(database: Database, *, on: bool) -> None:
    """Let the processes' roles into the vault of whole Aadhaar numbers, or keep them out."""
    change = "GRANT prs_vault_app TO prs_app, prs_worker WITH INHERIT FALSE"
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql(change if on else "REVOKE prs_vault_app FROM prs_app, prs_worker")


async def set_logins(database: Database, urls: list[str]) -> list[str]:
    """Let the roles named in ``urls`` log in with the passwords given there; returns their names.

    Raises:
        SettingsError: a URL names a role that is not one of the processes'.
    """
    done = []
    for url in filter(None, urls):
        parts = urlsplit(url)
        role, password = unquote(parts.username or ""), unquote(parts.password or "")
        if role not in ROLES:
            raise SettingsError(f"{role!r} is not a process's role; use one of {', '.join(sorted(ROLES))}")
        async with database.engine.begin() as connection:
            # Utility statements take no parameters, so the server quotes the literal itself.
            statement = await connection.scalar(
                text("SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', CAST(:role AS text), CAST(:password AS text))"),
                {"role": role, "password": password},
            )
            await connection.exec_driver_sql(str(statement))
        done.append(role)
    return done
