"""Look up the locked dependencies in the database of known vulnerabilities: make audit.

Exit code 1 where one is vulnerable. Where no database can be reached that is said, and nothing is claimed.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

# What the daemon needs, with the review page, and with a Spark cluster: what is in both is looked up once.
LOCKS = [Path(__file__).with_name(name) for name in ("web.txt", "spark.txt")]


def main() -> int:
    """Ask, print what was found; gives the exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--require-hashes", "--disable-pip", "--progress-spinner", "off",
         "--format", "json", *(word for lock in LOCKS for word in ("--requirement", lock))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    code, lines = judged(done.stdout, done.stderr)
    print("\n".join(lines))
    return code


def judged(found: str, said: str) -> tuple[int, list[str]]:
    """Exit code and lines for people, from pip-audit's JSON and its standard error."""
    try:
        dependencies: list[dict[str, Any]] = json.loads(found)["dependencies"]
    except (ValueError, KeyError):
        reason = (said.strip().splitlines() or ["no answer"])[-1]
        return 0, [f"not audited: no database of vulnerabilities can be reached ({reason})"]
    looked_up = [one for one in dependencies if "skip_reason" not in one]
    if not looked_up:
        return 0, ["not audited: the package index in use has no database of vulnerabilities"]
    bad = [one for one in looked_up if one["vulns"]]
    lines = [
        f"{one['name']} {one['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version yet'}"
        for one in bad
        for flaw in one["vulns"]
    ]
    lines.append(f"{len(looked_up)} of {len(dependencies)} locked dependencies looked up, {len(bad)} vulnerable")
    return (1 if bad else 0), lines


if __name__ == "__main__":
    sys.exit(main())
