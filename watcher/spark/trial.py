"""Whether it was the picture over which a job died, or the cluster: a job without any picture shows."""

from watcher.records import Claim

CONTROL = 0  # the number of such a job; those with pictures count from one
MOST_DEATHS = 3  # of such jobs in a row: then it is the cluster


class Trial:
    """The picture that is accused, if one is. Nothing else is asked of the cluster meanwhile."""

    def __init__(self) -> None:
        self._accused: Claim | None = None
        self._begun = False
        self._deaths = 0

    @property
    def is_on(self) -> bool:
        """Whether a picture is accused."""
        return self._accused is not None

    @property
    def is_due(self) -> bool:
        """Whether the job without a picture is to be asked for."""
        return self.is_on and not self._begun

    def accuse(self, claim: Claim) -> None:
        """A job died over this one alone."""
        self._accused, self._begun = claim, False

    def begin(self) -> None:
        """The job without a picture is on its way."""
        self._begun = True

    def passed(self) -> Claim | None:
        """It ended well: gives the picture that was at fault; None where none is accused any more, or only since."""
        self._deaths = 0
        return self._end() if self._begun else None

    def failed(self) -> Claim | None:
        """It died, or could not read either: gives the picture of which nothing can be said, to be asked again."""
        return self._end()

    def died(self) -> bool:
        """Count a death of it; whether it is the cluster by now."""
        self._deaths += 1
        return self._deaths >= MOST_DEATHS

    def _end(self) -> Claim | None:
        accused, self._accused = self._accused, None
        return accused
