"""What a site of many daemons and executors consists of, and what each part of it has to do at which rate.

One daemon has a machine to itself: its inbox, its ledger, its results files and its archive lie on that machine's disk,
executors read the inbox over that machine's network, and it has a Spark session of its own. So a part is either of each
daemon, or, as the cores of executors, divided among them.
"""

from dataclasses import dataclass
from math import ceil

from watcher.settings import Reading
from watcher.spark.asking import JOBS
from watcher.spark.engine import AHEAD_SECONDS
from watcher.spark.parts import BASE_BYTES, LEAST_BYTES

# -- measured: python -m bench.ceiling
PICTURE_SECONDS = 97e-6  # of the loop: a picture beyond its turn
TURN_SECONDS = 1.8e-3  # a turn by itself, where syncs cost nothing: on tmpfs
SYNC_SECONDS = 0.31e-3  # what each sync adds on this disk
RECORDING = 0.57  # of PICTURE_SECONDS: what is done after reading
SMALL_SECONDS, SMALL_BYTES = 95e-6, 370
LARGE_SECONDS, LARGE_BYTES = 0.139, 3_522_000
LEDGER_BYTES, RESULTS_BYTES, WRITTEN_BYTES = 473, 773, 4600  # a picture; the last: what is written for both

# -- measured: python -m bench.calls
RENAMES, LOOKS, SYNCS = 2, 6, 7  # of the loop: a picture's renames, and other calls on a path; a turn's syncs

# -- measured: python -m bench.tasks
JOB_SECONDS, TASK_SECONDS = 0.06, 0.02  # by itself: a job; a task, of a core
TASKS = 1000  # a second, by one driver

# -- the loop's and the engines' own
BATCH = Reading().batch_size  # pictures that a turn takes at most
LOCAL_CORES = 8  # the most readers that a daemon starts by itself
READ_CALLS = 5  # of a reader: open, look, read, look, close

# -- assumed: docs/scale.md names the sources
NETWORK, WIDE_NETWORK = 1.25e9, 12.5e9  # bytes a second in each direction: 10 Gb/s, 100 Gb/s
CALLS = 90_000  # a second that a file server answers
ANSWER_SECONDS, CHANGE_SECONDS = 0.25e-3, 2.7e-3  # of storage over a network: a look; a rename
SLOW_SYNC_SECONDS = 10e-3  # a disk that turns
FOLDER = 10_000_000  # names in a folder of ext4
BLOCK_BYTES, INODE_BYTES = 4096, 256
ANSWER_BYTES = 1 << 20  # that NFS carries in answer to one call, at most
FULL = 0.7  # of each part, when a site is laid out: the rest is for bursts, and for waiting not to grow
_TRIES = 20  # that a rate is sought in


@dataclass(frozen=True)
class Kind:
    """Pictures of one kind. seconds: of a core that reads one. bytes: of its file."""

    title: str
    seconds: float
    bytes: int

    @property
    def on_disk(self) -> int:
        """Bytes that it takes on ext4: whole blocks, and an inode."""
        return -(-self.bytes // BLOCK_BYTES) * BLOCK_BYTES + INODE_BYTES

    @property
    def calls(self) -> int:
        """How many calls of a file server reading one takes."""
        return READ_CALLS + self.bytes // ANSWER_BYTES


SMALL = Kind("small PNG", SMALL_SECONDS, SMALL_BYTES)
LARGE = Kind("photograph", LARGE_SECONDS, LARGE_BYTES)
KINDS = (SMALL, LARGE)


@dataclass(frozen=True)
class Storage:
    """A daemon's machine, and what all lies on. sync: seconds of each. network: bytes a second that executors can pull.

    look, rename: seconds that they take beyond those on a local disk.
    """

    sync: float = SYNC_SECONDS
    look: float = 0.0
    rename: float = 0.0
    network: float = NETWORK

    @property
    def picture(self) -> float:
        """Seconds of the loop that a picture takes."""
        return PICTURE_SECONDS + LOOKS * self.look + RENAMES * self.rename

    @property
    def turn(self) -> float:
        """Seconds of the loop that a turn takes, however few pictures it has."""
        return TURN_SECONDS + SYNCS * self.sync


LOCAL, WIDE = Storage(), Storage(network=WIDE_NETWORK)


@dataclass(frozen=True)
class Site:
    """daemons, each with a machine; cores: that read, of all of them together."""

    daemons: int
    cores: int
    storage: Storage = LOCAL

    @property
    def slots(self) -> int:
        """Cores that read for one daemon."""
        return max(1, self.cores // self.daemons)

    @property
    def spark(self) -> bool:
        """Whether they are executors' cores: a daemon's own machine has not so many."""
        return self.slots > LOCAL_CORES

    def tasks(self, kind: Kind, pictures: int) -> int:
        """Into how many tasks a job of so many pictures is divided."""
        if not self.spark:
            return 0
        return max(1, min(self.slots, pictures, pictures * (kind.bytes + BASE_BYTES) // LEAST_BYTES))

    def loads(self, kind: Kind, rate: float) -> dict[str, float]:
        """By the part: which share of it this rate takes, 1.0 being all of it. rate: pictures a second, of the site."""
        each = rate / self.daemons
        together = max(1, min(BATCH * self.slots, round(each * AHEAD_SECONDS / JOBS)))
        tasks = self.tasks(kind, together) / together  # a picture
        found = {
            "the loop": each * (self.storage.picture + self.storage.turn / BATCH),
            "cores that read": each * (kind.seconds + tasks * TASK_SECONDS) / self.slots,
            "network": each * kind.bytes / self.storage.network,
        }
        if self.spark:
            found |= {"file calls": each * kind.calls / CALLS, "tasks": each * tasks / TASKS}
        return found

    def most(self, kind: Kind) -> float:
        """Pictures a second that it takes at most: jobs grow with the rate, so that both are sought together."""
        rate = 1.0
        for _ in range(_TRIES):
            rate = self.breaks_first(kind, rate)[1]
        return rate

    def breaks_first(self, kind: Kind, rate: float) -> tuple[str, float]:
        """The part that is nearest to its end, and the rate at which it is there."""
        loads = self.loads(kind, rate)
        part = max(loads, key=lambda name: loads[name])
        return part, rate / loads[part]


def laid_out(kind: Kind, rate: float, storage: Storage = LOCAL) -> Site:
    """The smallest site of which this rate takes no more than FULL of any part."""
    daemons = 1
    while True:
        cores = daemons * ceil(rate / daemons * kind.seconds / FULL)
        while (site := Site(daemons, cores, storage)).loads(kind, rate)["cores that read"] > FULL:
            cores += daemons
        if max(site.loads(kind, rate).values()) <= FULL:
            return site
        loads = site.loads(kind, rate)
        worst = max(share for part, share in loads.items() if part != "cores that read")
        daemons = max(daemons + 1, ceil(daemons * worst / FULL))
