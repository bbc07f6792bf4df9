"""Who is let in: whoever has the printed address, or knows the password; guessing is slow."""

import hashlib
import hmac
import ipaddress
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

FREE_TRIES = 5
LONGEST_WAIT_SECONDS = 300.0
_REMEMBERED = 10_000  # addresses


@dataclass(slots=True)
class Tries:
    """Wrong passwords, by the address they came from. After a few, each makes the next one wait twice as long.

    clock: monotonic seconds.
    """

    clock: Callable[[], float]
    _wrong: OrderedDict[str, tuple[int, float]] = field(default_factory=OrderedDict)  # how many, and until when to wait

    def wait(self, address: str) -> float:
        """Seconds until the next try from there is looked at; 0 for at once."""
        _, until = self._wrong.get(_household(address), (0, 0.0))
        return max(0.0, until - self.clock())

    def failed(self, address: str) -> None:
        """One more that was wrong."""
        key = _household(address)
        count = self._wrong.pop(key, (0, 0.0))[0] + 1
        seconds = min(2.0 ** (count - FREE_TRIES), LONGEST_WAIT_SECONDS) if count >= FREE_TRIES else 0.0
        self._wrong[key] = count, self.clock() + seconds
        while len(self._wrong) > _REMEMBERED:
            self._wrong.popitem(last=False)

    def passed(self, address: str) -> None:
        """Somebody there knows it."""
        self._wrong.pop(_household(address), None)


def _household(address: str) -> str:
    """An IPv4 address, or the 64 bits of an IPv6 address that one customer has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "?"
    return address if found.version == 4 else str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))


class Entrance:
    """Checks what people show. With a password there is no token: the address alone opens nothing."""

    def __init__(self, password: str | None, clock: Callable[[], float]) -> None:
        self.token = "" if password is not None else secrets.token_urlsafe(32)
        self._password = None if password is None else _digest(password)
        self.tries = Tries(clock)

    @property
    def by_password(self) -> bool:
        """Whether one is asked for."""
        return self._password is not None

    def has_token(self, token: str) -> bool:
        """Whether it is the one of the printed address."""
        return bool(self.token) and hmac.compare_digest(_digest(token), _digest(self.token))

    def knows_password(self, password: str) -> bool:
        """Whether it is the right one."""
        return self._password is not None and hmac.compare_digest(_digest(password), self._password)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()
