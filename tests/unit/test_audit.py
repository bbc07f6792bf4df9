"""requirements/audit.py: a known vulnerability fails; a database that is out of reach is said, not passed over."""

import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

spec = spec_from_file_location("audit", Path(__file__).parents[2] / "requirements" / "audit.py")
audit = module_from_spec(spec)
spec.loader.exec_module(audit)

FLAW = {"id": "PYSEC-2099-1", "fix_versions": ["1.1"], "aliases": [], "description": "…"}


@pytest.mark.parametrize(
    ("dependencies", "code", "last"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], 0, "1 of 1 locked dependencies looked up, 0 vulnerable"),
        ([{"name": "a", "version": "1", "vulns": [FLAW]}], 1, "1 of 1 locked dependencies looked up, 1 vulnerable"),
        ([{"name": "a", "skip_reason": "not found"}], 0, "not audited: the package index in use has no database"),
    ],
)
def test_what_was_found_decides(dependencies: list[dict[str, object]], code: int, last: str) -> None:
    """Vulnerable: exit code 1. Nothing looked up: said."""
    found, lines = audit.judged(json.dumps({"dependencies": dependencies, "fixes": []}), "")
    assert (code, True) == (found, lines[-1].startswith(last))


def test_a_flaw_is_named_with_its_cure() -> None:
    """Package, version, the flaw's number, and where it is mended."""
    dependencies = [{"name": "a", "version": "1.0", "vulns": [FLAW]}]
    _, lines = audit.judged(json.dumps({"dependencies": dependencies}), "")
    assert "a 1.0: PYSEC-2099-1, mended in 1.1" == lines[0]


def test_no_answer_is_said() -> None:
    """With the last line of what went wrong."""
    assert (0, ["not audited: no database of vulnerabilities can be reached (name not resolved)"]) == audit.judged(
        "", "Traceback\nname not resolved\n"
    )
