"""The page at `/`: what arrived, to be looked at while something else is being demonstrated."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Any
from urllib.parse import urlencode

from backend_sync.standin.listing import Listing, Query
from backend_sync.standin.schema import STATES

PAGE_SIZE = 50

_STYLE = """
:root { color-scheme: light dark; --line: light-dark(#c9c9d1, #4a4a55); --soft: light-dark(#f3f3f7, #24242b); }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 80rem; padding: 1rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.2rem; margin: 1.5rem 0 .5rem; }
form, nav { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; margin: .75rem 0; }
input[type=search], button { font: inherit; padding: .4rem .6rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; padding: .4rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { background: var(--soft); white-space: nowrap; }
td.number { text-align: end; font-variant-numeric: tabular-nums; } td.time { white-space: nowrap; }
:focus-visible { outline: 3px solid #4664d8; outline-offset: 2px; }
"""

_SCRIPT = """
const box = document.getElementById("refresh");
setInterval(async () => {
  if (!box.checked || document.hidden) return;
  const answer = await fetch(location.href).catch(() => null);
  if (!answer || !answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("records");
  const shown = document.getElementById("records");
  // Not under the hands of somebody who reads with the keyboard or has scrolled sideways.
  const busy = shown.contains(document.activeElement) ||
    [...shown.querySelectorAll(".scroll")].some((box) => box.scrollLeft > 0);
  if (fresh && !busy && fresh.innerHTML !== shown.innerHTML) shown.replaceWith(fresh);
}, 2000);
"""

_STATE_LABELS = dict(STATES)


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
    f" style-src {_hash(_STYLE)}; script-src {_hash(_SCRIPT)}"
)


def render(registrations: Listing, events: Listing, query: Query) -> str:
    """The whole document; every value from outside is escaped."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Back office stand-in</title><style>{_STYLE}</style></head><body>"
        "<header><h1>Back office stand-in</h1><p>Answers as Odoo 17 would and shows what arrived. Times are UTC.</p>"
        '<form role="search"><label for="q">Name, e-mail, confirmation number or uid</label>'
        f'<input type="search" id="q" name="q" value="{escape(query.text)}"><button>Search</button>'
        '<label><input type="checkbox" id="refresh" checked> Refresh by itself</label></form></header>'
        '<main><div id="records">'
        f"<h2>Registrations ({registrations.total})</h2>{_registrations(registrations)}{_pager(registrations, query)}"
        f"<h2>Events ({events.total})</h2>{_events(events)}"
        f"</div></main><script>{_SCRIPT}</script></body></html>"
    )


def _registrations(listing: Listing) -> str:
    rows = [
        [
            _text(item["name"]),
            _text(item["email"]),
            _text(item["event_id_name"]),
            _text(item["event_ticket_id_name"]),
            _text(_STATE_LABELS.get(item["state"], item["state"])),
            _text(item["prs_number"]),
            _number(item["ext_rev"]),
            _number(item["deliveries"]),
            _time(item["arrived_at"] or item["create_date"]),
        ]
        for item in listing.items
    ]
    heads = ["Attendee", "E-mail", "Event", "Ticket", "State", "Number", "Revision", "Deliveries", "Arrived at"]
    return _table("Registrations, newest first", heads, rows)


def _events(listing: Listing) -> str:
    rows = [
        [
            _text(item["name"]),
            _time(item["date_begin"]),
            _time(item["date_end"]),
            _text(item["date_tz"]),
            _text("yes" if item["active"] else "archived"),
            _number(item["ext_rev"]),
            _time(item["arrived_at"] or item["create_date"]),
        ]
        for item in listing.items
    ]
    heads = ["Event", "Begins", "Ends", "Time zone", "Active", "Revision", "Arrived at"]
    return _table("Events, newest first", heads, rows)


def _table(caption: str, heads: list[str], rows: list[list[str]]) -> str:
    if not rows:
        return "<p>Nothing here yet.</p>"
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    # A box that scrolls must be reachable by keyboard.
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _pager(listing: Listing, query: Query) -> str:
    links = []
    if query.offset > 0:
        links.append(_page_link("Newer", query, query.offset - PAGE_SIZE))
    if query.offset + len(listing.items) < listing.total:
        links.append(_page_link("Older", query, query.offset + PAGE_SIZE))
    return f'<nav aria-label="Pages of registrations">{"".join(links)}</nav>' if links else ""


def _page_link(label: str, query: Query, offset: int) -> str:
    target = urlencode({"q": query.text, "offset": max(0, offset)})
    return f'<a href="/?{escape(target)}">{label}</a>'


def _text(value: Any) -> str:
    return f"<td>{escape(str(value)) if value else ''}</td>"


def _number(value: int) -> str:
    return f'<td class="number">{value}</td>'


def _time(value: Any) -> str:
    return f'<td class="time">{escape(str(value)) if value else ""}</td>'
