"""What scripts send, checked word by word."""

import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request

from watcher.corrections.labels import LABELS
from watcher.review.filters import is_id

LONGEST_NAME = 60
MOST_SHOWN = 80  # pictures that one page has in hand


async def body_of(request: Request) -> dict[str, Any]:
    """The object that was sent. Raises HTTPException where it is none."""
    try:
        found = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "What was sent is no JSON.") from error
    if not isinstance(found, dict):
        raise HTTPException(400, "What was sent is no JSON object.")
    return found


def id_in(body: dict[str, Any], key: str, *, needed: bool = True) -> str:
    """An id in the form of ours; "" where there is none and none is needed."""
    value = body.get(key, "")
    if (value == "" and not needed) or (isinstance(value, str) and is_id(value)):
        return str(value)
    raise HTTPException(400, f"{key} is no id of a picture.")


def ids_in(body: dict[str, Any], key: str) -> list[str]:
    """A list of such ids."""
    values = body.get(key, [])
    if isinstance(values, list) and len(values) <= MOST_SHOWN and all(isinstance(v, str) and is_id(v) for v in values):
        return values
    raise HTTPException(400, f"{key} is no list of at most {MOST_SHOWN} ids.")


def label_in(body: dict[str, Any]) -> str:
    """What a person says: a digit or not_a_digit."""
    label = body.get("label")
    if not isinstance(label, str) or label not in LABELS:
        raise HTTPException(400, f"label is none of {', '.join(LABELS)}.")
    return label


def number_in(body: dict[str, Any], key: str) -> int:
    """A whole number, 0 or more, that SQLite can hold."""
    value = body.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 63:
        raise HTTPException(400, f"{key} is no number.")
    return value


def name_in(body: dict[str, Any]) -> str:
    """A person's name: one line of printable text."""
    name = body.get("name")
    text = " ".join(name.split()) if isinstance(name, str) else ""
    if not text or len(text) > LONGEST_NAME or not text.isprintable():
        raise HTTPException(400, f"A name has 1 to {LONGEST_NAME} characters that can be printed.")
    return text


def tab_in(body: dict[str, Any]) -> str:
    """Which of a browser's tabs it is."""
    tab = body.get("tab")
    if not isinstance(tab, str) or not 8 <= len(tab) <= 64 or not (tab.isascii() and tab.isalnum()):
        raise HTTPException(400, "tab is no name of a tab.")
    return tab
