"""The state in one line, as systemd shows it: `systemctl status` has STATUS= of sd_notify(3) in its head."""

from collections.abc import Mapping
from typing import Any

from watcher.reporting.facts import Facts


def status_line(found: Mapping[str, Any]) -> str:
    """State and trouble; what was read so far, what is in hand, what waits, and since when the oldest. UTC."""
    facts = Facts(found)
    state = facts.text("state") + (f": {trouble}" if (trouble := facts.text("trouble")) else "")
    by = ", ".join(f"{n:,} {status}" for status, n in sorted(facts.numbers("by_status")))
    said = [state, f"{facts.number('results'):,} read" + (f" ({by})" if by else "")]
    said += [
        f"{n:,} {what}" for what, n in (("in hand", facts.number("in_hand")), ("waiting", facts.number("waiting"))) if n
    ]
    oldest = facts.part("oldest")
    if oldest and facts.number("waiting"):
        since = oldest.time("since")
        said.append(f"the oldest{f' since {since:%Y-%m-%d %H:%M:%SZ}' if since else ''}: {oldest.text('file')}")
    if facts.part("conservation").no("holds"):
        said.append("the account does not add up")
    return "; ".join(said)
