"""The folder's page, the search page and what stands beside the work on one recording, in a real browser."""

import pytest

from tests.support.browser import grave, until
from tests.support.review_pages import Desk, place_of, served

pytestmark = pytest.mark.browser


@pytest.fixture
def inside(demo, page):
    """The address of the demo's review page, and a browser that is in."""
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    with served(demo) as (address, _):
        page.goto(address)
        page.wait_for_selector(".card progress")
        home = address.split("/enter")[0]
        yield home, page
        assert {u for u in asked if not u.startswith((home, "blob:", "data:"))} == set()


def open_video(page, home):
    page.goto(home)
    page.wait_for_selector(".card progress")
    page.click(".card a")
    page.wait_for_selector("#list .cue")


def search_for(page, home, query):
    page.goto(f"{home}/search")
    page.fill("#q", query)
    page.keyboard.press("Enter")
    page.wait_for_selector("#list .card")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_grave_on_any_page(inside, scheme):
    home, page = inside
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(home)
    until(page, "document.querySelector('.card')?.textContent.includes('✓ Files are up to date')")
    found = {"folder": grave(page)}
    search_for(page, home, "concept:emotion OR door")
    found["search"] = grave(page)
    page.fill("#q", "")
    page.type("#q", "con")
    page.wait_for_selector("#choices [role=option]")
    page.keyboard.press("ArrowDown")
    found["choices"] = grave(page)
    open_video(page, home)
    found["video"] = grave(page)
    page.set_input_files(
        "input[type=file]", files=[{"name": "x.srt", "mimeType": "text/plain", "buffer": b"x"}]
    )
    page.wait_for_selector("dialog")
    found["dialog"] = grave(page)
    assert found == {key: [] for key in found}


SIZES = {"320 px": {"width": 320, "height": 640}, "200 %": {"width": 640, "height": 450}}


@pytest.mark.parametrize("size", SIZES)
def test_pages_fit_small_windows_and_forced_colours(inside, size):
    home, page = inside
    page.set_viewport_size(SIZES[size])
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    search_for(page, home, "concept:emotion OR door")
    page.click("#guide summary")
    until(page, "document.querySelector('#language').textContent.includes('concept:trigger')")

    def fits():
        return page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    assert fits()
    targets = "[...document.querySelectorAll('button, select, summary')].filter(b => b.offsetParent)"
    small = f"{targets}.filter(b => b.offsetHeight < 24).map(b => b.textContent)"
    assert page.evaluate(small) == []
    fill = "getComputedStyle(document.querySelector('.lane rect')).fill"
    assert page.evaluate(fill) != page.evaluate(
        "getComputedStyle(document.querySelector('.lane')).backgroundColor"
    )
    page.goto(home)
    page.wait_for_selector(".card progress")
    assert fits() and page.evaluate(small) == []
    open_video(page, home)
    assert fits()


def test_a_query_is_completed_and_mended_by_the_keyboard_alone(inside):
    home, page = inside
    page.goto(f"{home}/search")
    page.wait_for_selector("#q")
    page.keyboard.type("door speaker:le")
    # On a slow machine there are choices for what is half written before.
    until(page, "document.querySelector('#choices [role=option]')?.textContent.includes('Leo')")
    assert page.get_attribute("#q", "aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#q", "aria-activedescendant") == "choice-0"
    page.keyboard.press("Enter")
    assert page.input_value("#q").strip() == "door speaker:Leo"
    page.keyboard.press("Enter")
    page.wait_for_selector("#list .card")
    assert page.inner_text("#total").startswith("1 hit")
    assert "Leo" in page.inner_text("#list h3")
    page.focus("#q")
    page.fill("#q", "door concept:nonsense")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.wait_for_selector("#problem pre")
    shown, caret = page.inner_text("#problem pre").split("\n")[:2]
    assert (
        shown[caret.index("^") :].startswith("nonsense")
        and page.get_attribute("#q", "aria-invalid") == "true"
    )
    assert page.evaluate("document.querySelector('#q').selectionStart") == len("door concept:")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") != "q"  # nothing holds the focus


def test_hits_are_narrowed_played_taken_along_and_opened_under_review(inside):
    home, page = inside
    search_for(page, home, "door")
    with page.expect_download() as taken:
        page.click("[data-take=csv]")
    assert taken.value.suggested_filename == "hits.csv"
    page.click("#facets button:has-text('Colin')")
    until(page, "document.querySelector('#total').textContent.startsWith('1 hit')")
    assert page.input_value("#q") == "door speaker:Colin"
    page.click(".lane")
    until(page, "document.querySelector('video').currentTime > 28")
    page.click("#list button:has-text('More like this')")
    until(page, "document.querySelector('#q').value.startsWith('like:')")
    search_for(page, home, "door speaker:colin")
    page.click("#list a")
    page.wait_for_selector(".cue.current")
    assert "door" in page.inner_text(".cue.current .text") or "straight with you" in page.inner_text(
        ".cue.current .text"
    )


def test_a_mended_file_is_shown_adopted_and_comes_out(inside, demo):
    home, page = inside
    srt = (demo.out / "demo.en.srt").read_text("utf-8").replace("Thusrday", "Thursday <b>x</b>")
    open_video(page, home)
    page.set_input_files(
        "input[type=file]", files=[{"name": "demo.en.srt", "mimeType": "", "buffer": srt.encode()}]
    )
    page.wait_for_selector("#ask-who")
    page.fill("#ask-who", "Ana")
    page.keyboard.press("Enter")
    page.wait_for_selector(".changes td")
    assert "Thusrday" in page.inner_text(".changes") and page.query_selector(".changes b") is None
    page.click("dialog button:has-text('Adopt')")
    until(page, "document.querySelector('.cue .text').textContent.includes('Thursday')")
    with page.expect_download() as taken:
        page.select_option("#download", "srt")
    assert taken.value.suggested_filename == "demo.en.srt"
    assert "Thursday" in taken.value.path().read_text("utf-8")
    page.keyboard.press("Control+z")
    until(page, "document.querySelector('.cue .text').textContent.includes('Thusrday')")


def test_what_does_not_play_gets_a_copy_that_does(inside, demo, truth):
    home, page = inside
    page.route("**/media/*", lambda route: route.fulfill(body="no film", content_type="video/x-msvideo"))
    open_video(page, home)
    page.wait_for_selector("#copy button")
    page.click("#copy button:has-text('Sound alone')")
    until(
        page,
        "document.querySelector('video').src.includes('/copy/') && document.querySelector('video').readyState >= 1",
    )
    assert abs(page.evaluate("document.querySelector('video').duration") - truth["duration_ms"] / 1000) < 0.2
    page.reload()
    until(page, "document.querySelector('video').src.includes('/copy/')")  # it is there already
    assert len(list((demo.out / ".work" / "demo").glob("sound-*"))) == 1


def test_what_is_being_written_stays_where_captions_come_and_go(inside, demo):
    home, page = inside
    open_video(page, home)
    page.focus(".cue[data-n='4'] .time")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+End")
    page.keyboard.type(" and more")
    desk = Desk(demo)
    first = desk.sheet()["cues"][2]
    desk.did("delete", who="Ben", **place_of(first))
    page.evaluate("import('/page/state.js').then((m) => m.refresh())")
    until(page, "!document.querySelectorAll('.cue .text')[2].textContent.includes('drank')")
    page.keyboard.type("!")
    assert page.input_value("#editor").endswith("and more!")
    assert page.evaluate("document.querySelector('#editor').closest('.cue').dataset.n") == "3"
