"""Draw the README's picture of the review page: the demo's first doubt with its evidence, as Chromium shows it.

usage: python -m benchmarks.review_picture OUT.png      (needs the package playwright, and chromium)

The demo and what is committed of its captions are copied and served from the copy, so that nothing is decided here.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support import browser
from tests.support.project import MEDIA, ROOT, new_project
from tests.support.review_pages import served

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIZE = {"width": 1280, "height": 860}
REVIEWER = "Ana Brandt"
# Within the first doubtful caption, where its speaker is named in the picture.
AT_S = 5.3


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path, help="the picture, a .png")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        project = new_project(Path(name) / "project", read_text=True)  # as the demo was captioned
        for path in MEDIA.glob("demo.*"):
            shutil.copy(path, project.media)
        shutil.copytree(
            ROOT / "transcripts", project.out, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.png")
        )
        with browser.opened() as page, served(project) as (address, _):
            page.set_viewport_size(SIZE)
            page.goto(address)
            shoot(page, options.out.resolve())


def shoot(page: Page, out: Path) -> None:
    """Open the demo, say a name, step to the first doubt, keep what is seen."""
    with page.expect_response("**/waveform"):  # made when a page first asks for it
        page.click(".card a")
        page.wait_for_selector("#list .cue")
    page.get_by_role("button", name="Say your name").click()
    page.fill("#ask-who", REVIEWER)
    page.keyboard.press("Enter")
    page.wait_for_timeout(500)
    page.keyboard.press("Alt+n")
    page.wait_for_timeout(500)
    page.evaluate(f"const v = document.querySelector('video'); v.pause(); v.currentTime = {AT_S}")
    page.wait_for_timeout(2000)
    page.screenshot(path=out)


if __name__ == "__main__":
    main()
