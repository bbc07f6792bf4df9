"""`python -m tests.fuzz`: all fuzzers for a while, and what they found. With FILES: these inputs again."""

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz import native, properties

TARGETS = ("header", "normalise", "read")
ROUND_SECONDS = 100  # then a fresh process goes on with the same corpus: instrumented ones grow


def main() -> int:
    """Gives the exit code: 1 where something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="inputs to try again, in place of fuzzing")
    parser.add_argument("--seconds", type=int, default=120, help="how long in all (120)")
    parser.add_argument("--seed", type=int, default=1, help="another one makes other inputs (1)")
    parser.add_argument("--findings", type=Path, default=Path("build/fuzz"), help="where inputs go that find something")
    chosen = parser.parse_args()
    if chosen.files:
        return replay(chosen.files)
    chosen.findings.mkdir(parents=True, exist_ok=True)
    share = max(1, chosen.seconds // (1 + len(TARGETS)))
    found = _mutated(chosen.seed, share, chosen.findings)
    if importlib.util.find_spec("atheris") is None:
        print("coverage-guided: left out, there is no atheris for this Python")
    else:
        for target in TARGETS:
            found += _guided(target, chosen.seed, share, chosen.findings)
    for path in found:
        print(f"found by {path}; again: python -m tests.fuzz {path}")
    return bool(found)


def _mutated(seed: int, seconds: int, folder: Path) -> list[Path]:
    harvest = native.mutate(seed, seconds)
    formats = sorted({kind for kind, _ in harvest.tried})
    sums = (f"{kind} {sum(n for (of, _), n in harvest.tried.items() if of == kind):,}" for kind in formats)
    print(f"mutated pictures, each read twice by a confined process: {harvest.tried.total():,} ({', '.join(sums)})")
    print(f"  findings: {len(harvest.findings)}; most memory: {harvest.peak_kb // 1024} MB")
    for number, what in harvest.findings.items():
        print(f"  {number}: {what}")
    return native.save(harvest, seed, folder)


def _guided(target: str, seed: int, seconds: int, folder: Path) -> list[Path]:
    before, runs = set(folder.iterdir()), 0
    with tempfile.TemporaryDirectory() as corpus:
        for begin in range(0, seconds, ROUND_SECONDS):
            options = [f"-seed={seed + begin}", f"-max_total_time={min(ROUND_SECONDS, seconds - begin)}"]
            command = [sys.executable, "-m", "tests.fuzz.coverage", target, corpus, *options]
            command.append(f"-artifact_prefix={folder}/{target}-")
            ran = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
            if (tried := re.search(r"Done (\d+) runs", ran.stderr)) is None:
                print(ran.stderr[-3000:], file=sys.stderr)
                break
            runs += int(tried[1])
        grown = len(list(Path(corpus).iterdir()))
    found = sorted(set(folder.iterdir()) - before)
    print(f"coverage-guided, {target}: {runs:,} inputs, corpus {grown}, findings: {len(found)}", flush=True)
    return found


def replay(files: list[Path]) -> int:
    """Try inputs again with every property; the first that does not hold ends it with its traceback."""
    reader = properties.recogniser()
    for path in files:
        data = path.read_bytes()
        properties.check_header(data)
        properties.check_normalise(data)
        verdict = properties.check_read(reader, data)
        print(f"{path}: {verdict.status} {verdict.reason or ''} {verdict.detail}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
