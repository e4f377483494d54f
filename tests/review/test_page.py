"""The review page in a real browser, worked by the keyboard alone."""

import time

import pytest

from pipeline import edits
from tests.support.browser import PATIENCE_S, until
from tests.support.review_pages import Desk, place_of, served

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(demo, page):
    """The demo's page in a browser that came in by the printed address; its address, and the page."""
    errors: list[str] = []
    page.on("console", lambda m: errors.append(m.text) if m.type in ("error", "warning") else None)
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    with served(demo) as (address, _):
        page.goto(address)
        page.wait_for_selector(".card progress")
        page.keyboard.press("Tab")
        page.click(".card a")
        page.wait_for_selector("#list .cue")
        home = address.split("/enter")[0]
        yield home, page
        assert not errors and {u for u in asked if not u.startswith((home, "blob:", "data:"))} == set()


def name_is(page, name):
    page.wait_for_selector("#ask-who")
    page.fill("#ask-who", name)
    page.keyboard.press("Enter")


def test_a_doubt_is_stepped_to_accepted_edited_undone_and_ends_in_the_srt(opened, demo, truth):
    _, page = opened
    until(page, "document.querySelector('video').readyState >= 1")
    assert abs(page.evaluate("document.querySelector('video').duration") - truth["duration_ms"] / 1000) < 0.2
    until(
        page,
        "document.querySelector('video').textTracks[0].cues?.length === document.querySelectorAll('.cue').length",
    )
    page.evaluate(
        "() => { const v = document.querySelector('video');"
        " v.addEventListener('seeking', () => { window.sought = v.currentTime; }); }"
    )
    page.keyboard.press("Alt+n")
    until(page, "window.sought > 0")
    assert 2.7 < page.evaluate("window.sought") < 4.9  # two seconds before the words
    until(page, "document.querySelector('video').currentTime > window.sought")
    assert "Thusrday" in page.inner_text("#card") and "Thursday" in page.inner_text("#card")
    page.keyboard.press("Alt+a")
    name_is(page, "Ana Brandt")
    until(page, "document.querySelector('.cue .text').textContent.includes('Thursday')")
    until(page, "document.querySelector('#status').textContent.startsWith('Saved')")
    until(page, "document.querySelector('video').textTracks[0].cues?.[0]?.text.includes('Thursday')")
    page.focus(".cue.current .time")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+End")
    page.keyboard.type(" Indeed?")
    page.keyboard.press("Control+Enter")
    until(page, "document.querySelectorAll('.cue .text')[1].textContent.includes('Indeed?')")
    until(page, "document.activeElement.closest('.cue')?.dataset.n === '2'")  # it goes on to the next
    page.keyboard.press("Control+z")
    until(page, "!document.querySelectorAll('.cue .text')[1].textContent.includes('Indeed?')")
    page.reload()
    page.wait_for_selector("#list .cue")
    assert "Thursday" in page.inner_text(".cue .text")
    assert "Indeed" in page.get_attribute("#redo", "title")
    end = time.monotonic() + PATIENCE_S
    while "Thursday group" not in (demo.out / "demo.en.srt").read_text("utf-8"):
        assert time.monotonic() < end
        page.wait_for_timeout(300)
    assert "Indeed?" not in (demo.out / "demo.en.srt").read_text("utf-8")
    until(page, "document.querySelector('#making').textContent.includes('up to date')")


def test_two_tabs_show_both_texts_and_overwrite_nothing(opened):
    _, page = opened
    other = page.context.browser.new_context(storage_state=page.context.storage_state()).new_page()
    other.goto(page.url)
    other.wait_for_selector("#list .cue")
    for tab, words in ((page, "Good morning."), (other, "Good evening.")):
        tab.focus(".cue .time")
        tab.keyboard.press("Enter")
        tab.fill("#editor", words)
    page.keyboard.press("Control+Enter")
    name_is(page, "Ana")
    until(page, "document.querySelector('.cue .text').textContent.includes('morning')")
    other.keyboard.press("Control+Enter")
    name_is(other, "Ben")
    other.wait_for_selector("dialog blockquote.mine")
    assert (other.inner_text("dialog .now"), other.inner_text("dialog .mine")) == (
        "Good morning.",
        "Good evening.",
    )
    other.keyboard.press("Enter")
    other.wait_for_selector("dialog", state="detached")
    assert "morning" in other.inner_text(".cue .text") and other.input_value("#editor") == "Good evening."


def test_strange_words_are_shown_as_text(opened, demo):
    _, page = opened
    desk = Desk(demo)
    desk.did("text", **place_of(desk.cue("Thusrday")), text='<img src=x onerror="window.pwned=1"> hello')
    desk.did("person", person="daniel-marsh", name='"><script>window.pwned=1</script>')
    page.reload()
    page.wait_for_selector("#list .cue")
    assert "<img src=x" in " ".join(page.inner_text(".cue .text").split())
    assert page.evaluate("window.pwned") is None


def test_every_part_is_reached_by_tab_and_nothing_holds_the_focus(opened):
    _, page = opened
    seen = []
    for _ in range(70):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate("document.activeElement.id || document.activeElement.textContent.slice(0, 20)")
        )
    assert {"undo", "video", "which", "filter"} & set(seen) >= {"video", "which", "filter"}
    assert seen.index("video") < seen.index("which") < seen.index("filter")
    page.focus("#filter")
    page.keyboard.type("?/")
    assert page.input_value("#filter") == "?/" and page.query_selector("dialog") is None
    page.fill("#filter", "")
    page.focus(".cue .time")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[aria-labelledby]")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    assert page.evaluate("document.activeElement.className") == "time"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_narrow_window_with_targets_large_enough(opened, scheme):
    home, page = opened
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": 320, "height": 640})
    for path in (page.url, f"{home}/", f"{home}/search"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        buttons = "[...document.querySelectorAll('button')].filter(b => b.offsetParent)"
        assert page.evaluate(f"{buttons}.every(b => Math.min(b.offsetHeight, b.offsetWidth) >= 24)")
    page.fill("#q", "door")
    page.keyboard.press("Enter")
    page.wait_for_selector("#list .card")
    page.click("#list button")
    until(page, "document.querySelector('video').currentTime > 1")
    page.click("#list a")
    page.wait_for_selector("#list .cue.current")
    assert "door" in page.inner_text(".cue.current .text").lower()


def test_words_written_while_captions_came_and_went_are_put_to_their_own_caption(opened, demo):
    """The numbers of words go on with every word that is added before: the page must say which look they are of."""
    _, page = opened
    page.evaluate("localStorage.setItem('vignette.who', JSON.stringify('Ana'))")
    page.route(
        "**/api/videos/*?who=*", lambda route: (page.wait_for_timeout(1500), route.continue_())
    )  # a slow look
    for n, words in ((0, " One more word or two."), (3, " Here."), (5, " There.")):
        page.focus(f".cue[data-n='{n}'] .time")
        page.evaluate(f"import('/page/cues.js').then((m) => m.select({n}, {{ focus: true }}))")
        page.keyboard.press("Enter")
        page.keyboard.press("Control+End")
        page.keyboard.type(words)
        page.keyboard.press("Control+Enter")
        until(page, "!document.querySelector('#editor')")
    until(page, "import('/page/state.js').then((m) => m.state.sheet.undo.length > 0)")
    desk = Desk(demo)
    until(page, lambda: len(edits.read(desk.journal).decisions) >= 3)
    texts = [" ".join(c["text"].split()) for c in desk.sheet()["cues"]]
    assert any(t.startswith("Welcome") for t in texts) and "One more word or two." in " ".join(texts[:2])
    assert any("could not say to them" in t and t.endswith("Here.") for t in texts)
    assert any(t.endswith("There.") and "Here." not in t for t in texts)
    assert page.inner_text("#alert") == "" and page.query_selector("dialog") is None
