"""Over which picture a reader was lost, as far as that can be said; the others are asked again."""

import signal
from collections import Counter
from collections.abc import Iterable

from watcher.engine import Outcome, Trouble
from watcher.limits import OUT_OF_MEMORY
from watcher.reader import ASK_ANOTHER

_TROUBLES = {OUT_OF_MEMORY: Trouble.OUT_OF_MEMORY, -signal.SIGXCPU: Trouble.TIMED_OUT}


class Blame:
    """Remembers which pictures were let off, as the reader may have been at fault."""

    def __init__(self, most_excuses: int) -> None:
        """most_excuses: of one picture: so many as there are readers, in case all of them were at fault."""
        self._most, self._excused = most_excuses, Counter[str]()

    def trouble(self, code: int | None) -> Trouble:
        """What happened to a reader that ended with this exit code."""
        return _TROUBLES.get(code or 0, Trouble.CRASHED)

    def divided(
        self, hand: Iterable[list[str]], trouble: Trouble, code: int | None
    ) -> tuple[list[Outcome], list[list[str]]]:
        """The outcome of the picture that did it, if it was alone; and what is to be asked again, in that order.

        hand: what the reader had, the batch that it had begun first.
        """
        begun, *untouched = [*hand] or [[]]
        if len(begun) == 1 and not (code == ASK_ANOTHER and self._excuse(begun[0])):
            return [Outcome(begun[0], trouble=trouble, message=f"exit code {code}")], untouched
        return [], untouched + [[id_] for id_ in begun]  # one by one, to find the one that did it

    def clear(self, id_: str) -> None:
        """It has been read."""
        self._excused.pop(id_, None)

    def _excuse(self, id_: str) -> bool:
        self._excused[id_] += 1
        return self._excused[id_] <= self._most
