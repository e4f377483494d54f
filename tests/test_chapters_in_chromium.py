"""The chapters as a real browser reads them; skipped where there is none."""

import shutil

import pytest
from conftest import ROOT

PAGE = """<!doctype html><video></video><script>
const track = document.createElement("track");
track.kind = "chapters"; track.src = URL.createObjectURL(new Blob([%r], {type: "text/vtt"}));
track.onload = () => document.title = [...track.track.cues].map(c => c.id + " " + c.startTime + " " + c.text).join("|");
track.onerror = () => document.title = "error";
document.querySelector("video").append(track); track.track.mode = "hidden";
</script>"""


@pytest.mark.slow
def test_a_browser_lists_the_demos_chapters(tmp_path):
    player = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    browser = shutil.which("chromium") or pytest.skip("chromium is not installed")
    chapters = (ROOT / "transcripts" / "demo.chapters.vtt").read_text(encoding="utf-8")
    page_file = tmp_path / "page.html"
    page_file.write_text(PAGE % chapters, encoding="utf-8")
    with player.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page()
        page.goto(page_file.as_uri())
        page.wait_for_function("document.title !== ''")
        listed = page.title().split("|")
        chromium.close()
    assert listed[0] == "introduction 0 Introduction"
    assert len(listed) == chapters.count("-->") and listed[-1].startswith("closing ")
