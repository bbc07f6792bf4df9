"""Fault 15: the process kills itself, as `kill -9` would, at every call that changes something which outlives it.

And it is killed at random instants while pictures pour in. `make soak` is the long version of that.
"""

import os
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.end_to_end.conservation import table
from tests.end_to_end.place import Place
from tests.soak.mortal import Nursery, environment
from tests.soak.rounds import Rounds
from tests.soak.soak import Result, Soak

pytestmark = pytest.mark.timeout(600)  # the first test waits for all that was begun
KILLS_A_PLACE = 9
SHARED_MEMORY = Path("/dev/shm")
WAY = (  # of a picture, and of what stands around it: each of these calls must have been met
    r"sqlite COMMIT @ database\._prepare", r"os\.replace identity", r"sqlite INSERT @ writing\.set_meta",
    r"sqlite COMMIT @ ledger\.intend < claiming", r"os\.rename @ files\._claim",
    r"sqlite COMMIT @ ledger\.update_claims < claiming", r"os\.rename @ files\.set_aside < files\._claim",
    r"sqlite COMMIT @ ledger\.set_state < claiming", r"sqlite COMMIT @ ledger\.update_claims < service\.turn",
    r"engine\.submit @ service\._submit < service\._take", r"engine\.collect", r"engine\.submit .*_lost_reader",
    r"syncfs @ .*recording\.sync_inbox", r"sqlite COMMIT @ ledger\.record",
    r"os\.write results\.csv @ .*sheet\.append", r"os\.fsync results\.csv @ .*sheet\.append",
    r"os\.write results\.jsonl @ .*sheet\.append", r"os\.fsync results\.jsonl @ .*sheet\.append",
    r"os\.write \.reason\.txt", r"os\.mkdir @ .*archive\._put", r"renameat2 @ .*archive\._put",
    r"os\.fsync @ durable\.sync_folders < archive\._sync", r"sqlite COMMIT @ ledger\.finish",
    r"sqlite COMMIT @ ledger\.intend < recalling\.some", r"renameat2 @ .*archive\.recall",
    r"os\.unlink \.reason\.txt @ archive\.recall", r"os\.unlink @ requests\.done",
    r"sqlite COMMIT @ ledger\.correct < ", r"os\.write corrections\.csv @ .*sheet\.append",
    r"os\.fsync corrections\.csv @ .*sheet\.append", r"sqlite COMMIT @ ledger\.keep_positions",
    r"os\.write results-corrected\.csv @ .*corrected\._write", r"os\.replace results-corrected\.csv",
    r"os\.unlink @ requests\.done < hearing\.hear",
    r"os\.rename @ recovery\._adopt_strays", r"sqlite COMMIT @ ledger\.finish .*recovery\.run",
    r"os\.write results\.csv @ .*catch_up", r"os\.replace status\.json",
)  # fmt: skip
TORN = (
    r"results\.csv @ .*sheet\.append",
    r"corrections\.csv @ .*sheet\.append",
    r"results\.jsonl @ .*sheet\.append",
    r"\.reason\.txt",
    "identity",
)
COPIED = ("open .partial-", "os.fsync .partial-", "renameat2", "os.unlink")


class Chain:
    """Daemons that are killed one after the other, each at a boundary that none was killed at before."""

    def __init__(self, root: Path, outbox: Path | None = None, **told: str | bool) -> None:
        """outbox: a folder on another filesystem, for their outboxes. told: as `environment`."""
        root.mkdir()
        self._root, self._outbox, self._told = root, outbox, told
        self._covered = root / "covered"
        self._covered.touch()

    def run(self) -> list[str]:
        """Go on until no boundary is new; gives all of them."""
        number, kills = 0, 1
        with closing(Nursery()) as nursery:
            while kills:
                number += 1
                kills = self._one_place(self._place(number), nursery)
        return self._covered.read_text(encoding="utf-8").splitlines()

    def _one_place(self, place: Place, nursery: Nursery) -> int:
        """A few kills, an end in peace, and the account of it all; gives how many kills."""
        rounds, kills, quiet = Rounds(place), 0, 0
        told = environment(fake=True, kill=f"new:{self._covered}", spare=str(rounds.spare), **self._told)
        while kills < KILLS_A_PLACE and quiet < 2:
            rounds.drop()
            killed = nursery.drain_until_killed(place, **told)
            kills, quiet = kills + killed, 0 if killed else quiet + 1
        assert not nursery.drain_until_killed(place, **environment(fake=True))
        seen = place.account(rounds.dropped, came_back=rounds.came_back, quarantined=rounds.quarantined)
        told = {row["correction"] for row in table(place.outbox / "corrections.csv") if row["correction"] != row["id"]}
        seen.same(rounds.said, told, "corrections that were said")  # a picture that is read again brings others along
        blamed = {row["file"] for row in place.rows() if row["reason"] == "crashed_reader"}
        seen.same(set(), {name for name in blamed if not name.startswith("crash")}, "pictures that crashed no reader")
        if seen.wrong:
            places = self._covered.read_text(encoding="utf-8").splitlines()
            log = (place.root / "log").read_text(encoding="utf-8", errors="replace")
            pytest.fail("\n".join([*seen.wrong, "after kills:", *places[len(places) - kills :], "log:", log]))
        return kills

    def _place(self, number: int) -> Place:
        place = Place(self._root / f"place{number}")
        if self._outbox is not None:
            place.outbox = self._outbox / str(number)
            place.state = place.outbox / ".state"
        place.configure(
            outbox=place.outbox,
            watch={"settle_seconds": 0.05, "rescan_seconds": 0.2},
            reading={"workers": 1, "batch_size": 6, "max_attempts": 2},
        )
        return place


def soak(root: Path, seed: int) -> Result:
    """Fifteen kills at random instants; two such runs make thirty."""
    place = Place(root)
    place.configure(watch={"settle_seconds": 0.5, "rescan_seconds": 0.3}, reading={"workers": 2, "batch_size": 16})
    return Soak(place, kills=15, pictures=700, seed=seed, fake=True, life=0.5).run()


@pytest.fixture(scope="module")
def far() -> Iterator[Path | None]:
    """A folder in memory; None where there is none, or temporary files lie there too."""
    if not os.access(SHARED_MEMORY, os.W_OK):
        yield None
        return
    with TemporaryDirectory(dir=SHARED_MEMORY, prefix="digit-watcher-test-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, far: Path | None) -> Iterator[dict[str, "Future"]]:
    """All that this file looks at, begun at once: it waits more than it computes."""
    root = tmp_path_factory.mktemp("kills")
    seed = int(os.environ.get("DIGIT_WATCHER_SEED", "1"))
    with ThreadPoolExecutor(3) as pool:
        yield {
            "group": pool.submit(Chain(root / "group", moments="before torn").run),
            "alone": pool.submit(Chain(root / "alone", moments="after", alone=True).run),
            "instants": pool.submit(soak, root / "one", seed),
            "more instants": pool.submit(soak, root / "two", seed + 1000),
            "far": pool.submit(Chain(root / "far", far, moments="before after", only="_copy").run),
        }


def not_met(steps: tuple[str, ...], moment: str, boundaries: list[str]) -> list[str]:
    """Which of the steps are not among the boundaries of that moment."""
    labels = [line.removeprefix(f"{moment} ") for line in boundaries if line.startswith(f"{moment} ")]
    return [step for step in steps if not any(re.match(step, label) for label in labels)]


def test_killed_with_its_readers_before_and_within_each_step(runs: dict[str, "Future[list[str]]"]) -> None:
    """Each start but the last ends in a kill of the whole group: nothing is lost, doubled, damaged or left over."""
    met = runs["group"].result()
    assert [] == not_met(WAY, "before", met)
    assert [] == not_met(tuple(f"os\\.write {step}" for step in TORN), "torn", met)


def test_the_main_process_alone_killed_after_each_step(runs: dict[str, "Future[list[str]]"]) -> None:
    """Its readers end by themselves, and the next daemon starts at once and mends all."""
    assert [] == not_met(WAY, "after", runs["alone"].result())


def test_killed_at_each_step_of_a_copy_to_another_filesystem(
    runs: dict[str, "Future[list[str]]"], far: Path | None, tmp_path: Path
) -> None:
    """Half a copy is made anew, a whole one is recognised, and no picture lies in both places."""
    if far is None or far.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system at /dev/shm")
    met = runs["far"].result()
    for moment in ("before", "after"):
        assert [] == not_met(COPIED, moment, met)


@pytest.mark.parametrize("which", ["instants", "more instants"])
def test_killed_at_random_instants_while_pictures_pour_in(runs: dict[str, "Future[Result]"], which: str) -> None:
    """New, replaced, slowly copied, renamed, broken, equal and oddly named files, and folders: each exactly once.

    Other instants with another number in the environment's DIGIT_WATCHER_SEED.
    """
    result = runs[which].result()
    assert 15 == result.kills.total()
    assert result.dropped >= 700
    assert [] == result.account.wrong
