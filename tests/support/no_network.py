"""Whoever reaches for the network fails at once: in the process of the tests, and in every Python that they start.

Tests may speak with themselves (127.0.0.1); commands of Vignette's may speak with nobody. A copy of this file is the
`sitecustomize` of the processes that tests start, so it stands by itself.
"""

import sys
from typing import Any

tests_own = False  # True while what runs is a test and not a command

_ADDRESSED = ("socket.connect", "socket.sendto", "socket.sendmsg")
_LOOKED_UP = ("socket.getaddrinfo", "socket.gethostbyname")


def _forbid(event: str, args: tuple[Any, ...]) -> None:
    if event in _ADDRESSED:
        address = args[1]
        host = address[0] if isinstance(address, tuple) else None  # a path: a socket of this machine's
    elif event in _LOOKED_UP:
        host = args[0]
    else:
        return
    if host is not None and not (tests_own and host in ("127.0.0.1", "::1")):
        raise RuntimeError("a connection to the network was tried")


sys.addaudithook(_forbid)
