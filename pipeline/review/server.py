"""The server of the review page: on this machine's loopback alone, until Ctrl-C; and how the browser comes in.

The address with the token goes to the browser through a file that only its owner can read, because other users of a machine
see the arguments of every process.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from html import escape
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from pipeline.errors import UsageError
from pipeline.review.app import application
from pipeline.review.auditing import Auditor
from pipeline.review.copying import Copier
from pipeline.review.gate import ENTRANCE, Pass
from pipeline.review.library import Library, Place
from pipeline.review.remake import Remaker

HOST = "127.0.0.1"
# So long a thread that computes keeps the others waiting, in seconds; a tenth of Python's: pieces of a recording and decisions
# are answered while captions are looked at.
SWITCH_S = 0.0005
# So long after Ctrl-C the process is gone at the latest, in seconds.
END_S = 1.5
# So long the head of a request may take to arrive, in seconds.
HEAD_S = 20
# Tried first, so that bookmarks hold; any free port where something else listens there.
USUAL_PORT = 8765


def serve(place: Place, port: int | None, reviewer: str, opens: bool, say: Callable[[str], None]) -> None:
    """Serve a project's review page until Ctrl-C. Raises UsageError where the port is taken."""
    _raise_limit()
    sys.setswitchinterval(SWITCH_S)
    remaker, auditor, copier = Remaker(), Auditor(), Copier()
    library = Library(place, remaker, auditor)
    library.scan()
    with contextlib.closing(_listening(port)) as listener:
        admitted = Pass(listener.getsockname()[1])
        address = f"http://{HOST}:{admitted.port}{ENTRANCE}?token={admitted.token}"
        say(f"The review page: {address}")
        say(
            "It can be opened once, in one browser; Ctrl-C ends it. Every correction is kept the moment it is made."
        )
        stops = (auditor.stop, remaker.stop, copier.stop)
        try:
            with _opened(address) if opens else contextlib.nullcontext() as page:
                Ending(_config(library, admitted, reviewer, copier), stops, page).run(sockets=[listener])
        except KeyboardInterrupt:
            pass
        finally:
            for stop in stops:
                stop()


class Ending(uvicorn.Server):
    """A server that ends soon after Ctrl-C, whatever is being computed: decisions are on the disk before they are answered, and
    all else is made anew."""

    def __init__(
        self, config: uvicorn.Config, stops: Sequence[Callable[[], None]], page: Path | None = None
    ) -> None:
        super().__init__(config)
        self.stops, self.page = stops, page

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            threading.Thread(target=self._end, name="end", daemon=True).start()
        super().handle_exit(sig, frame)

    def _end(self) -> None:
        for stop in self.stops:
            threading.Thread(target=stop, daemon=True).start()
        time.sleep(END_S)
        if self.page is not None:
            shutil.rmtree(self.page.parent, ignore_errors=True)
        os._exit(0)


def _raise_limit() -> None:
    """As many open connections and files as this process may have: usual limits are used up by a thousand."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _config(library: Library, admitted: Pass, reviewer: str, copier: Copier) -> uvicorn.Config:
    """How it is served: no log of what was asked for, no name of the server, and an end that waits for nobody."""
    return uvicorn.Config(
        application(library, admitted, reviewer, copier),
        access_log=False, log_config=None, log_level="critical", server_header=False, lifespan="off", ws="none",
        http=Hasty, timeout_graceful_shutdown=1, proxy_headers=False,
    )  # fmt: skip


class Hasty(H11Protocol):
    """HTTP whose connections are closed when no whole head of a request comes, so that nobody can hold all of them; the idle
    ones behind an answer are the library's."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._timer = self.loop.call_later(HEAD_S, self._late)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def _late(self) -> None:
        if self.cycle is None:
            self.transport.close()


def _listening(port: int | None) -> socket.socket:
    """A socket on the loopback: at this port, or at the usual one, or wherever one is free."""
    for wanted in (USUAL_PORT, 0) if port is None else (port,):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, wanted))
            listener.listen()  # before anybody is told the address
        except OSError:
            listener.close()
            continue
        return listener
    raise UsageError(f"port {port} is taken", "choose another with --port, or leave it out")


@contextlib.contextmanager
def _opened(address: str) -> Iterator[Path]:
    """The browser opened at this address, through a file of mode 600 that leads there and is gone in the end."""
    with tempfile.TemporaryDirectory(prefix="vignette-review-") as folder:
        page = Path(folder) / "open.html"
        page.touch(mode=0o600)
        page.write_text(
            f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url={escape(address)}">'
            f'<title>Vignette</title><a href="{escape(address)}">The review page</a>',
            encoding="utf-8",
        )
        with contextlib.suppress(webbrowser.Error, OSError):
            webbrowser.open(page.as_uri())
        yield page
