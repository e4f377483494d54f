"""The audit behind the page, in a process of its own: it holds dictionaries of hundreds of megabytes and is busy for seconds,
and the page answers meanwhile.

The process is started when an audit is first asked for, and ends with the server.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pipeline.audit import Report
from pipeline.audit.model import Document
from pipeline.commands.decide.findings import Findings
from pipeline.errors import OutputError, VignetteError
from pipeline.run.jobs import Job


@dataclass(frozen=True)
class Audited:
    """The captions of one revision, and what the audit says of them."""

    revision: str
    document: Document
    report: Report


class Auditor:
    """Audits recordings one after the other in another process, and remembers the last of each."""

    def __init__(self, target: Callable[[Connection], None] | None = None) -> None:
        self._target = target or _work
        self._lock = threading.Lock()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None
        self._last: dict[Path, Audited] = {}

    def of(self, job: Job, revision: str) -> Audited:
        """The audit of how a recording stands; of a later revision where somebody decides meanwhile.

        Raises what reading the recording raises, and OutputError where the process ended.
        """
        with self._lock:
            held = self._last.get(job.media)
            if held is None or held.revision != revision:
                held = self._last[job.media] = self._asked(job)
            return held

    def stop(self) -> None:
        """End the process."""
        process, self._process, self._pipe = self._process, None, None
        if process is not None:
            process.kill()
            process.join(1)

    def _asked(self, job: Job) -> Audited:
        try:
            pipe = self._started()
            pipe.send(job)
            answer = pipe.recv()
        except (EOFError, OSError):
            self.stop()
            raise OutputError(
                job.media, "could not be audited: the audit ended early", "look again"
            ) from None
        if isinstance(answer, Audited):
            return answer
        assert isinstance(answer, VignetteError)
        raise answer

    def _started(self) -> Connection:
        if self._pipe is None or self._process is None or not self._process.is_alive():
            context = multiprocessing.get_context("spawn")
            self._pipe, there = context.Pipe()
            self._process = context.Process(target=self._target, args=(there,), daemon=True, name="audit")
            self._process.start()
            there.close()
        return self._pipe


def _work(pipe: Connection) -> None:
    """Answer until nobody asks any more: the other end is closed when the server ends, however it does."""
    import contextlib
    import os
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's, which ends this
    with contextlib.suppress(OSError, AttributeError):
        os.nice(5)  # whoever corrects goes first
    looks: dict[Path, Any] = {}
    while True:
        try:
            job = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send(_answer(job, looks))


def _answer(job: Job, looks: dict[Path, Any]) -> Audited | VignetteError:
    from pipeline.review.remake import Remaker
    from pipeline.review.sitting import Sitting

    sitting = looks.get(job.media)
    if sitting is None or sitting.job != job:
        sitting = looks[job.media] = Sitting("", job, Remaker())
    try:
        look = sitting.look()
        found = Findings(sitting.desk("", look))
        return Audited(look.revision, found.document, found.report)
    except VignetteError as error:
        return error
