"""How a person's word comes into the ledger: one after the other, and never over a word that was not seen."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import NamedTuple
from weakref import WeakValueDictionary

from anyio import to_thread

from watcher.corrections.labels import TAKEN_BACK, Correction
from watcher.review.browsing import Browsing
from watcher.review.reading import Reading
from watcher.review.sessions import Session, Word

_LOOKS, _LOOK_EVERY_SECONDS = 200, 0.01


class Refused(Exception):  # noqa: N818  an answer, not a fault
    """It was not done, and why. what: unknown, conflict or nothing. last: what another person had said by then."""

    def __init__(self, what: str, message: str, last: Correction | None = None) -> None:
        super().__init__(message)
        self.what, self.last = what, last


class Waiting(NamedTuple):
    """A word that lies before the daemon. correction: its id; key: of the session whose it is."""

    correction: str
    label: str
    by: str
    key: str


class Outcome(NamedTuple):
    """What became of a word. written: it is in the ledger; else the daemon writes it when it gets on."""

    picture: str
    written: bool


@dataclass(slots=True)
class Saying:
    """Says things to the daemon for people, and waits until the ledger has them.

    say: leaves (picture, label) pairs of a person for the daemon and gives the corrections' ids; it blocks.
    """

    reading: Reading
    say: Callable[[list[tuple[str, str]], str], list[str]]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    waiting: dict[str, Waiting] = field(default_factory=dict)  # by picture
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    async def put(self, session: Session, picture: str, label: str, seen: int) -> Outcome:
        """Somebody says what a picture shows. seen: the sequence number of the last correction they saw, 0 for none.

        Raises Refused where there is no such picture, or another person said something else that they did not see.
        """
        async with self._lock(picture):
            said = await self._said_of(picture)
            last = said[-1] if said else None
            self._refuse_over_another(session, picture, label)
            if last and last.seq != seen and last.label != label and not _is_of(session, last):
                raise Refused("conflict", f"{last.by} has said something else meanwhile", last)
            if last and last.label == label and picture not in self.waiting:
                return Outcome(picture, written=True)  # it has been said: sent twice, or by another one too
            correction = await self._leave(session, picture, label)
            session.remember(Word(picture, correction, last.label if last else TAKEN_BACK))
            return await self._written(picture)

    async def undo(self, session: Session, picture: str = "") -> Outcome:
        """Take back the last that somebody said, on that picture if one is named: what held before holds again.

        Raises Refused where there is nothing, or another person has spoken since.
        """
        word = session.last_word(picture)
        if word is None:
            raise Refused("nothing", "there is nothing of yours to take back")
        async with self._lock(word.picture):
            said = await self._said_of(word.picture)
            self._refuse_over_another(session, word.picture, word.before)
            if said and said[-1].id != word.correction and word.picture not in self.waiting:
                session.said.remove(word)
                raise Refused("conflict", f"{said[-1].by} has spoken of it since: nothing is taken back", said[-1])
            restored = said[-2].id if len(said) > 1 else ""
            session.undone(word, restored, await self._leave(session, word.picture, word.before))
            return await self._written(word.picture)

    def unwritten(self, browsing: Browsing) -> set[str]:
        """Pictures of which somebody said something that the ledger does not show yet. May be asked in any thread."""
        for picture, waits in list(self.waiting.items()):
            if browsing.correction(waits.correction):
                self.waiting.pop(picture, None)
        return set(self.waiting)

    async def _leave(self, session: Session, picture: str, label: str) -> str:
        (correction,) = await to_thread.run_sync(self.say, [(picture, label)], session.name)
        self.waiting[picture] = Waiting(correction, label, session.name, session.key)
        session.put_off.pop(picture, None)
        return correction

    async def _written(self, picture: str) -> Outcome:
        """Wait for the daemon, which needs milliseconds; but not for one that pauses."""
        for _ in range(_LOOKS):
            await self._said_of(picture)
            if picture not in self.waiting:
                return Outcome(picture, written=True)
            await self.sleep(_LOOK_EVERY_SECONDS)
        return Outcome(picture, written=False)

    async def _said_of(self, picture: str) -> list[Correction]:
        """All corrections of a picture. What was waiting and is among them waits no more."""

        def asked(browsing: Browsing) -> list[Correction] | None:
            return browsing.corrections_of(picture) if browsing.seq_of(picture) is not None else None

        said = await self.reading.ask(asked)
        if said is None:
            raise Refused("unknown", "there is no such picture in the ledger")
        if (waits := self.waiting.get(picture)) and any(one.id == waits.correction for one in said):
            self.waiting.pop(picture, None)
        return said

    def _refuse_over_another(self, session: Session, picture: str, label: str) -> None:
        waits = self.waiting.get(picture)
        if waits and waits.key != session.key and waits.label != label:
            raise Refused("conflict", f"{waits.by} has just said something else, which the daemon has yet to write")

    def _lock(self, picture: str) -> asyncio.Lock:
        return self._locks.setdefault(picture, asyncio.Lock())


def _is_of(session: Session, correction: Correction) -> bool:
    return any(word.correction == correction.id for word in session.said)
