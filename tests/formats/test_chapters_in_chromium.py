"""The chapters as a real browser reads them; skipped where there is none."""

import pytest

from tests.support.project import ROOT

PAGE = """<!doctype html><video></video><script>
const track = document.createElement("track");
track.kind = "chapters"; track.src = URL.createObjectURL(new Blob([%r], {type: "text/vtt"}));
track.onload = () => document.title = [...track.track.cues].map(c => c.id + " " + c.startTime + " " + c.text).join("|");
track.onerror = () => document.title = "error";
document.querySelector("video").append(track); track.track.mode = "hidden";
</script>"""


@pytest.mark.browser
def test_a_browser_lists_the_demos_chapters(page, tmp_path):
    chapters = (ROOT / "transcripts" / "demo.chapters.vtt").read_text(encoding="utf-8")
    page_file = tmp_path / "page.html"
    page_file.write_text(PAGE % chapters, encoding="utf-8")
    page.goto(page_file.as_uri())
    page.wait_for_function("document.title !== ''")
    listed = page.title().split("|")
    assert listed[0] == "introduction 0 Introduction"
    assert len(listed) == chapters.count("-->") and listed[-1].startswith("closing ")
