"""Who is at the page: sessions in this process's memory, gone when it ends."""

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

IDLE_SECONDS = 12 * 3600.0
MOST = 500
MOST_UNDONE = 1000


@dataclass(slots=True)
class Word:
    """What somebody said of a picture. correction: its id; before: the label that held until then, "" for none."""

    picture: str
    correction: str
    before: str


@dataclass(slots=True)
class Session:
    """One browser that was let in. key: its own name, no secret. csrf: what its pages must say with each change.

    name: who sits there, "" as long as they have not said. said: what they said and may take back, the latest last.
    put_off: pictures they skipped, in that order.
    """

    key: str
    csrf: str
    name: str = ""
    seen_at: float = 0.0
    said: list[Word] = field(default_factory=list)
    put_off: dict[str, None] = field(default_factory=dict)

    def remember(self, word: Word) -> None:
        """Keep what can be undone."""
        self.said.append(word)
        del self.said[:-MOST_UNDONE]

    def last_word(self, picture: str = "") -> Word | None:
        """The latest, on that picture if one is named; None where there is none."""
        return next((word for word in reversed(self.said) if picture in ("", word.picture)), None)

    def undone(self, word: Word, restored: str, by: str) -> None:
        """A word is taken back: what it had replaced, if that was theirs, stands again as another correction."""
        self.said.remove(word)
        for earlier in self.said:
            if earlier.correction == restored:
                earlier.correction = by

    def put_aside(self, picture: str) -> None:
        """Of what was skipped, the picture comes last."""
        self.put_off.pop(picture, None)
        self.put_off[picture] = None


class Sessions:
    """All that are open. clock: monotonic seconds."""

    def __init__(self, clock: Callable[[], float], idle_seconds: float = IDLE_SECONDS, most: int = MOST) -> None:
        self._clock, self._idle, self._most = clock, idle_seconds, most
        self._open: OrderedDict[bytes, Session] = OrderedDict()  # the least lately seen first

    def begin(self) -> tuple[str, Session]:
        """A new one, and the secret (256 bits) by which its browser is known."""
        secret = secrets.token_urlsafe(32)
        session = Session(secrets.token_hex(8), secrets.token_urlsafe(32), seen_at=self._clock())
        self._open[_digest(secret)] = session
        while len(self._open) > self._most:
            self._open.popitem(last=False)
        return secret, session

    def find(self, secret: str) -> Session | None:
        """The one of that secret; None where there is none, or it was left alone for too long."""
        digest = _digest(secret)
        session = self._open.get(digest)
        if session is None:
            return None
        if self._clock() - session.seen_at > self._idle:
            del self._open[digest]
            return None
        session.seen_at = self._clock()
        self._open.move_to_end(digest)
        return session

    def end(self, secret: str) -> None:
        """Forget one."""
        self._open.pop(_digest(secret), None)


def _digest(secret: str) -> bytes:
    # Looked up by its hash: how long that takes says nothing about the secret.
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
