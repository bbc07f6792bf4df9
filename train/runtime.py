"""TensorFlow, where it is installed, without what its C++ side tells everyone."""

import importlib
import importlib.util
import os

from watcher.errors import SurroundingsError
from watcher.recognition.quiet import quiet


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
