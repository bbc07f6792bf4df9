"""Faults inside the reader process, brought in by environment: sitecustomize.py on PYTHONPATH."""

from pathlib import Path

CRASH, HANG, HOLD = "CRASH the reader", "HANG the reader", "HOLD the reader"

_SITECUSTOMIZE = f"""
import os, sys
if "watcher.reader" in sys.orig_argv:
    import time
    from watcher.recognition.recogniser import Recogniser

    see = Recogniser.see

    def faulty(self, data):
        if b"{CRASH}" in data:
            os._exit(7)
        if b"{HANG}" in data:
            time.sleep(600)
        if b"{HOLD}" in data:
            open(os.environ["GATE"] + ".reached", "w").close()
            while not os.path.exists(os.environ["GATE"]):
                time.sleep(0.005)
        return see(self, data)

    Recogniser.see = faulty
"""


def faulty_readers(folder: Path) -> dict[str, str]:
    """Environment in which readers crash, hang or wait over pictures that carry the words in a comment.

    One that is held says so with `gate.reached` in the folder, and goes on when `gate` is there.
    """
    modules = folder / "injected"
    modules.mkdir(exist_ok=True)
    (modules / "sitecustomize.py").write_text(_SITECUSTOMIZE, encoding="utf-8")
    return {"PYTHONPATH": str(modules), "GATE": str(folder / "gate")}
