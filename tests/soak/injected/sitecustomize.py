"""What stands on PYTHONPATH of a daemon under test: only `python -m watcher` and its readers are touched."""

import os
import sys

if "watcher.reader" in sys.orig_argv:
    if os.environ.get("SOAK_FAKE"):
        import quick_reader

        quick_reader.install()
elif "watcher" in sys.orig_argv and "run" in sys.orig_argv and os.environ.get("SOAK_KILL"):
    import boundaries

    boundaries.install(os.environ)
