"""What a sheet is written from: entries with a sequence number and an id, as the ledger holds them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, TypeVar


class Entry(Protocol):
    """What has a row of its own. seq: its place in the sheet, from 1. id: a UUIDv7, with which the row begins."""

    @property
    def seq(self) -> int: ...
    @property
    def id(self) -> str: ...


Kind = TypeVar("Kind", bound=Entry)
_Kind = TypeVar("_Kind", bound=Entry, covariant=True)


class Entries(Protocol[_Kind]):
    """All entries of one kind. The ledger itself is that of its records: there the methods are explained."""

    path: Path

    def sheet(self, name: str) -> tuple[int, int, int, int]: ...
    def last_seq(self) -> int: ...
    def seq_of(self, id_: str) -> int | None: ...
    def oldest_after(self, seq: int) -> str | None: ...
    def place_of(self, id_: str) -> _Kind | None: ...
    def records_after(self, seq: int) -> Iterator[_Kind]: ...
    def purged(self, id_: str) -> bool: ...
