"""Draw the README's picture: the demo with its captions, as Chromium plays them.

usage: python -m benchmarks.picture OUT.png [SECONDS]      (needs the package playwright, and chromium or CHROMIUM=path)

The page is served on the loopback interface, plays nothing of its own over the captions, and asks for nothing else.
"""

from __future__ import annotations

import argparse
import functools
import os
import shutil
import sys
import tempfile
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZE = (960, 540)
# The film is fetched whole and played from memory: the little server knows no byte ranges, without which nobody can seek.
PAGE = """<!doctype html><meta charset="utf-8"><style>body{margin:0;background:#000}video{width:100vw;height:100vh}
::cue{font-family:sans-serif}</style><video muted></video><script>
const video = document.querySelector("video");
fetch("film.mp4").then(r => r.blob()).then(blob => {
  const track = document.createElement("track");
  Object.assign(track, {kind: "captions", srclang: "en", src: "film.vtt", default: true});
  video.append(track); track.track.mode = "showing";
  track.onload = () => { video.src = URL.createObjectURL(blob); video.currentTime = SECONDS };
  video.onseeked = () => document.title = [...track.track.activeCues].map(c => c.text).join(" ");
});
</script>"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


def shoot(browser: str, page_url: str, out: Path) -> None:
    """Open the page, wait until a caption shows, keep what is seen."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        chromium = player.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        page = chromium.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        page.goto(page_url)
        page.wait_for_function("document.title !== ''")
        page.wait_for_timeout(500)
        page.screenshot(path=out)
        chromium.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, help="the picture, a .png")
    parser.add_argument("seconds", nargs="?", type=float, default=38.0, help="the moment (default 38)")
    options = parser.parse_args()
    out = options.out.resolve()
    browser = os.environ.get("CHROMIUM") or shutil.which("chromium") or sys.exit("chromium is not installed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(ROOT / "media" / "demo.mp4", folder / "film.mp4")
        shutil.copy(ROOT / "transcripts" / "demo.en.vtt", folder / "film.vtt")
        (folder / "index.html").write_text(PAGE.replace("SECONDS", str(options.seconds)), encoding="utf-8")
        server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=name))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        shoot(browser, f"http://127.0.0.1:{server.server_port}/", out)
        server.shutdown()


if __name__ == "__main__":
    main()
