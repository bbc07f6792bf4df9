"""Executors are given other code than was shipped."""

import zipfile

from tests.spark.clustered import Clustered


def test_nothing_is_read_by_it(warm: Clustered) -> None:
    """Changed on its way: executors know by its hash, and say so; it pauses, and a new session ships the right one."""
    warm.assert_read(warm.drop_some("before", 3))
    (archive,) = (warm.state / "spark").glob("digit_watcher_*.zip")
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr("watcher/more.py", "")
    warm.cluster.kill_executors()  # those that come fetch it anew
    names = warm.drop_some("behind", 3)
    assert "hash" in warm.wait_for_pause()
    warm.assert_read(names)
    warm.wait_for_end_of_pause()
