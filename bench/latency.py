"""`python -m bench.latency`: from a picture's close or rename to its row in results.csv; start, memory, idle CPU."""

import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import click
from tqdm import tqdm

from bench.daemon import memory, processor_seconds, running
from bench.pictures import draw_pictures
from bench.results import Figure, Results

GAPS = (0.002, 0.05, 0.3, 1.0)  # seconds between two drops
STEADY = 500  # pictures a second
_POLL = 0.0005  # seconds between two looks at results.csv
_PATIENCE = 60.0  # seconds without a new row until a run is given up
_MS = 1000


@click.command()
@click.option(
    "--pictures", default=100, show_default=True, help="Pictures for each gap between drops; for 1 s a fifth."
)
@click.option("--idle", default=60.0, show_default=True, help="Seconds over which idle CPU is measured.")
@click.option("--ignored", default=100_000, show_default=True, help="Ignored files in the inbox, for idle CPU.")
@click.option("--out", type=click.Path(path_type=Path), help="Also as JSON, for `python -m bench.compare`.")
def main(pictures: int, idle: float, ignored: int, out: Path | None) -> None:
    """Measure one daemon as it starts, waits and is given pictures one by one."""
    results = Results(f"python -m bench.latency --pictures {pictures}")
    click.echo(results.heading() + "\n")
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        root = Path(folder)
        draw_pictures(root / "drawn", max(pictures, STEADY))
        drawn = [path.read_bytes() for path in sorted((root / "drawn").iterdir())]
        with running(root) as (process, seconds):
            results.figures.append(Figure("start to READY", "s", (seconds,)))
            results.figures.append(Figure("memory, idle", "MiB", (memory(process.pid),)))
            for how, put in (("closed", _write), ("renamed", _write_beside)):
                for gap in GAPS:
                    count = pictures if gap < 1 else max(1, pictures // 5)
                    name = f"{how}, {gap * _MS:.0f} ms apart"
                    results.figures.append(Figure(name, "ms", tuple(_drop(root, drawn, name, count, gap, put))))
            name = f"{STEADY} a second, for 4 s"
            results.figures.append(Figure(name, "ms", tuple(_drop(root, drawn, name, 4 * STEADY, 1 / STEADY, _write))))
            results.figures.append(Figure("memory, afterwards", "MiB", (memory(process.pid),)))
            results.figures.append(Figure("idle CPU", "%", (_idle(process.pid, idle),)))
            for number in range(ignored):
                (root / "inbox" / f"{number}.part").touch()
            time.sleep(10)  # they have been seen
            results.figures.append(Figure(f"idle CPU, {ignored:,} ignored files", "%", (_idle(process.pid, idle),)))
    for figure in results.figures:
        click.echo(_line(figure))
    if out is not None:
        results.save(out)


def _line(figure: Figure) -> str:
    if len(figure.values) == 1:
        return f"{figure.name:<34}{figure.median:>10.2f} {figure.unit}"
    p50, p99, worst = (figure.quantile(share) for share in (0.5, 0.99, 1.0))
    return f"{figure.name:<34}p50 {p50:6.1f}  p99 {p99:6.1f}  worst {worst:6.1f} {figure.unit}  of {len(figure.values)}"


def _drop(
    root: Path, drawn: list[bytes], kind: str, count: int, gap: float, put: Callable[[Path, str, bytes], None]
) -> list[float]:
    """Milliseconds from each drop to its row. Drops keep their pace, whether or not earlier ones have their rows."""
    results, prefix = root / "outbox" / "results.csv", kind.replace(" ", "-").replace(",", "")
    begin = results.stat().st_size if results.exists() else 0
    names = [f"{prefix}-{number}.png" for number in range(count)]
    dropped: dict[str, float] = {}

    def dropping() -> None:
        started = time.perf_counter()
        for number, name in enumerate(names):
            time.sleep(max(0.0, started + number * gap - time.perf_counter()))
            put(root / "inbox", name, drawn[number % len(drawn)])
            dropped[name] = time.perf_counter()

    thread = threading.Thread(target=dropping)
    thread.start()
    seen = _rows(results, begin, count, kind)
    thread.join()
    return [_MS * (seen[name] - dropped[name]) for name in names]


def _rows(results: Path, begin: int, count: int, kind: str) -> dict[str, float]:
    """When the row of each file was there to be read, by the file's name."""
    seen: dict[str, float] = {}
    rest, last = b"", time.perf_counter()
    with open(results, "rb") as file, tqdm(total=count, desc=kind, leave=False, disable=None) as bar:
        file.seek(begin)
        while len(seen) < count:
            *lines, rest = (rest + file.read()).split(b"\n")
            now = time.perf_counter()
            for line in lines:
                name = next((cell for cell in line.split(b",") if cell.endswith(b".png")), b"")
                seen.setdefault(os.path.basename(name).decode(), now)
            bar.update(len(lines))
            last = now if lines else last
            if now - last > _PATIENCE:
                raise RuntimeError(f"{kind}: {len(seen)} rows of {count}, and none for {_PATIENCE:.0f} s")
            time.sleep(_POLL)
    return seen


def _write(inbox: Path, name: str, data: bytes) -> None:
    (inbox / name).write_bytes(data)


def _write_beside(inbox: Path, name: str, data: bytes) -> None:
    """Written elsewhere on the same disk, then renamed into place, as careful programs do."""
    beside = inbox.parent / name
    beside.write_bytes(data)
    beside.rename(inbox / name)


def _idle(pid: int, seconds: float) -> float:
    before = processor_seconds(pid)
    time.sleep(seconds)
    return 100 * (processor_seconds(pid) - before) / seconds


if __name__ == "__main__":
    main()
