"""What the page is handed, and what its parts share."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from watcher.records import Record
from watcher.review.entrance import Entrance
from watcher.review.leases import Leases
from watcher.review.pages import Pages
from watcher.review.pictures import Pictures
from watcher.review.queue import Queue
from watcher.review.reading import Reading
from watcher.review.saying import Saying
from watcher.review.sessions import Sessions
from watcher.viewing.viewer import View


@dataclass(frozen=True)
class Given:
    """look, look_small: a record's picture as browsers may have it, large and as large as a thumbnail; they block.

    say: leaves (picture, label) pairs of a person for the daemon and gives the corrections' ids; it blocks. status:
    what the daemon does, as `read_status` says it; it blocks. name: what people are called until they say who they are.
    zone: whose midnight begins a day. cookie: its name. secure: whether it is reached by TLS alone.
    """

    ledger: Path
    look: Callable[[Record], View]
    look_small: Callable[[Record], View]
    say: Callable[[list[tuple[str, str]], str], list[str]]
    status: Callable[[], dict[str, Any]]
    name: str = ""
    zone: tzinfo = UTC
    read_only: bool = False
    password: str | None = None
    cookie: str = "digit-watcher"
    secure: bool = False
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))


class Workplace:
    """One page's memory: who is there, what lies before whom, which pictures were looked at."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.pages = Pages()
        self.entrance = Entrance(given.password, given.clock)
        self.sessions = Sessions(given.clock)
        self.reading = Reading(given.ledger)
        self.saying = Saying(self.reading, given.say)
        self.queue = Queue(Leases(given.clock), self.saying.unwritten)
        self.pictures = Pictures(given.look, given.clock)
        self.small_pictures = Pictures(given.look_small, given.clock)
