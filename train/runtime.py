"""TensorFlow, where it is installed, without what its C++ side tells everyone."""

import importlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from watcher.errors import SurroundingsError


@contextmanager
def quiet() -> Iterator[None]:
    """Within the block the process's stderr is kept back; it is written after all if the block fails.

    TensorFlow reports its CPU features twice at every import, before its logging can be set.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(kept, 2)
            file.seek(0)
            sys.stderr.write(file.read().decode(errors="replace"))
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)


def need_tensorflow() -> None:
    """Import TensorFlow without its chatter; raises SurroundingsError where it is not installed."""
    # 3: without a GPU, level 2 still calls its absence an error. Python's exceptions come through.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if importlib.util.find_spec("tensorflow") is None:
        raise SurroundingsError(
            "TensorFlow is not installed here",
            hint="install it with: pip install 'digit-watcher[train]' (Python 3.11 to 3.13)",
        )
    with quiet():
        importlib.import_module("tensorflow")
        importlib.import_module("tensorflow.lite.python.lite")
