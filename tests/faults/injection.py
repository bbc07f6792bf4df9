"""Faults inside the reader process, brought in by environment: sitecustomize.py on PYTHONPATH."""

from pathlib import Path

CRASH, HANG, HOLD = "CRASH the reader", "HANG the reader", "HOLD the reader"
SEGV, EAT, SPIN, HALF = "SEGV in the reader", "EAT all memory", "SPIN the CPU", "say HALF a message"
TRY = "TRY what is forbidden"
KILL = "KILL the executor"

_SITECUSTOMIZE = f"""
import os, sys
if "watcher.reader" in sys.orig_argv and "GATE" in os.environ:
    import ctypes, signal, socket, time
    from watcher.recognition.recogniser import Recogniser, Sight, unreadable
    from watcher.recognition.verdict import Reason

    see_all = Recogniser.see_all
    secret = os.environ["GATE"] + ".secret"
    written = os.open(secret + ".open", os.O_WRONLY | os.O_CREAT)
    # Readers write no file: a process that comes before their limits does it for them.
    told, tell = os.pipe()

    def kill_executor():
        above = os.getppid()
        while b"CoarseGrainedExecutorBackend" not in open(f"/proc/{{above}}/cmdline", "rb").read():
            above = int(open(f"/proc/{{above}}/stat").read().rpartition(")")[2].split()[1])
        os.kill(above, signal.SIGKILL)

    if os.fork() == 0:
        os.close(0)
        os.close(tell)
        word = os.read(told, 1)
        if word == b"!":
            with open(os.environ["GATE"] + ".reached", "w") as reached:
                reached.write(str(os.getppid()))
        if word == b"x":
            kill_executor()
        os._exit(0)
    os.close(told)

    def tried():
        attempts = dict(
            read=lambda: open(secret), write=lambda: open(secret, "w"), make=lambda: os.mkdir(secret + "2"),
            remove=lambda: os.unlink(secret), list=lambda: os.listdir("/"), run=lambda: os.execv("/bin/true", ["true"]),
            connect=lambda: socket.socket().connect(("127.0.0.1", 9)), signal=lambda: os.kill(os.getppid(), 0),
            put=lambda: os.write(written, b"x"), files=lambda: [os.dup(0) for _ in range(64)],
        )
        for name, attempt in attempts.items():
            try:
                attempt()
                yield "allowed " + name
            except OSError as error:
                yield type(error).__name__ + " " + name

    def faulty(self, pictures):
        for data in pictures:
            yield from faulty_one(self, data)

    def faulty_one(self, data):
        if b"{CRASH}" in data:
            os._exit(7)
        if b"{HANG}" in data:
            time.sleep(600)
        if b"{HOLD}" in data:
            os.write(tell, b"!")
            while not os.path.exists(os.environ["GATE"]):
                time.sleep(0.005)
        if b"{KILL}" in data:
            os.write(tell, b"x")
            time.sleep(600)
        if b"{SEGV}" in data:
            ctypes.string_at(0)
        if b"{EAT}" in data:
            eaten = [bytearray(1 << 20) for _ in range(1 << 20)]
        if b"{SPIN}" in data:
            while True:
                pass
        if b"{HALF}" in data:
            os.write(0, b'[{{"id": "')
            time.sleep(600)
        if b"{TRY}" in data:
            yield Sight(unreadable(Reason.BLANK, ", ".join(tried()), "ab" * 32))
        else:
            yield from see_all(self, [data])

    Recogniser.see_all = faulty
"""


def faulty_readers(folder: Path) -> dict[str, str]:
    """Environment in which readers crash, hang, wait and more over pictures that carry the words in a comment.

    One that is held says so with `gate.reached` in the folder, its pid in it, and goes on when `gate` is there. KILL
    ends the executor of Spark that the reader belongs to: a process beside it does, as the reader may signal nobody.
    """
    modules = folder / "injected"
    modules.mkdir(exist_ok=True)
    inject_into(modules)
    return {"PYTHONPATH": str(modules), **gate(folder)}


def inject_into(modules: Path) -> None:
    """Put what does it into a folder that Python imports from; it does nothing but where there is a `gate`."""
    (modules / "sitecustomize.py").write_text(_SITECUSTOMIZE, encoding="utf-8")


def gate(folder: Path) -> dict[str, str]:
    """What readers need in their environment to be faulty."""
    return {"GATE": str(folder / "gate")}
