"""Which picture lies before whom: so that two people never look at the same one without knowing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

LEASE_SECONDS = 60.0


@dataclass(slots=True)
class Leases:
    """Pictures that were handed out, each to one holder, until some time. clock: monotonic seconds."""

    clock: Callable[[], float]
    seconds: float = LEASE_SECONDS
    _held: dict[str, tuple[str, float]] = field(default_factory=dict)

    def take(self, picture: str, holder: str) -> bool:
        """Hand a picture out, or for longer; False where another one has it."""
        owner = self._owner(picture)
        if owner not in (None, holder):
            return False
        self._held[picture] = holder, self.clock() + self.seconds
        return True

    def keep_only(self, pictures: Iterable[str], holder: str) -> list[str]:
        """These for longer, what else the holder had is free again; gives those that are the holder's."""
        kept = [picture for picture in pictures if self.take(picture, holder)]
        for picture in [one for one, (owner, _) in self._held.items() if owner == holder and one not in kept]:
            del self._held[picture]
        return kept

    def tidy(self) -> None:
        """Forget those whose time is over."""
        now = self.clock()
        self._held = {picture: held for picture, held in self._held.items() if held[1] > now}

    def _owner(self, picture: str) -> str | None:
        owner, until = self._held.get(picture, (None, 0.0))
        return owner if until > self.clock() else None
