"""Which sockets processes listen on, out of /proc: `ss` is not on every machine."""

import ipaddress
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_LISTENING = "0A"
_OF_A_SOCKET = re.compile(r"socket:\[(\d+)\]")


def listening(pids: Iterable[int]) -> set[tuple[str, int]]:
    """Address and port of each TCP socket on which one of these listens. An IPv4 address is told as such."""
    inodes = {inode for pid in pids for inode in _sockets_of(pid)}
    return {place for table in ("tcp", "tcp6") for inode, place in _listening_in(table) if inode in inodes}


def beyond_loopback(places: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Those that another machine could reach."""
    return sorted(place for place in places if not ipaddress.ip_address(place[0]).is_loopback)


def _sockets_of(pid: int) -> Iterator[str]:
    with suppress(FileNotFoundError):  # it has ended
        for entry in os.scandir(f"/proc/{pid}/fd"):
            with suppress(FileNotFoundError):
                if found := _OF_A_SOCKET.fullmatch(os.readlink(entry.path)):
                    yield found[1]


def _listening_in(table: str) -> Iterator[tuple[str, tuple[str, int]]]:
    path = Path(f"/proc/net/{table}")
    for line in path.read_text(encoding="ascii").splitlines()[1:] if path.exists() else []:
        fields = line.split()
        if fields[3] == _LISTENING:
            address, _, port = fields[1].partition(":")
            yield fields[9], (_plain(address), int(port, 16))


def _plain(address: str) -> str:
    # Words of four bytes, each as the processor has it: x86-64 and aarch64 begin with the lowest.
    words = [bytes.fromhex(address[at : at + 8])[::-1] for at in range(0, len(address), 8)]
    found = ipaddress.ip_address(b"".join(words))
    return str(getattr(found, "ipv4_mapped", None) or found)
