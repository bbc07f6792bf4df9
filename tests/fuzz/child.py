"""A confined process that reads broken pictures one after the other: `python -m tests.fuzz.child SEED FIRST STEP`.

It says the number of each before it reads it, so that whoever listens knows over which it died.
"""

import os
import resource
import sys
import time

from tests.fuzz import properties
from tests.fuzz.mutation import Mutator
from watcher.recognition.decode import BYTES_PER_PIXEL

# What the decoders may take beside the picture: as much again as a small reader needs, no more.
SPARE_BYTES = 64 << 20
SLOW_SECONDS = 2.0


def main() -> None:
    """Read on until somebody ends it."""
    seed, number, step = map(int, sys.argv[1:])
    reader, mutator = properties.recogniser(), Mutator(seed)
    properties.check_read(reader, mutator.picture(0)[1])
    confine()
    while True:
        name, data = mutator.picture(number)
        say("try", number, name, peak_kb())
        try:
            seconds = -time.process_time()
            verdict = properties.check_read(reader, data)
            seconds += time.process_time()
        except Exception as error:  # noqa: BLE001  whatever it is, it is a finding
            say("finding", number, name, f"{type(error).__name__}: {error}")
        else:
            if seconds > SLOW_SECONDS:
                say("finding", number, name, f"two reads took {seconds:.1f} s")
            say("done", number, name, f"{verdict.status} {verdict.reason}")
        number += step


def confine() -> None:
    """The memory that a reader has for pictures of this size, no files, no core."""
    with open("/proc/self/statm", encoding="ascii") as file:
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    room = mapped + BYTES_PER_PIXEL * properties.LIMITS.max_pixels + SPARE_BYTES
    for which, most in ((resource.RLIMIT_AS, room), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(which, (most, most))


def peak_kb() -> int:
    """The most memory that this process has had at once."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))


def say(*words: object) -> None:
    """One line."""
    os.write(1, "\t".join(" ".join(str(word).split()) for word in words).encode(errors="replace") + b"\n")


if __name__ == "__main__":
    main()
