"""The page while answers come late: nothing that was written is lost, nothing is decided about what was not seen, and what it
says is so. Late is what the test holds back until it lets it through."""

import json

import pytest

from pipeline import edits
from tests.support.browser import until
from tests.support.review_pages import Desk, place_of, video_page

pytestmark = pytest.mark.browser

# Holds the answers of addresses that match `holding`, as they came, until `through` is called.
HOLD = """() => {
  const plain = window.fetch;
  let free = [];
  window.holding = null;
  window.fetch = async (path, options) => {
    const answer = await plain(path, options);
    if (window.holding?.test(path)) await new Promise((go) => free.push(go));
    return answer;
  };
  window.held = () => free.length;
  window.through = () => { window.holding = null; free.forEach((go) => go()); free = []; };
}"""
ACTS, LOOKS = "/\\/act$/", "/videos\\/\\w+\\?who/"
STATE = "import('/page/state.js').then((m) => JSON.stringify(m.state.sheet))"
SAVED = "document.querySelector('#status').textContent.startsWith('Saved')"


@pytest.fixture
def opened(demo, page):
    """The demo's page, by somebody who has said their name, whose answers can be held."""
    with video_page(demo, page):
        until(page, "document.querySelector('video').readyState >= 1")
        page.evaluate(HOLD)
        yield page


def hold(page, addresses):
    page.evaluate(f"() => {{ window.holding = {addresses}; }}")


def is_held(page):
    until(page, "window.held() > 0")


def sheet(page):
    return json.loads(page.evaluate(STATE))


def select(page, n):
    page.evaluate(f"import('/page/cues.js').then((m) => m.select({n}, {{ focus: true }}))")


def write(page, n, words):
    select(page, n)
    page.keyboard.press("Enter")
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def look_again(page):
    page.evaluate("() => { import('/page/state.js').then((m) => m.refresh()); }")


def decided(demo):
    journal = demo.media / "demo.edits.jsonl"
    return edits.read(journal).decisions if journal.exists() else ()


def test_an_older_look_that_comes_late_is_not_shown(opened):
    page = opened
    hold(page, LOOKS)
    look_again(page)
    is_held(page)
    page.evaluate("() => { window.holding = null; }")
    write(page, 1, " Indeed?")
    page.keyboard.press("Control+Enter")
    until(page, "import('/page/state.js').then((m) => m.state.sheet.undo !== '')")
    page.evaluate("() => window.through()")
    look_again(page)
    until(page, SAVED)
    assert "Indeed?" in sheet(page)["cues"][1]["text"] and sheet(page)["undo"]
    assert "Indeed?" in page.inner_text(".cue[data-n='1'] .text")


def test_what_is_written_while_it_is_saved_is_kept_and_saved_next(opened, demo):
    page = opened
    write(page, 1, " One.")
    hold(page, ACTS)
    page.keyboard.press("Control+Enter")
    is_held(page)
    page.keyboard.press("Control+Enter")  # it is being saved already
    page.keyboard.type(" Two.")
    page.evaluate("() => window.through()")
    until(page, SAVED)
    assert page.input_value("#editor").endswith(" One. Two.")
    page.keyboard.press("Control+Enter")
    until(page, "!document.querySelector('#editor')")
    assert page.query_selector("dialog") is None and page.inner_text("#alert") == ""
    until(page, lambda: Desk(demo).cue("One. Two."))
    assert len(decided(demo)) == 2  # each of them once


def test_what_is_not_saved_yet_is_not_called_saved_and_not_left_behind(opened):
    page = opened
    leave = "dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    select(page, 2)
    page.keyboard.press("Alt+v")
    until(page, "document.querySelector('#status').textContent.startsWith('Marked')")
    assert page.evaluate(leave)
    hold(page, ACTS)
    page.keyboard.press("Alt+v")
    assert page.inner_text("#status") == "Saving …"
    is_held(page)
    assert page.inner_text("#status") == "Saving …" and not page.evaluate(leave)
    page.evaluate("() => window.through()")
    until(page, "document.querySelector('#status').textContent.startsWith('Marked')")
    assert page.evaluate(leave)


def test_the_caption_that_is_chosen_stays_chosen_when_others_come_and_go(opened):
    page = opened
    count = len(sheet(page)["cues"])
    hold(page, LOOKS)
    select(page, 2)
    page.keyboard.press("Alt+m")
    is_held(page)
    wanted = sheet(page)["cues"][8]
    select(page, 8)
    page.focus(".cue.current button:text-is('Who speaks')")
    page.evaluate("() => window.through()")
    until(page, lambda: len(sheet(page)["cues"]) == count - 1)
    assert page.get_attribute(".cue.current", "id") == f"cue-{wanted['id']}"
    assert page.get_attribute(".cue.current", "data-n") == "7"
    assert page.evaluate("document.activeElement.textContent") == "Who speaks"
    assert page.get_attribute(".cue.current .time", "aria-label").startswith("Caption 8,")


def test_captions_are_saved_one_after_the_other_while_a_look_is_taken(opened, demo):
    page = opened
    hold(page, LOOKS)
    write(page, 1, " One.")
    page.keyboard.press("Control+Enter")
    is_held(page)  # the look behind the first
    for n, words in ((4, " Two."), (7, " Three.")):
        write(page, n, words)
        page.keyboard.press("Control+Enter")
        until(page, SAVED)
        until(page, "!document.querySelector('#editor')")
    shown = page.inner_text("#list")
    assert all(words in shown for words in ("One.", "Two.", "Three."))
    assert page.evaluate("window.held()") == 1  # the page asks for one look at a time
    assert [d.value.text.split()[-1] for d in decided(demo) if d.kind == "words"] == [
        "One.",
        "Two.",
        "Three.",
    ]
    page.evaluate("() => window.through()")
    until(page, lambda: "Three." in sheet(page)["undo"] or "Three." not in page.inner_text("#list"))
    assert "Three." in page.inner_text("#list")  # at no time does what was written vanish
    until(page, lambda: "Three." in sheet(page)["undo"])
    shown = " ".join(c["text"] for c in sheet(page)["cues"])
    assert all(words in shown for words in ("One.", "Two.", "Three."))
    assert page.query_selector("dialog") is None and page.inner_text("#alert") == ""
    assert all(Desk(demo).cue(words) for words in ("One.", "Two.", "Three."))


def test_the_same_caption_again_waits_for_the_look_and_keeps_both(opened, demo):
    page = opened
    hold(page, LOOKS)
    write(page, 1, " One.")
    page.keyboard.press("Control+Enter")
    is_held(page)
    write(page, 1, " Two.")
    page.keyboard.press("Control+Enter")
    page.evaluate("() => window.through()")
    until(page, lambda: len([d for d in decided(demo) if d.kind == "words"]) == 2)
    until(page, SAVED)
    assert page.query_selector("dialog") is None and page.inner_text("#alert") == ""
    until(page, lambda: Desk(demo).cue("One. Two."))


def test_an_answer_is_never_taken_for_one_about_the_next_thing(opened, demo):
    page = opened
    left = len(sheet(page)["doubts"])
    page.keyboard.press("Alt+n")
    page.wait_for_selector("#card button.main")
    page.evaluate("""() => { for (const repeat of [false, false, true])
      dispatchEvent(new KeyboardEvent('keydown', { altKey: true, key: 'a', code: 'KeyA', repeat, bubbles: true })); }""")
    until(page, lambda: len(sheet(page)["doubts"]) < left and len(decided(demo)) > 0)
    look_again(page)
    until(page, "import('/page/state.js').then((m) => m.state.sheet.undo !== '')")
    assert len(sheet(page)["doubts"]) == left - 1


def test_the_next_edge_can_be_dragged_while_one_is_saved(opened):
    page = opened
    box = page.query_selector("#sound").bounding_box()
    first = sheet(page)["cues"][0]
    middle = box["y"] + box["height"] / 2

    def drag(at_ms, to_ms):
        for ms, then in ((at_ms, page.mouse.down), (to_ms, page.mouse.up)):
            page.mouse.move(box["x"] + ms / 60_000 * box["width"], middle, steps=3)
            then()

    select(page, 0)
    hold(page, ACTS)
    drag(first["end_ms"], first["end_ms"] - 200)
    is_held(page)
    page.mouse.move(box["x"], middle)  # nothing is dragged any more
    drag(first["start_ms"], first["start_ms"] + 200)
    page.evaluate("() => window.through()")
    until(
        page,
        lambda: (
            sheet(page)["undo"] and abs(sheet(page)["cues"][0]["start_ms"] - first["start_ms"] - 200) < 80
        ),
    )
    until(page, "document.querySelector('#status').textContent === 'Moved.'")
    assert abs(sheet(page)["cues"][0]["end_ms"] - first["end_ms"] + 200) < 80
    assert page.query_selector("dialog") is None and page.inner_text("#alert") == ""


def test_nobody_signs_what_they_did_not_see(opened, demo):
    page = opened
    page.click("#tab-signing")
    page.click("#signing button.main")
    page.wait_for_selector("dialog[open]")
    desk = Desk(demo)
    desk.did("text", who="Ben", **place_of(desk.cue("what they drank")), text="Something else.")
    page.click("dialog[open] button[type=submit]")
    until(page, "document.querySelector('#alert').textContent.startsWith('Not saved: captions have changed')")
    assert {d.who for d in decided(demo)} == {"Ben"}


def test_choices_for_what_was_written_before_are_not_put_into_what_is_written_now(opened):
    page = opened
    page.goto(page.url.split("/video")[0] + "/search")
    page.type("#q", "spe")
    until(page, "document.querySelector('#choices [role=option]')?.textContent.includes('speaker')")
    page.keyboard.press("ArrowDown")
    page.evaluate("() => { document.querySelector('#q').value = 'speech'; }")
    page.keyboard.press("Enter")
    assert page.input_value("#q") == "speech"
