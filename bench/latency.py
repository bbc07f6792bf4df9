"""`python -m bench.latency`: start, one picture at a time into an idle daemon, memory, idle CPU."""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from bench.pictures import draw_pictures


@click.command()
@click.option("--pictures", default=100, show_default=True, help="Pictures for each gap between drops.")
@click.option("--idle", default=20.0, show_default=True, help="Seconds over which idle CPU is measured.")
def main(pictures: int, idle: float) -> None:
    """Time from process start to READY, and from close() of a picture to its row in results.csv."""
    with tempfile.TemporaryDirectory(prefix="digit-watcher-") as folder:
        root = Path(folder)
        draw_pictures(root / "drawn", pictures)
        (root / "inbox").mkdir()
        process, seconds = _start(root)
        try:
            click.echo(f"start to READY         {seconds:6.2f} s")
            for gap in (1.0, 0.3, 0.05, 0.002):
                delays = _drop(root, gap, min(pictures, round(30 / gap)))
                p50, p99 = statistics.median(delays), delays[min(len(delays) - 1, round(0.99 * len(delays)))]
                click.echo(f"drops {gap:5.3f} s apart    p50 {p50:5.1f}  p99 {p99:5.1f}  worst {delays[-1]:5.1f} ms")
            click.echo(f"memory of all (PSS)    {sum(map(_pss_kb, _family(process.pid))) / 1024:6.0f} MB")
            before = _ticks(process.pid)
            time.sleep(idle)
            share = (_ticks(process.pid) - before) / os.sysconf("SC_CLK_TCK") / idle
            click.echo(f"idle CPU               {share:6.2%}")
        finally:
            process.terminate()
            process.wait()


def _start(root: Path) -> tuple[subprocess.Popen[bytes], float]:
    address = str(root / "notify")
    command = [sys.executable, "-m", "watcher", "run", "--inbox", str(root / "inbox"), "--outbox", str(root / "out")]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(address)
        started = time.perf_counter()
        process = subprocess.Popen(
            command, env=os.environ | {"NOTIFY_SOCKET": address}, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        while b"READY=1" not in sock.recv(4096):
            pass
        return process, time.perf_counter() - started


def _drop(root: Path, gap: float, count: int) -> list[float]:
    """Write pictures one by one; gives the milliseconds until each one's row could be read, sorted."""
    results, delays = root / "out" / "results.csv", []
    for number, picture in enumerate(sorted((root / "drawn").iterdir())[:count]):
        data = picture.read_bytes()
        before = results.read_bytes().count(b"\n")
        with open(root / "inbox" / f"{gap}-{number}.png", "wb") as file:
            file.write(data)
        closed = time.perf_counter()
        while results.read_bytes().count(b"\n") == before:
            time.sleep(0.0005)
        delays.append(1000 * (time.perf_counter() - closed))
        time.sleep(gap)
    return sorted(delays)


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *map(int, children)]


def _pss_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _ticks(pid: int) -> int:
    stats = (Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in _family(pid))
    return sum(int(fields[11]) + int(fields[12]) for fields in stats)


if __name__ == "__main__":
    main()
