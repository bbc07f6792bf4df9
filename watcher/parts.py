"""What the loop works with, each made and closed by somebody else; and the time that goes into the ledger."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from watcher.archive import Archive
from watcher.files import Files
from watcher.ids import IdSource
from watcher.inbox import Inbox
from watcher.ledger import Ledger
from watcher.places import Places
from watcher.requests import Requests
from watcher.results import Results
from watcher.times import written


@dataclass(frozen=True, slots=True)
class Parts:
    """check: raises SurroundingsError where inbox, outbox or state are not what they were."""

    inbox: Inbox
    files: Files
    archive: Archive
    ledger: Ledger
    places: Places
    results: Results
    requests: Requests
    check: Callable[[], None]
    ids: IdSource = field(default_factory=IdSource)
    utc_now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def timestamp(self) -> str:
        """Now: RFC 3339, UTC, milliseconds."""
        return written(self.utc_now(), "milliseconds")
