"""Coverage-guided: `python -m tests.fuzz.coverage TARGET FOLDER [libFuzzer options]`. Needs atheris.

The Python code of watcher.recognition is instrumented; the C libraries behind it are not: for them see native.py.
FOLDER begins with the seeds and grows by what reached new code.
"""

import random
import sys
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["watcher.recognition"]):
    from tests.fuzz import properties
    from watcher.recognition.formats import sniff

from tests.fuzz.mutation import LONGEST, Mutator
from tests.fuzz.seeds import seeds


def targets() -> dict[str, Callable[[bytes], object]]:
    """Name → what is done with an input; an exception is a finding."""
    reader = properties.recogniser()
    return {
        "read": lambda data: properties.check_read(reader, data),
        "header": properties.check_header,
        "normalise": properties.check_normalise,
    }


def _mutate(data: bytes, most: int, seed: int) -> bytes:
    """libFuzzer's own changes and, as often, those that know the format."""
    if seed % 2:
        return bytes(atheris.Mutate(data, most))
    return _MUTATOR.broken(random.Random(seed), sniff(data[:64]) or "", data)[:most]


_MUTATOR = Mutator(0)


def main() -> None:
    """Fuzz one target."""
    target, folder, *options = sys.argv[1:]
    for name, data in seeds().items():
        Path(folder, name).write_bytes(data)
    # No limit on memory: instrumented code leaks some kilobytes a run of its own. native.py watches it.
    arguments = [sys.argv[0], folder, "-timeout=20", "-rss_limit_mb=0", f"-max_len={LONGEST}", *options]
    mutator = {} if target == "normalise" else {"custom_mutator": _mutate}
    atheris.Setup(arguments, targets()[target], **mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
