"""Pages as a real browser shows them: the system's own Chromium, driven by Playwright; it reaches no other machine.

`VIGNETTE_SLOW_PAGE=6 VIGNETTE_SLOW_ANSWERS=100-800 make test-browser` shows them as a slow laptop does: the page computes six
times slower, and each answer of the server comes 100 to 800 ms late, by chance, so that answers overtake one another.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

OPTIONS = [
    "--no-sandbox",  # root, in a container
    "--disable-gpu",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--disable-background-networking",
]


# So long a page may take to come to what a test waits for, in seconds: nothing that is right is slower on a busy machine.
PATIENCE_S = 120


def until(page: Page, holds: str | Callable[[], Any]) -> None:
    """Wait for what an expression of the page, or a function, says; a page's policy forbids the library's way, eval."""
    end = time.monotonic() + PATIENCE_S
    while not (page.evaluate(holds) if isinstance(holds, str) else holds()):
        problem = page.query_selector("#alert")
        assert time.monotonic() < end, (holds, problem.inner_text() if problem else "")
        page.wait_for_timeout(50)


# The findings of axe-core that no page may have.
GRAVE = ("serious", "critical")


def grave(page: Page) -> list[tuple[str, str]]:
    """What axe-core calls serious or critical on the page, as rule and element."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page).response["violations"]
    return [(v["id"], node["html"][:120]) for v in found if v["impact"] in GRAVE for node in v["nodes"]]


def slowed(page: Page) -> None:
    """The page's processor is so many times slower as VIGNETTE_SLOW_PAGE says: a test that reads too early fails here."""
    rate = os.environ.get("VIGNETTE_SLOW_PAGE")
    if rate:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": float(rate)})


@contextlib.contextmanager
def opened() -> Iterator[Page]:
    """An empty page; the test is skipped where there is no browser. Errors of the page's scripts fail the test."""
    chromium = shutil.which("chromium") if importlib.util.find_spec("playwright") else None
    if chromium is None:
        pytest.skip("chromium is not installed")
    from playwright.sync_api import sync_playwright

    errors: list[str] = []
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=OPTIONS)
        try:
            page = browser.new_page()
            page.set_default_timeout(1000 * PATIENCE_S)
            page.on("pageerror", lambda error: errors.append(str(error)))
            slowed(page)
            yield page
        finally:
            browser.close()
    assert not errors, errors
