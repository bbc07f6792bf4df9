"""Through the records, the oldest first: up to which of them all are older than some time."""

from watcher.aging import Aging

LOOKED_AT = 5000  # records at once


class Walk:
    """One walk of retention. Records stand in the order in which they were made, whatever the clock said then."""

    def __init__(self, ledger: Aging, name: str) -> None:
        self._ledger, self._name = ledger, name
        self._at, self.newest = ledger.frontier(name)
        self.due = self._at

    def look(self, cutoff: str, latest: str) -> bool:
        """Go on to where ids are not less than `cutoff`; gives whether there is more to look at, now.

        `due` is then the last sequence number of which that is known. Where the clock was wrong, an id tells nothing:
        one that is less than one before it, or greater than `latest`. Such a record is as old as the next one whose
        id tells something: sooner it is not deleted.
        """
        if self.newest > latest:  # the clock was wrong then, for long
            self.newest = ""
        for number, (seq, id_) in enumerate(self._ledger.ids_after(self._at), 1):
            if self.newest <= id_ <= latest:
                if id_ >= cutoff:
                    return False
                self.newest, self.due = id_, seq
            self._at = seq
            if number == LOOKED_AT:
                return True
        return False
