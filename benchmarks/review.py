"""How fast the review page is on a long recording: in Chromium, on a project that was captioned, of which a copy is made.

usage: python -m benchmarks.review FOLDER [--edits N] [--record]      (FOLDER holds media/ and transcripts/)

Prints, as median and as the value that 95 in 100 do not exceed: when the first caption stands on the page, how long after the key
an edit is shown and is on the disk, how long the step to the next thing takes; the same for edits while 50 pieces of the
recording are asked for a second; and the server's memory. Every edit is another caption's words, two seconds after the last.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a script, from anywhere

from benchmarks import results

CHROMIUM = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
RANGES_PER_S = 50
RANGE_BYTES = 65_536
# Between edits, in seconds: faster than anybody corrects.
PAUSE_S = 2.0

# What the page is asked to note: when the first caption stands there, and when something changes behind a key.
_WATCH = """
window.seen = {};
new MutationObserver(() => {
  if (!seen.first && document.querySelector('#list .cue')) seen.first = performance.now();
  if (seen.wanted && seen.key && !seen.shown && seen.wanted()) seen.shown = performance.now() - seen.key;
}).observe(document, {childList: true, subtree: true, characterData: true});
addEventListener('keydown', (e) => {
  if (!['Control', 'Alt'].includes(e.key)) { seen.key = performance.now(); seen.shown = 0; }
}, true);
"""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The server on a project's folder: the address that it printed, and its process."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "pipeline", "review", "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, "the server did not start"
        yield found.group(), process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)


def rss_mb(pid: int) -> float:
    """Resident memory of one process, in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


class Ranges:
    """Asks for pieces of the recording, so many a second, from some threads, until it is left; notes how long each took."""

    def __init__(self, home: str, cookie: str, video: str, size: int) -> None:
        self.host, self.cookie, self.path, self.size = (
            home.removeprefix("http://"),
            cookie,
            f"/media/{video}",
            size,
        )
        self.took_ms: list[float] = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(5)]

    def __enter__(self) -> Ranges:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, number: int) -> None:
        connection = http.client.HTTPConnection(self.host, timeout=30)
        at = number * RANGE_BYTES
        while not self._over.wait(len(self._threads) / RANGES_PER_S):
            begun = time.perf_counter()
            headers = {"Cookie": self.cookie, "Range": f"bytes={at}-{at + RANGE_BYTES - 1}"}
            connection.request("GET", self.path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 206, answer.status
            self.took_ms.append(1000 * (time.perf_counter() - begun))
            at = (at + 7 * RANGE_BYTES) % max(1, self.size - RANGE_BYTES)
        connection.close()


class Reviewer:
    """Somebody at the page of one recording, with the keyboard."""

    def __init__(self, page: Any, journal: Path) -> None:
        self.page, self.journal = page, journal

    def waited(self, said: str, most_s: float = 60) -> Any:
        """What the page says, as soon as that is something."""
        end = time.monotonic() + most_s
        while not (found := self.page.evaluate(said)):
            assert time.monotonic() < end, said
            time.sleep(0.01)
        return found

    def first_paint_ms(self, home: str, video: str) -> float:
        """When the first caption stood on the page."""
        self.page.goto(f"{home}/video/{video}")
        return float(self.waited("seen.first"))

    def edit(self, number: int) -> tuple[float, float]:
        """One caption's words changed: after how many milliseconds it was shown, and was on the disk."""
        self.page.focus(f".cue[data-n='{number}'] .time")
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("End")
        self.page.keyboard.type(f" edit{number}")
        self.page.evaluate(
            "() => { seen.wanted = () => [...document.querySelectorAll('.cue .text')]"
            f".some((text) => /\\bedit{number}\\b/.test(text.textContent)); }}"
        )
        size = self.journal.stat().st_size if self.journal.exists() else 0
        kept: list[float] = []
        watcher = threading.Thread(target=self._on_disk, args=(size, kept))
        begun = time.perf_counter()
        watcher.start()
        self.page.keyboard.press("Control+Enter")
        shown = self.waited("seen.shown")
        watcher.join()
        self.waited("!document.querySelector('#editor')")
        return float(shown), 1000 * (kept[0] - begun)

    def _on_disk(self, size: int, kept: list[float]) -> None:
        end = time.perf_counter() + 60
        while not (self.journal.exists() and self.journal.stat().st_size > size):
            assert time.perf_counter() < end
            time.sleep(0.001)
        kept.append(time.perf_counter())

    def next_ms(self) -> float:
        """How long the step to the next thing that needs a person takes until its evidence stands there."""
        self.page.evaluate(
            "() => { const was = document.querySelector('#status').textContent;"
            " seen.wanted = () => document.querySelector('#status').textContent !== was; }"
        )
        self.page.keyboard.press("Alt+n")
        return float(self.waited("seen.shown"))


def p95(values: Sequence[float]) -> float:
    """The value that 95 in 100 do not exceed."""
    return sorted(values)[max(0, -(-95 * len(values) // 100) - 1)]


def measure(project: Path, edits: int) -> dict[str, float]:
    """All figures of one project. Its folder is only read."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as held:
        copy = Path(folder) / "project"
        shutil.copytree(project, copy)
        for journal in (copy / "media").glob("*.edits.jsonl"):
            journal.unlink()
        address, process = held.enter_context(served(copy))
        home = address.split("/enter")[0]
        player = held.enter_context(sync_playwright())
        browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        held.callback(browser.close)
        page = browser.new_page()
        page.add_init_script(_WATCH)
        page.goto(address)
        page.wait_for_selector(".card a")
        page.evaluate("localStorage.setItem('vignette.who', JSON.stringify('Ana'))")
        video = page.get_attribute(".card a", "href").rsplit("/", 1)[1]
        media = next(p for p in (copy / "media").iterdir() if p.suffix in results.FILMS)
        reviewer = Reviewer(page, media.with_suffix(".edits.jsonl"))
        paint = min(reviewer.first_paint_ms(home, video) for _ in range(3))
        cues = page.evaluate("document.querySelectorAll('#list .cue').length")
        # Not a number until the head of the recording is read, which may be after the captions are there.
        minutes = reviewer.waited("document.querySelector('video').duration || 0") / 60
        steps = [reviewer.next_ms() for _ in range(min(edits, 20))]
        places = [3 + n * max(1, (cues - 10) // (2 * edits)) for n in range(2 * edits)]
        quiet = _edits(reviewer, places[::2])
        cookies = "; ".join(f"{c['name']}={c['value']}" for c in page.context.cookies())
        begun = time.monotonic()
        with Ranges(home, cookies, video, media.stat().st_size) as ranges:
            busy = _edits(reviewer, places[1::2])
        rate = len(ranges.took_ms) / (time.monotonic() - begun)
        memory = rss_mb(process.pid)
    return {
        "minutes": minutes, "captions": cues, "first_paint_s": paint / 1000,
        "next_ms_median": statistics.median(steps), "next_ms_p95": p95(steps), "server_mb": memory,
        **_figures("", quiet), **_figures("busy_", busy), "ranges_per_s": rate, "range_ms_p95": p95(ranges.took_ms),
    }  # fmt: skip


def _edits(reviewer: Reviewer, places: Sequence[int]) -> list[tuple[float, float]]:
    found = []
    for place in places:
        found.append(reviewer.edit(place))
        time.sleep(PAUSE_S)
    return found


def _figures(prefix: str, found: Sequence[tuple[float, float]]) -> dict[str, float]:
    shown, kept = [s for s, _ in found], [k for _, k in found]
    return {
        f"{prefix}shown_ms_median": statistics.median(shown), f"{prefix}shown_ms_p95": p95(shown),
        f"{prefix}disk_ms_median": statistics.median(kept), f"{prefix}disk_ms_p95": p95(kept),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("project", type=Path, help="a folder with media/ and transcripts/, captioned")
    parser.add_argument(
        "--edits", type=int, default=20, help="edits without and with ranges asked for (default: 20)"
    )
    results.offer(parser)
    options = parser.parse_args()
    figures = measure(options.project, options.edits)
    for name, value in figures.items():
        print(f"{name:>18} {value:10.1f}")
    if options.record:
        results.record("review", figures)


if __name__ == "__main__":
    main()
