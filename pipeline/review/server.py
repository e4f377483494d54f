"""The server of the review page: on this machine's loopback alone, until Ctrl-C; and how the browser comes in.

The address with the token goes to the browser through a file that only its owner can read, because other users of a machine
see the arguments of every process.
"""

from __future__ import annotations

import contextlib
import socket
import tempfile
import webbrowser
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

import uvicorn

from pipeline.errors import UsageError
from pipeline.review.app import application
from pipeline.review.auditing import Auditor
from pipeline.review.copying import Copier
from pipeline.review.gate import ENTRANCE, Pass
from pipeline.review.library import Library, Place
from pipeline.review.remake import Remaker

HOST = "127.0.0.1"
# Tried first, so that bookmarks hold; any free port where something else listens there.
USUAL_PORT = 8765


def serve(place: Place, port: int | None, reviewer: str, opens: bool, say: Callable[[str], None]) -> None:
    """Serve a project's review page until Ctrl-C. Raises UsageError where the port is taken."""
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
        server = uvicorn.Server(_config(library, admitted, reviewer, copier))
        try:
            with _opened(address) if opens else contextlib.nullcontext():
                server.run(sockets=[listener])
        except KeyboardInterrupt:
            pass
        finally:
            remaker.stop()
            auditor.stop()
            copier.stop()


def _config(library: Library, admitted: Pass, reviewer: str, copier: Copier) -> uvicorn.Config:
    """How it is served: no log of what was asked for, no name of the server, and an end that waits for nobody."""
    return uvicorn.Config(
        application(library, admitted, reviewer, copier),
        access_log=False, log_config=None, log_level="critical", server_header=False, lifespan="off", ws="none",
        http="h11", timeout_graceful_shutdown=1, proxy_headers=False,
    )  # fmt: skip


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
def _opened(address: str) -> Iterator[None]:
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
        yield
