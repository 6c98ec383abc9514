"""What each table holds, what for and how long: the ground of the register of processing (GDPR Art. 30, DPDP Act s. 8).

Every column of every table is declared; a test holds this against the schema, so that a new column is thought about
before it is stored. Names only: modules above are not known here.
"""

import msgspec


class TableUse(msgspec.Struct, frozen=True, kw_only=True):
    """One table. Columns are ``personal``, ``hidden`` (personal or a key to it, shown to nobody) or ``plain``.

    ``shown`` are the columns a person is given in an export of their own data.
    """

    title: str
    purpose: str
    keeps: str
    personal: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()
    recipients: str = "nobody else"

    @property
    def columns(self) -> frozenset[str]:
        return self.personal | self.hidden | self.plain

    @property
    def holds_personal_data(self) -> bool:
        return bool(self.personal | self.hidden)


_COMMON = "id uid revision created_at updated_at deleted_at"
_CONFIGURATION = "What organisers set up; nobody is described by it."
_AS_LONG = "as long as the organization is here"


def _use(
    title: str, purpose: str, keeps: str, *, personal: str = "", hidden: str = "", plain: str = "", shown: str = "",
    recipients: str = "nobody else",
) -> TableUse:  # fmt: skip
    return TableUse(
        title=title,
        purpose=purpose,
        keeps=keeps,
        personal=frozenset(personal.split()),
        hidden=frozenset(hidden.split()),
        plain=frozenset(plain.split()),
        shown=frozenset(shown.split()),
        recipients=recipients,
    )


def _configuration(title: str, plain: str) -> TableUse:
    return _use(title, _CONFIGURATION, _AS_LONG, plain=plain)


_ODOO = "the organization's back office (Odoo): names, addresses, and answers that a form shares with it"
_ERASED = "until the registration is erased"

TABLES: dict[str, TableUse] = {
    # People with an account.
    "account": _use(
        "Your account",
        "To sign you in.",
        "until you erase it",
        personal="email name",
        hidden="password_hash",
        plain=f"{_COMMON} disabled_at password_is_short email_verified_at locale grants_changed_at",
        shown="email name locale email_verified_at created_at updated_at",
    ),
    "auth_session": _use(
        "Your sessions",
        "To keep you signed in on a device, and to show you where.",
        "90 days after the session's end",
        personal="user_agent account_id",
        plain="id uid created_at expires_at revoked_at last_used_at method second_factor_at confirmed_at",
        shown="created_at last_used_at expires_at revoked_at method user_agent",
    ),
    "refresh_token": _use(
        "Tokens of sessions",
        "To keep you signed in on a device.",
        "with its session",
        hidden="token_hash parent_hash session_id",
        plain="issued_at used_at",
    ),
    "role_grant": _use(
        "Your roles",
        "To let staff do their work and nothing else.",
        "until revoked, or the account is erased",
        personal="account_id email",
        plain="id uid organization_id role expires_at created_at",
        shown="role expires_at created_at",
    ),
    "account_token": _use(
        "Links from mails",
        "To verify an address, to reset a password.",
        "until used or over",
        hidden="token_hash account_id",
        plain="purpose created_at expires_at used_at",
        shown="purpose created_at",
    ),
    "account_identity": _use(
        "Your identities at providers",
        "To sign you in through a provider.",
        "until you erase the account",
        personal="account_id issuer subject",
        plain="id provider created_at last_used_at",
        shown="provider issuer subject created_at last_used_at",
    ),
    "account_second_factor": _use(
        "Your second factor",
        "To let nobody in who has only your password.",
        "until you turn it off",
        hidden="account_id sealed_secret",
        plain="created_at confirmed_at last_step attempts locked_until",
        shown="created_at confirmed_at",
    ),
    "account_recovery_code": _use(
        "Your recovery codes",
        "To let you in without the second factor.",
        "until used or made anew",
        hidden="account_id code_hash",
        plain="created_at used_at",
        shown="created_at used_at",
    ),
    # People who register.
    "registration": _use(
        "Your registrations",
        "To hold your place at an event.",
        "1095 days after the event",
        personal="account_id contact_name contact_email contact_phone confirmation_number search",
        plain=f"{_COMMON} organization_id event_id flow_version_id state locale clock_now clock_timezone submitted_at "
        "cancelled_at expires_at erased_at blanked_days is_test allowance",
        recipients=_ODOO,
    ),
    "registration_step": _use(
        "Your answers",
        "What the organiser asks to run the event; each form says what for.",
        "with the registration, or as long as the field says (retain_days)",
        personal="answers",
        plain="registration_id step organization_id complete saved_at",
        recipients=_ODOO,
    ),
    "registration_sealed_answer": _use(
        "Your sensitive answers",
        "As above; encrypted, and opened with a reason only.",
        "with the registration, or as long as the field says (retain_days)",
        personal="mask",
        hidden="sealed blind_index",
        plain="registration_id step pointer organization_id identity verified_at",
    ),
    "registration_set_aside": _use(
        "Your earlier answers",
        "To lose nothing when a form changes while you fill it; the sensitive ones are encrypted.",
        "30 days after you submit, or " + _ERASED,
        personal="answer label",
        hidden="sealed",
        plain="registration_id flow_version_id step pointer organization_id reason created_at",
    ),
    "registration_change": _use(
        "Changes of your answers",
        "To tell who changed which answer; of sensitive ones only that they were changed.",
        "as long as the registration, until one of its answers is blanked, or " + _ERASED,
        personal="before after",
        plain="id registration_id organization_id changed_at actor_kind actor_uid revision step pointer sensitive",
    ),
    "registration_upload": _use(
        "Your files",
        "What the organiser asks to run the event; each form says what for. Sensitive ones are encrypted.",
        "with the registration, or as long as the field says (retain_days); one day where no answer names them",
        personal="name",
        plain="id uid registration_id organization_id step pointer media_type size received state refusal sensitive "
        "kept created_at touched_at",
        shown="name media_type size created_at",
    ),
    "registration_upload_part": _use(
        "Where your files lie",
        "To find their bytes.",
        "with the file",
        hidden="file",
        plain="upload_id start organization_id size",
    ),
    "discarded_file": _use(
        "Files to be removed",
        "To remove what nothing names any more.",
        "a minute",
        plain="file discarded_at",
    ),
    "registration_key": _use(
        "Keys of sensitive answers",
        "To open sensitive answers; without it nobody can.",
        _ERASED,
        hidden="wrapped",
        plain="registration_id organization_id key_id created_at",
    ),
    "registration_reveal": _use(
        "Why a sensitive answer was shown",
        "To answer for it. Encrypted.",
        _ERASED,
        hidden="sealed_note",
        plain="uid registration_id organization_id created_at",
    ),
    "attendee": _use(
        "People who come",
        "To let them in.",
        _ERASED,
        personal="name email",
        plain=f"{_COMMON} organization_id registration_id ticket_id position state",
        recipients=_ODOO,
    ),
    "registration_seat": _use(
        "Seats",
        "To sell no seat twice.",
        "with the registration",
        plain="registration_id ticket_id organization_id quantity state held_until",
    ),
    "registration_token": _use(
        "Links to a registration",
        "To let a guest come back.",
        "430 days, or " + _ERASED,
        hidden="token_hash",
        plain="registration_id organization_id purpose expires_at used_at",
    ),
    "registration_idempotency_key": _use(
        "Submits that have happened",
        "To register nobody twice.",
        "2 days",
        personal="scope key",
        hidden="request_digest",
        plain="registration_uid organization_id created_at",
    ),
    "consent": _use(
        "Your consents",
        "To show what you have agreed to.",
        "for good, without whose it was once that is erased",
        personal="registration_id",
        plain="id uid organization_id purpose text_version locale given_at withdrawn_at source",
    ),
    "erasure": _use(
        "Erasures",
        "To erase what you have asked for, and to prove it.",
        "whom it is about until it is done; the proof for good",
        personal="account_uid registration_uids",
        hidden="sealed_email subject_digest",
        plain="id uid organization_id source state steps places told requested_at next_at finished_at attempts error",
    ),
    "support_request": _use(
        "Your requests for help",
        "To answer you.",
        "730 days",
        personal="account_id registration_uid confirmation_number email name subject message",
        plain=f"{_COMMON} organization_id tried_at ticket",
        recipients="the help desk (Freshdesk), where one is set up; what it holds is erased there",
    ),
    # What others are told, and what was done: uids, never who stands behind them.
    "outbox": _use(
        "What other systems must learn",
        "To keep them up to date.",
        "7 days after delivery",
        personal="error",
        plain="id destination aggregate aggregate_uid revision organization_id state attempts available_at "
        "lease_token created_at done_at",
    ),
    "sync_binding": _use(
        "What other systems hold",
        "To keep them up to date.",
        "with what it is about",
        plain="destination aggregate aggregate_uid organization_id external_id revision synced_at",
    ),
    "audit_event": _use(
        "The audit trail",
        "To show who did what. It names uids; no personal data is allowed in it.",
        "for good",
        plain="id uid xact occurred_at action actor_kind actor_uid organization_id subject_type subject_uid request_id "
        "details",
    ),
    "audit_seal": _use(
        "Seals of the trail",
        "To notice when the trail is changed.",
        "for good",
        plain="batch first_sequence last_sequence last_xact last_id event_ids event_xacts event_hashes previous digest "
        "signature kid sealed_at",
    ),
    "audit_key": _use(
        "Keys that seal the trail",
        "To notice when the trail is changed.",
        "for good",
        plain="kid public_key sealed_private created_at retired_at",
    ),
    # The installation and its organizations.
    "organization_access_policy": _configuration(
        "Access policies", "organization_id second_factor_required allowed_networks denied_networks updated_at"
    ),
    "organization": _configuration("Organizations", f"{_COMMON} parent_id path kind name slug home_region"),
    "retention_rule": _configuration("How long data is kept", "organization_id rule days updated_at"),
    "job_run": _use(
        "Runs of scheduled jobs",
        "To run each once.",
        "30 days",
        plain="job slot state fencing_token attempts lease_until requested_at finished_at error",
    ),
    "signing_key": _use(
        "Keys that sign access tokens",
        "To sign people in.",
        "until retired",
        plain="kid sealed_private created_at active_from retired_at gone_at",
    ),
    "sealed_key": _use(
        "Keys of look-ups",
        "To find equal values that are encrypted.",
        "for good",
        plain="purpose key_id wrapped created_at",
    ),
    "api_key": _configuration(
        "API keys",
        f"{_COMMON} organization_id name key_id secret_hash permissions expires_at revoked_at last_used_at "
        "changed_at created_by networks replaced_by",
    ),
    "event_category": _configuration("Categories", f"{_COMMON} organization_id slug title position"),
    "form_form": _configuration("Forms", f"{_COMMON} organization_id name title draft latest_version"),
    "form_version": _configuration(
        "Published forms",
        f"{_COMMON} organization_id form_id number source source_hash compiled compiler_version published_at",
    ),
    "event": _configuration(
        "Events",
        f"{_COMMON} organization_id category_id slug title summary description place timezone starts_at ends_at "
        "registration_opens_at registration_closes_at state flow_version_id search test_mode image_uid image_width "
        "image_height",
    ),
    "registration_rules": _configuration(
        "What participants may change",
        "event_id organization_id changes_until cancel_until editable on_ticket revision updated_at",
    ),
    "mail_template": _configuration(
        "Texts of mails", "id organization_id event_id kind locale version subject body saved_at"
    ),
    "mail_trial": _use(
        "Trials of texts of mails",
        "To let organisers read a mail before others do.",
        "a day",
        plain="id organization_id event_id kind locale subject body created_at",
    ),
    "mailing": _use(
        "Confirmations sent again",
        "To show how far a mailing is. Whom it goes to is not kept here.",
        _AS_LONG,
        plain="id uid organization_id event_id total created_at stopped_at withdrawn",
    ),
    "event_flow": _configuration("Flows", f"{_COMMON} organization_id event_id draft latest_version"),
    "event_ticket": _configuration(
        "Tickets",
        f"{_COMMON} organization_id event_id name description position sales_start sales_end max_per_order "
        "price_minor currency",
    ),
    "event_flow_version": _configuration(
        "Published flows", f"{_COMMON} organization_id event_id flow_id number document document_hash published_at"
    ),
    "event_ticket_counter": _configuration("Seats taken", "ticket_id organization_id capacity held taken"),
}


class Processing(msgspec.Struct, frozen=True):
    """One line of the register. ``kind``: table or field."""

    kind: str
    name: str
    purpose: str
    categories: list[str]
    sensitive: bool
    recipients: str
    retention: str


def rows() -> list[Processing]:
    """Return the tables that hold personal data, for the register."""
    return [
        Processing(
            kind="table",
            name=name,
            purpose=use.purpose,
            categories=sorted(use.personal | use.hidden),
            sensitive=name == "registration_sealed_answer",
            recipients=use.recipients,
            retention=use.keeps,
        )
        for name, use in TABLES.items()
        if use.holds_personal_data
    ]


def markdown() -> str:
    """Return the tables' part of the register as the page docs/guides/processing-register.md holds it."""
    lines = ["| table | holds | purpose | recipients | kept |", "|---|---|---|---|---|"]
    lines += [
        f"| `{row.name}` | {', '.join(f'`{name}`' for name in row.categories)} | {row.purpose} | {row.recipients} | "
        f"{row.retention} |"
        for row in rows()
    ]
    without = ", ".join(f"`{name}`" for name, use in TABLES.items() if not use.holds_personal_data)
    return "\n".join([*lines, "", f"No personal data is in: {without}."]) + "\n"
