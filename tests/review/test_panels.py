"""The video's page with each of its panels and the waveform, for everybody: axe-core, narrow windows, forced colours."""

import pytest

from tests.support.browser import grave, until
from tests.support.review_pages import PANELS, drawn, served

pytestmark = pytest.mark.browser

SIZES = {
    "wide": {"width": 1280, "height": 860}, "320 px": {"width": 320, "height": 640}, "200 %": {"width": 640, "height": 430},
}  # fmt: skip


@pytest.fixture
def opened(demo, page):
    """The demo's page by somebody who has said their name, its findings there and its waveform drawn."""
    with served(demo) as (address, _):
        page.emulate_media(reduced_motion="reduce")
        page.set_viewport_size(SIZES["wide"])
        page.goto(address)
        page.wait_for_selector(".card progress")
        page.evaluate("localStorage.setItem('vignette.who', JSON.stringify('Ana'))")
        page.click(".card a")
        page.wait_for_selector("#list .cue")
        until(page, "import('/page/state.js').then((m) => m.state.findings.length > 0)")
        yield page


def panels(page):
    """Each panel in turn, when something stands in it."""
    for panel in PANELS:
        page.click(f"#tab-{panel}")
        until(page, drawn(panel))
        yield panel


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_grave_in_any_panel_or_dialog(opened, scheme):
    page = opened
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = {panel: grave(page) for panel in panels(page)}
    page.click("#tab-doubts")
    page.select_option("#which", "findings")
    page.check("#open input[data-group] >> nth=0")
    found["chosen"] = grave(page)
    page.focus(".cue .time")
    page.keyboard.press("Enter")
    page.wait_for_selector("#editor")
    found["editor"] = grave(page)
    page.keyboard.press("Escape")
    for key in ("?", "Alt+d", "Alt+i"):
        page.focus(".cue .time")
        page.keyboard.press(key)
        page.wait_for_selector("dialog[open]")
        found[key] = grave(page)
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="detached")
    assert found == {key: [] for key in found}


@pytest.mark.parametrize("size", SIZES)
def test_panels_fit_and_are_seen_in_forced_colours(opened, size):
    page = opened
    page.set_viewport_size(SIZES[size])
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    for panel in panels(page):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), panel
        cut = (
            f"[...document.querySelectorAll('#{panel} *')].filter((e) => e.offsetParent && e.children.length === 0"
            " && e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 90))"
        )
        assert page.evaluate(cut) == [], panel
        selected = f"getComputedStyle(document.getElementById('tab-{panel}'))"
        other = "getComputedStyle(document.querySelector('[role=tab][aria-selected=false]'))"
        looks = (
            "borderBottomWidth",
            "borderBottomColor",
            "backgroundColor",
            "color",
            "fontWeight",
            "outlineStyle",
        )
        assert any(page.evaluate(f"{selected}.{a} !== {other}.{a}") for a in looks), panel
    page.focus(".cue .time")
    page.keyboard.press("ArrowDown")  # the focus is shown to whoever moves it by keys
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
