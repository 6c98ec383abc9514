"""What guards an account is changed by whoever has just shown who they are, not by an open session."""

import httpx
import pytest

from api.lib.db import Database
from tests.conftest import Running
from tests.domain.accounts.conftest import PHRASE, Post, actions, attempt, rows_changed, verified
from tests.domain.accounts.test_second_factor import PATH, code, enable, let_time_pass, wrong
from tests.domain.accounts.test_signing_up import refused

CONFIRM = "/api/v1/me/confirmations"
ANOTHER = "quiet rivers run deeper still"


async def grow_old(owner: Database) -> None:
    """Let sign-ins and confirmations lie six minutes back."""
    await rows_changed(
        owner,
        "UPDATE auth_session SET created_at = created_at - interval '6 minutes',"
        " confirmed_at = confirmed_at - interval '6 minutes'",
    )


async def confirm(client: httpx.AsyncClient, headers: dict[str, str], **shown: str) -> httpx.Response:
    return await client.post(CONFIRM, json=shown, headers=headers)


async def guarded(client: httpx.AsyncClient, headers: dict[str, str], given: str) -> list[httpx.Response]:
    """Try everything that guards the account; what would change it last comes last."""
    [own] = [one for one in (await client.get("/api/v1/me/sessions", headers=headers)).json() if one["current"]]
    return [
        await client.put(
            "/api/v1/me/password", json={"current_password": "not this", "new_password": ANOTHER}, headers=headers
        ),
        await client.post(f"{PATH}/recovery-codes", json={"code": given}, headers=headers),
        await client.request("DELETE", PATH, json={"code": given}, headers=headers),
        await client.delete(f"/api/v1/me/sessions/{own['uid']}", headers=headers),
        await client.delete("/api/v1/me/sessions", headers=headers),
    ]


async def test_an_old_session_changes_nothing_until_its_person_shows_all_they_sign_in_with(
    app: Running, post: Post, owner: Database
) -> None:
    headers = await verified(app.client, post)
    secret, codes = await enable(app.client, headers)
    await grow_old(owner)
    await let_time_pass(owner)
    for answer in await guarded(app.client, headers, codes[0]):
        assert refused(answer) == (403, "confirm-it-is-you")
        assert answer.json()["ways"] == ["password", "code"]
    # One of the two is not enough, whichever it is.
    assert refused(await confirm(app.client, headers, password=PHRASE)) == (422, "wrong-code")
    assert refused(await confirm(app.client, headers, code=codes[1])) == (422, "wrong-password")
    assert refused(await confirm(app.client, headers, password=PHRASE, code=wrong(secret))) == (422, "wrong-code")
    assert (await app.client.delete("/api/v1/me/sessions", headers=headers)).status_code == 403
    assert (await confirm(app.client, headers, password=PHRASE, code=code(secret))).status_code == 204
    assert (await actions(owner))[-1] == "session.confirmed"
    change = {"current_password": PHRASE, "new_password": ANOTHER}
    assert (await app.client.put("/api/v1/me/password", json=change, headers=headers)).status_code == 204


@pytest.mark.parametrize("confirmed", [False, True])
async def test_five_minutes_later_it_has_to_be_shown_again(
    app: Running, post: Post, owner: Database, confirmed: bool
) -> None:
    headers = await verified(app.client, post)
    if confirmed:
        await grow_old(owner)
        assert (await confirm(app.client, headers, password=PHRASE)).status_code == 204
    await grow_old(owner)
    assert refused(await app.client.delete("/api/v1/me/sessions", headers=headers)) == (403, "confirm-it-is-you")


async def test_another_device_is_not_confirmed_along(app: Running, post: Post, owner: Database) -> None:
    phone = await verified(app.client, post)
    token = (await attempt(app.client)).json()["access_token"]
    app.client.cookies.clear()
    laptop = {"Authorization": f"Bearer {token}"}
    await grow_old(owner)
    assert (await confirm(app.client, laptop, password=PHRASE)).status_code == 204
    assert refused(await app.client.delete("/api/v1/me/sessions", headers=phone)) == (403, "confirm-it-is-you")
    assert (await app.client.delete("/api/v1/me/sessions", headers=laptop)).status_code == 204


async def test_who_signs_in_through_a_provider_alone_signs_in_anew(app: Running, post: Post, owner: Database) -> None:
    headers = await verified(app.client, post)
    await rows_changed(owner, "UPDATE account SET password_hash = NULL")
    await grow_old(owner)
    answer = await app.client.delete("/api/v1/me/sessions", headers=headers)
    assert refused(answer) == (403, "confirm-it-is-you")
    assert answer.json()["ways"] == []
    assert refused(await confirm(app.client, headers, password=PHRASE)) == (409, "nothing-to-confirm-with")
