"""The review page under test: a project that was captioned, its application to ask, and its server in a process of its own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.review.app import application
from pipeline.review.gate import Pass
from pipeline.review.library import Library, Place
from pipeline.review.remake import Remaker
from tests.support import slow_answers
from tests.support.project import Project, environment

PORT = 8799
HOST = f"127.0.0.1:{PORT}"

# The panels of the page of one recording.
PANELS = ("doubts", "parts", "concepts", "people", "signing")


@contextlib.contextmanager
def video_page(project: Project, page: Any) -> Iterator[None]:
    """In a browser: the page of the project's recording, by somebody who has said their name."""
    with served(project) as (address, _):
        page.set_viewport_size({"width": 1280, "height": 860})
        page.goto(address)
        page.wait_for_selector(".card progress")
        page.evaluate("localStorage.setItem('vignette.who', JSON.stringify('Ana'))")
        page.click(".card a")
        page.wait_for_selector("#list .cue")
        yield


class Desk:
    """An application with a browser's cookie, asked without a network; runs behind it are noted and not done."""

    def __init__(self, project: Project) -> None:
        from starlette.testclient import TestClient

        self.project = project
        self.admitted = Pass(PORT)
        self.remaker = Remaker(wait_s=3600)
        place = Place(project.media, project.out, project.folder / "vignette.toml")
        self.library = Library(place, self.remaker)
        app = application(self.library, self.admitted, "Ana")
        self.client = TestClient(app, base_url=f"http://{HOST}", raise_server_exceptions=False)
        self.client.cookies.set(self.admitted.cookie_name, self.admitted.cookie)
        self.id = self.library.scan()[0].id

    def sheet(self, who: str = "Ana") -> Any:
        answer = self.client.get(f"/api/videos/{self.id}", params={"who": who})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def act(self, kind: str, who: str = "Ana", revision: str | None = None, **values: Any) -> Any:
        sent = {"who": who, "kind": kind, "revision": revision or self.sheet()["revision"], **values}
        return self.client.post(f"/api/videos/{self.id}/act", json=sent)

    def did(self, kind: str, who: str = "Ana", **values: Any) -> Any:
        """Do it, and the recording as it stands then."""
        answer = self.act(kind, who, **values)
        assert answer.status_code == 200, answer.text
        return self.sheet(who)

    def cue(self, words: str, who: str = "Ana") -> Any:
        """The caption with these words."""
        return next(c for c in self.sheet(who)["cues"] if words in c["text"])

    @property
    def journal(self) -> Path:
        return next(self.project.media.glob("*.mp4")).with_suffix(".edits.jsonl")


def drawn(panel: str) -> str:
    """What a page says when something stands in a panel, and not only that it is looked for."""
    shown = f"document.getElementById('{panel}')"
    return f"{shown}.children.length > 0 && !{shown}.textContent.includes('being looked for')"


def place_of(cue: Any) -> dict[str, int]:
    return {"first": cue["first"], "last": cue["last"]}


@contextlib.contextmanager
def served(project: Project, *args: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The server in a process of its own; gives the address that it printed."""
    env = {**environment(project.folder), "PYTHONUNBUFFERED": "1"}
    # Whoever serves has to be spoken to; nothing else that a command may do is let through.
    env["PYTHONPATH"] = os.pathsep.join([*env["PYTHONPATH"].split(os.pathsep), *filter(None, sys.path)])
    slow = os.environ.get(slow_answers.ASKED_BY)
    if slow:
        env[slow_answers.ASKED_BY] = slow
    served_by = slow_answers.__name__ if slow else "pipeline"
    process = subprocess.Popen(
        [sys.executable, "-m", served_by, "review", "--no-browser", "--port", "0"], cwd=project.folder, env=env,
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/enter\?token=\S+", line)
        assert found, line
        yield found.group(), process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
