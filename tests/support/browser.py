"""Pages as a real browser shows them: the system's own Chromium, driven by Playwright; it reaches no other machine."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

OPTIONS = [
    "--no-sandbox",  # root, in a container
    "--disable-gpu",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--disable-background-networking",
]


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
            page.on("pageerror", lambda error: errors.append(str(error)))
            yield page
        finally:
            browser.close()
    assert not errors, errors
