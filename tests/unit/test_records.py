"""watcher.records: identities that the ledger can keep, whatever a file system gives."""

import pytest

from watcher.records import Identity, signed64


@pytest.mark.parametrize("number", [0, -1, 5, 2**63 - 1, 2**63, 2**64 - 1, -(2**63), 10_413_792_000 * 10**9])
def test_every_number_fits_into_sqlite(number: int) -> None:
    """Signed, 64 bits; what fits is as it was."""
    assert -(2**63) <= signed64(number) < 2**63
    assert signed64(number) == number or not -(2**63) <= number < 2**63


def test_identities_that_differ_differ_there_too() -> None:
    """Large inodes and late times are no reason to take two files for one."""
    identities = {Identity(1, ino, 3, ns) for ino in (5, 2**63 + 5, 2**64 - 1) for ns in (4, 2**63 + 4)}
    assert 6 == len(identities)
    assert Identity(1, 2**63 + 5, 3, 4).same_file(Identity(1, Identity(1, 2**63 + 5, 0, 0).ino, 9, 9))
