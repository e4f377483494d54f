"""The video's page in a real browser: the waveform, the panels, many things at once, keys of one's own, links to captions."""

import json

import pytest

from pipeline import edits
from tests.support.browser import until
from tests.support.review_pages import PANELS, drawn, video_page

pytestmark = pytest.mark.browser

STATE = "import('/page/state.js').then((m) => JSON.stringify(m.state.sheet))"


@pytest.fixture
def opened(demo, page):
    """The demo's page, by somebody who has said their name; every console message fails the test."""
    errors: list[str] = []
    page.on("console", lambda m: errors.append(m.text) if m.type in ("error", "warning") else None)
    with video_page(demo, page):
        yield page
        assert not errors


def sheet(page):
    return json.loads(page.evaluate(STATE))


def test_the_edge_of_a_caption_is_dragged_and_a_click_seeks(opened):
    page = opened
    until(page, lambda: page.evaluate("document.querySelector('video').readyState >= 1"))
    before = sheet(page)["cues"]
    page.focus(".cue .time")
    box = page.query_selector("#sound").bounding_box()
    shown_ms = 60_000  # the first minute, at the start

    def x(ms):
        return box["x"] + ms / shown_ms * box["width"]

    end = before[0]["end_ms"]
    middle = box["y"] + box["height"] / 2
    page.mouse.move(x(end), middle)
    page.mouse.down()
    page.mouse.move(x(end - 150), middle, steps=3)
    page.mouse.up()
    until(page, lambda: sheet(page)["cues"][0]["end_ms"] != end)
    assert abs(sheet(page)["cues"][0]["end_ms"] - (end - 150)) < 80
    assert sheet(page)["cues"][1]["start_ms"] == before[1]["start_ms"]
    page.mouse.click(x(before[3]["start_ms"] + 400), middle)
    until(page, lambda: page.evaluate("document.querySelector('.cue.current').dataset.n") == "3")
    seen = page.evaluate("document.querySelector('video').currentTime") * 1000
    assert abs(seen - before[3]["start_ms"] - 400) < 120
    page.focus("#position")
    page.keyboard.press("ArrowRight")
    until(page, lambda: page.evaluate("document.querySelector('video').currentTime") * 1000 > seen + 800)
    assert " of " in page.get_attribute("#position", "aria-valuetext")


def test_panels_are_reached_by_arrows_and_fit_a_narrow_window_with_large_targets(opened):
    page = opened
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 320, "height": 640})
    page.focus("#tab-doubts")
    small = (
        "[...document.querySelectorAll('button, select, input:not([type=checkbox], [type=range])')]"
        ".filter((b) => b.offsetParent && Math.min(b.offsetHeight, b.offsetWidth) < 44)"
        ".map((b) => b.outerHTML.slice(0, 80))"
    )
    for panel in PANELS:
        assert page.evaluate("document.activeElement.getAttribute('aria-controls')") == panel
        until(page, drawn(panel))
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, panel
        assert page.evaluate(small) == [], panel
        page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-doubts"  # round again


# What of an element a box cuts off, above it and below it; pixels, 0 where all of it is seen.
CUT = """([outer, inner]) => { const o = document.querySelector(outer).getBoundingClientRect();
  const i = document.querySelector(inner).getBoundingClientRect();
  return [Math.round(Math.max(0, o.top - i.top)), Math.round(Math.max(0, i.bottom - o.bottom))]; }"""


def test_a_suggestion_is_seen_with_all_its_evidence_at_once(opened):
    page = opened
    page.keyboard.press("Alt+n")
    page.wait_for_selector("#card button.main")
    for inner in ("#card h3", "#card dl", "#card .buttons", "#which"):
        assert page.evaluate(CUT, ["#doubts", inner]) == [0, 0], inner
    assert page.evaluate("(c => c.scrollHeight - c.clientHeight)(document.querySelector('#card'))") == 0
    # The heading of its group, in the list below, is not cut either.
    assert page.evaluate(CUT, ["#open", "#open .group button"]) == [0, 0]


def test_things_of_one_cause_are_chosen_and_waived_together_by_keys(opened, demo):
    page = opened
    until(page, lambda: page.evaluate("import('/page/state.js').then((m) => m.state.findings.length)") > 0)
    page.select_option("#which", "findings")
    group = "#open .group [data-row] >> nth=0"
    page.focus(group)
    count = int(page.inner_text(group).split(" ")[0])
    page.keyboard.press("Space")
    assert f"{count} chosen" in page.inner_text("#chosen")
    before = page.evaluate("import('/page/state.js').then((m) => m.state.findings.length)")
    page.click("#chosen button:has-text('Waive')")
    page.fill("#ask-reason", "as it is spoken")
    page.keyboard.press("Enter")
    journal = demo.media / "demo.edits.jsonl"
    until(page, lambda: journal.exists() and len(edits.read(journal).decisions) >= count)
    until(
        page,
        lambda: (
            page.evaluate("import('/page/state.js').then((m) => m.state.findings.length)") <= before - count
        ),
    )
    made = edits.read(journal).decisions
    assert {d.value.reason for d in made} == {"as it is spoken"} and len({d.group for d in made}) == 1


def test_a_key_is_changed_and_one_that_is_taken_is_refused(opened):
    page = opened
    page.click("#help")
    change = "button[aria-label^='Change the key for: next thing']"
    page.click(change)
    page.keyboard.press("Alt+p")
    assert "already" in page.inner_text("dialog .warn")
    page.click(change)
    page.keyboard.press("x")
    assert "Alt or Ctrl" in page.inner_text("dialog .warn")
    page.click(change)
    page.keyboard.press("Alt+x")
    assert page.inner_text(change) == "Alt+X"
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    page.keyboard.press("Alt+x")
    until(page, lambda: page.inner_text("#status").startswith("1 of "))
    page.reload()
    page.wait_for_selector("#list .cue")
    page.keyboard.press("Alt+n")
    assert page.inner_text("#status") == ""


def test_a_link_leads_to_its_caption(opened):
    page = opened
    wanted = sheet(page)["cues"][7]
    for name in (wanted["id"], "c8", str(int(wanted["id"].split("-")[0]) + 1)):
        page.goto(f"{page.url.split('#')[0]}#cue-{name}")
        page.reload()
        page.wait_for_selector("#list .cue")
        until(page, lambda: page.evaluate("document.querySelector('.cue.current')?.dataset.n") == "7")
        assert page.evaluate("document.activeElement.closest('.cue')?.dataset.n") == "7"


def test_a_refused_time_is_named_at_its_field(opened):
    page = opened
    page.focus(".cue .time")
    page.keyboard.press("Enter")
    page.fill("#to", "0:00.100")
    page.keyboard.press("Control+Enter")
    assert "before the start" in page.inner_text("#time-problem")
    assert page.get_attribute("#to", "aria-invalid") == "true"
    page.focus("#editor")
    page.keyboard.press("Escape")
    assert page.query_selector("#editor") is None
