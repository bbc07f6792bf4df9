"""The process kills itself at every call by which retention or rotation changes something: the next start ends it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.kills.test_crash_at_every_step import Chain, not_met

pytestmark = pytest.mark.timeout(300)
STEPS = (
    r"sqlite COMMIT @ aging\.begin_expiry", r"os\.unlink @ disposal\._delete", r"os\.rmdir @ disposal\._tidy",
    r"os\.unlink \.reason\.txt @ disposal\._delete_reason", r"os\.fsync @ disposal\._tidy",
    r"sqlite COMMIT @ aging\.end_expiry < retention\._dispose < retention\._expire",
    r"sqlite COMMIT @ ledger\.begin_rotation", r"renameat2 results\.csv|renameat2 @ .*sheet_file\.set_aside",
    r"os\.fsync @ durable\.sync_folders < results\._set_aside", r"sqlite COMMIT @ ledger\.end_rotation",
    r"os\.write results\.csv @ .*sheet_file\.open", r"os\.fsync results\.csv @ sheet_file\.open",
)  # fmt: skip
FINISHED = (r"sqlite COMMIT @ aging\.end_expiry < retention\._dispose < retention\.finish",)
ONLY = "retention. rotation results._set_aside sheet_file.open sheet_file.set_aside"


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Which calls were met, by moment."""
    root = tmp_path_factory.mktemp("tidy")
    chains = {moment: Chain(root / moment, moments=moment, only=ONLY, tidy=True) for moment in ("before", "after")}
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(chains, pool.map(Chain.run, chains.values()), strict=True))


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_each_step_of_what_is_deleted_and_set_aside(met: dict[str, list[str]], moment: str) -> None:
    """Each picture is one record and one row; its copy is there, or it is expired, reason and all."""
    assert [] == not_met(STEPS, moment, met[moment])


def test_killed_while_it_ends_what_was_begun(met: dict[str, list[str]]) -> None:
    """The start after that ends it."""
    assert [] == not_met(FINISHED, "before", met["before"])
