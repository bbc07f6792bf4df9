"""What stands in a status.json, whichever version wrote it: what is missing, or of another type, is nothing."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from watcher.times import understood


class Facts:
    """The contents of a status.json, or a part of it."""

    def __init__(self, found: object) -> None:
        self._found: Mapping[str, Any] = found if isinstance(found, Mapping) else {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def part(self, key: str) -> "Facts":
        """What stands under a key, as facts."""
        return Facts(self._found.get(key))

    def parts(self, key: str) -> "list[Facts]":
        """A list of facts."""
        found = self._found.get(key)
        return [Facts(one) for one in found] if isinstance(found, list) else []

    def text(self, key: str) -> str:
        """A text; "" where there is none."""
        found = self._found.get(key)
        return found if isinstance(found, str) else ""

    def texts(self, key: str) -> list[str]:
        """A list of texts."""
        found = self._found.get(key)
        return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []

    def number(self, key: str) -> int:
        """A number; 0 where there is none."""
        found = self._found.get(key)
        return found if isinstance(found, int) else 0

    def yes(self, key: str) -> bool:
        """Whether it is said to be so."""
        return self._found.get(key) is True

    def no(self, key: str) -> bool:
        """Whether it is said not to be so."""
        return self._found.get(key) is False

    def time(self, key: str) -> datetime | None:
        """A point in time."""
        return understood(self._found.get(key))

    def numbers(self, key: str) -> Iterator[tuple[str, int]]:
        """Names and numbers under a key, but for zeros."""
        part = self.part(key)
        for name in part._found:
            if number := part.number(str(name)):
                yield str(name), number
