"""Italics, colours and places that a person puts into our captions: adopted, shown again by every run, and no file beside."""

from __future__ import annotations

import pytest

from pipeline.commands.adopt import adopt
from pipeline.edits import read
from pipeline.formats.writers import srt, vtt
from tests.commands.test_adopt import Desk, changed, desk, prepared, stages_done_once  # noqa: F401

START = "We'll make a start."
LOOKS = {
    "one word": "We'll make a <i>start.</i>",
    "a whole caption": f"<i>{START}</i>",
    "bold and underlined": "We'll <b><u>make</u></b> a start.",
    "a colour": f'<font color="#00ffff">{START}</font>',
    "a colour of no name": '<font color="#aa5500">We\'ll make</font> a start.',
    "two looks side by side": "<i>We'll</i> <b>make</b> a start.",
}


@pytest.mark.parametrize("new", LOOKS.values(), ids=LOOKS)
def test_a_look_put_into_our_captions_comes_out_again(desk: Desk, new: str) -> None:  # noqa: F811
    mended = changed(desk, START, new)
    desk.srt.write_text(mended, encoding="utf-8")
    found = adopt.adopt(desk.job, desk.srt, "Ana")
    assert set(found.kinds) == {"style"}
    assert found.complete and not found.differing and not found.notes
    for _ in range(2):
        _, written = desk.run()
        assert not written.mended
        assert desk.srt.read_text(encoding="utf-8") == mended
    assert not list(desk.job.out.glob("*.new*"))
    assert desk.adopt(mended).decisions == ()


def test_a_look_goes_into_webvtt_too(desk: Desk) -> None:  # noqa: F811
    desk.adopt(changed(desk, START, '<i>We\'ll</i> make a <font color="#aa5500">start.</font>'))
    shown, _ = desk.run()
    text = vtt.dumps(shown.transcript)
    assert "<i>We'll</i> make a <c.colorAA5500>start.</c>" in text
    assert "::cue(.colorAA5500) { color: #aa5500; }" in text


def test_a_class_in_webvtt_is_kept_and_a_mended_srt_does_not_lose_it(desk: Desk) -> None:  # noqa: F811
    text = desk.vtt.read_text(encoding="utf-8")
    assert START in text
    desk.adopt(text.replace(START, f"<c.shout>{START}</c>", 1), "mended.vtt")
    shown, _ = desk.run()
    assert f"<c.shout>{START}</c>" in vtt.dumps(shown.transcript)
    desk.adopt(srt.dumps(shown.transcript).replace(START, f"<i>{START}</i>", 1))
    shown, _ = desk.run()
    assert f"<c.shout><i>{START}</i></c>" in vtt.dumps(shown.transcript)
    assert f"<i>{START}</i>" in srt.dumps(shown.transcript)


def test_a_look_is_taken_off_again(desk: Desk) -> None:  # noqa: F811
    plain = desk.srt.read_text(encoding="utf-8")
    desk.round_trip(changed(desk, START, f"<i>{START}</i>"))
    found, out = desk.round_trip(plain)
    assert found.kinds == {"style": 1} and out == plain


def test_a_look_beside_new_words_and_another_place(desk: Desk) -> None:  # noqa: F811
    mended = changed(desk, START, "{\\an8}We'll <i>now make</i> a start.")
    found, out = desk.round_trip(mended)
    assert not found.differing
    assert out == mended


def test_a_look_holds_when_captions_are_made_anew(desk: Desk) -> None:  # noqa: F811
    from dataclasses import replace

    from pipeline.settings import CaptionSettings

    desk.adopt(changed(desk, START, "We'll <i>make a</i> start."))
    narrow = CaptionSettings(max_line_chars=16, max_lines=1, recue=True)
    other = Desk(replace(desk.job, settings=replace(desk.job.settings, captions=narrow)))
    tokens = other.run()[0].transcript.tokens
    assert [t.text for t in tokens if t.style == "i"] == ["make", "a"]


def test_two_people_who_style_the_same_words_unseen_are_told(desk: Desk) -> None:  # noqa: F811
    plain = desk.srt.read_text(encoding="utf-8")
    first = adopt.decide(
        desk.job, _put(desk, plain.replace(START, f"<i>{START}</i>", 1)), "Ana", read(desk.journal)
    )
    second = adopt.decide(
        desk.job, _put(desk, plain.replace(START, f"<b>{START}</b>", 1)), "Ben", read(desk.journal)
    )
    from pipeline.edits import append

    append(desk.journal, [*first.decisions, *second.decisions])
    shown, _ = desk.run()
    assert [s.decision.who for s in shown.replay.report.conflicts] == ["Ben"]
    assert f"<i>{START}</i>" in srt.dumps(shown.transcript)


def _put(desk: Desk, text: str):  # noqa: F811
    path = desk.job.media.with_name("mended.srt")
    path.write_text(text, encoding="utf-8")
    return path
