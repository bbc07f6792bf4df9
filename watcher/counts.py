"""What was done since the start."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from watcher.records import Record


@dataclass(slots=True)
class Counts:
    """Sums, for progress and summaries. by: (status, reason) → pictures."""

    claimed: int = 0
    recorded: int = 0
    moves: int = 0  # steps of any kind: whether work gets on
    by: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, records: Sequence[Record]) -> None:
        """These were recorded."""
        self.recorded += len(records)
        self.moves += len(records)
        self.by.update(record.kind for record in records)
