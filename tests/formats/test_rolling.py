"""Rolling text is read once; what people say twice stays twice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.readers import opened, read
from pipeline.formats.readers.raw_cue import text_lines
from pipeline.formats.writers import srt
from pipeline.formats.writers.render import Piece, RenderedCue
from pipeline.timing import Span
from pipeline.transcript.subtitles import Subtitles

DATA = os.environ.get("VIGNETTE_DATA")
LINES = (
    "we were going to talk about the boat",
    "and then nobody wanted to",
    "so my brother sold it",
    "without a word to any of us",
    "and bought himself a horse",
)
Cue = tuple[int, int, list[str]]


def _srt(cues: list[Cue]) -> str:
    rendered = [RenderedCue(Span(a, b), tuple((Piece(line),) for line in lines)) for a, b, lines in cues]
    return srt.compose(rendered)


def _read(folder: Path, name: str, text: str) -> Subtitles:
    path = folder / name
    path.write_text(text, "utf-8")
    return read(path)


def _cues(found: Subtitles) -> list[tuple[int, int, str]]:
    return [(c.span.start_ms, c.span.end_ms, " ".join(w.text for w in c.words)) for c in found.cues if c.span]


def _clean(lines: tuple[str, ...] | list[str], step: int = 2000) -> list[Cue]:
    return [(n * step, (n + 1) * step, [line]) for n, line in enumerate(lines)]


def _rolled(clean: list[Cue], depth: int, hold: bool = False) -> list[Cue]:
    """The same captions as `depth` lines that roll; with `hold` 10 ms of what stays follow each, as automatic ones have it."""
    lines = [line for _, _, (line,) in clean]
    rolled: list[Cue] = []
    for n, (start, end, _) in enumerate(clean):
        rolled.append((start, end - 10 * hold, lines[max(0, n - depth + 1) : n + 1]))
        if hold:
            rolled.append((end - 10, end, lines[max(0, n - depth + 2) : n + 1]))
    return rolled


@pytest.mark.parametrize(("depth", "hold"), [(2, False), (3, False), (4, False), (2, True), (3, True)])
def test_rolling_captions_are_read_as_those_that_do_not_roll(tmp_path: Path, depth: int, hold: bool) -> None:
    clean = _clean(LINES)
    found = _read(tmp_path, "x.srt", _srt(_rolled(clean, depth, hold)))
    assert _cues(found) == _cues(_read(tmp_path, "y.srt", _srt(clean)))
    assert "this is rolling text" in found.notes[0]
    assert found.repaired


words = st.sampled_from(
    ["yes", "no", "I", "never", "told", "her", "about", "it", "the", "boat", "again", "well"]
)
sentences = st.lists(words, min_size=2, max_size=6).map(" ".join)


@given(
    st.lists(sentences, min_size=4, max_size=12, unique=True).filter(
        lambda lines: not any(a != b and b.startswith(a) for a in lines for b in lines)
    ),
    st.integers(2, 3),
    st.booleans(),
)
def test_whatever_rolls_reads_as_what_does_not(lines: list[str], depth: int, hold: bool) -> None:
    from pipeline.formats.readers import parsed
    from pipeline.transcript.subtitles import SubtitlesFormat

    clean = _clean(lines)
    found, _ = parsed(SubtitlesFormat.SRT, _srt(_rolled(clean, depth, hold)), Path("x.srt"))
    assert [(c.span.start_ms, c.span.end_ms, text_lines(c)) for c in found.cues if c.span] == clean


def test_automatic_captions_of_the_web(tmp_path: Path) -> None:
    """A blank line to be written on, word stamps, and 10 ms in which the old line moves up."""
    text = "WEBVTT\nKind: captions\n\n"
    for n, line in enumerate(LINES):
        first, *rest = line.split()
        stamped = first + "".join(f"<00:00:{2 * n + 1:02}.{k}00><c> {w}</c>" for k, w in enumerate(rest))
        above = LINES[n - 1] if n else " "
        text += f"00:00:{2 * n:02}.000 --> 00:00:{2 * n + 1:02}.990 align:start position:0%\n{above}\n{stamped}\n\n"
        text += (
            f"00:00:{2 * n + 1:02}.990 --> 00:00:{2 * n + 2:02}.000 align:start position:0%\n{line}\n \n\n"
        )
    found = _read(tmp_path, "x.vtt", text)
    assert _cues(found) == [(n * 2000, n * 2000 + 2000, line) for n, line in enumerate(LINES)]
    assert found.notes == (
        "this is rolling text: 9 of its cues show again what stood before; each line is taken once",
    )


def test_a_line_that_grows_is_one(tmp_path: Path) -> None:
    first, second = LINES[0].split(), LINES[1].split()
    grows = [" ".join(first[:n]) for n in range(1, len(first) + 1)]
    cues: list[Cue] = [(n * 300, n * 300 + 300, [text]) for n, text in enumerate(grows)]
    at = cues[-1][1]
    cues += [
        (at + n * 300, at + n * 300 + 300, [LINES[0], " ".join(second[: n + 1])]) for n in range(len(second))
    ]
    found = _read(tmp_path, "x.srt", _srt(cues))
    assert _cues(found) == [(0, at, LINES[0]), (at, cues[-1][1], LINES[1])]


def test_lines_that_a_tool_has_joined(tmp_path: Path) -> None:
    cues: list[Cue] = [
        (n * 2000, n * 2000 + 2000, [" ".join(LINES[max(0, n - 1) : n + 1])]) for n in range(5)
    ]
    assert [text for _, _, text in _cues(_read(tmp_path, "x.srt", _srt(cues)))] == list(LINES)


def test_roll_up_in_the_font_tags_of_converters(tmp_path: Path) -> None:
    cues = "".join(
        f"{n + 1}\n00:00:0{n},000 --> 00:00:0{n + 1},000\n"
        f'<font face="Mono">{{\\an7}}' + "\n".join(LINES[max(0, n - 1) : n + 1]) + "</font>\n\n"
        for n in range(5)
    )
    (tmp_path / "x.srt").write_text(cues, "utf-8")
    found = opened(tmp_path / "x.srt")
    assert [cue.raw for cue in found.cues] == [f'<font face="Mono">{{\\an7}}{line}</font>' for line in LINES]


def test_broadcasts_that_roll_for_a_while(tmp_path: Path) -> None:
    before = [(n * 2000, n * 2000 + 1500, [f"Caption {n} stands alone."]) for n in range(12)]
    rolled = [(a + 24_000, b + 24_000, lines) for a, b, lines in _rolled(_clean(LINES), 2)]
    found = _read(tmp_path, "x.srt", _srt([*before, *rolled]))
    assert [text for _, _, text in _cues(found)][12:] == list(LINES)


ASS = "[Script Info]\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"


def _ass(*events: str) -> str:
    return ASS + "".join(f"Dialogue: {event}\n" for event in events)


def test_layers_karaoke_and_colours_of_ass(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        "x.ass",
        _ass(
            "0,0:00:01.00,0:00:03.00,Shade,,0,0,0,,{\\bord4\\blur3}Nobody came.",
            "1,0:00:01.00,0:00:03.10,Text,Rosa,0,0,0,,Nobody came.",
            "0,0:00:03.50,0:00:05.00,Text,,0,0,0,,{\\k20}We {\\k30}all {\\kf40}sing",
            *(
                f"0,0:00:0{5 + n}.00,0:00:0{6 + n}.00,Text,,0,0,0,,"
                + " ".join(
                    f"{{\\c&HFF&}}{w}{{\\c}}" if n == k else w for k, w in enumerate(("and", "then", "dance"))
                )
                for n in range(3)
            ),
        ),
    )
    assert _cues(found) == [
        (1000, 3100, "Nobody came."), (3500, 5000, "We all sing"), (5000, 8000, "and then dance"),
    ]  # fmt: skip
    assert found.cues[0].words[0].label == "Rosa"


def test_captions_of_both_segments_at_a_border(tmp_path: Path) -> None:
    text = (
        "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n00:01.000 --> 00:03.000\none\n\n"
        "00:03.500 --> 00:06.000\ntwo\n\nWEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n"
        "00:03.500 --> 00:06.000\ntwo\n\n00:06.500 --> 00:07.000\nthree\n"
    )
    found = _read(tmp_path, "x.vtt", text)
    assert _cues(found) == [(1000, 3000, "one"), (3500, 6000, "two"), (6500, 7000, "three")]
    assert found.notes == (
        "1 of its cues shows a text that another shows at the same time; it is taken once",
    )


# What is said twice


@pytest.mark.parametrize(
    "cues",
    [
        [(0, 1000, ["No."]), (1000, 2000, ["No."]), (2000, 3000, ["No."]), (3000, 4000, ["I said no."])],
        [(0, 2000, ["I said it.", "I did."]), (2000, 4000, ["I said it.", "I did."]), (4000, 5000, ["They left."])],
        [(0, 2000, ["Row, row,"]), (2000, 4000, ["row your boat"]), (4000, 6000, ["Row, row,"]), (6000, 8000, ["row your boat"])],
        [(0, 2000, ["Do you?", "No."]), (2000, 4000, ["No.", "I never did."]), (4000, 5000, ["Well."]), (5000, 6000, ["Go on."])],
        [(0, 2000, ["Good evening.", "Buenas noches."]), (2000, 4000, ["Night.", "Buenas noches."]), (4000, 5000, ["A", "B"])],
        [(0, 2000, ["I"]), (2000, 4000, ["I know."]), (4000, 6000, ["You don't."]), (6000, 7000, ["I do."])],
    ],
)  # fmt: skip
def test_what_people_say_again_stays(tmp_path: Path, cues: list[Cue]) -> None:
    found = _read(tmp_path, "x.srt", _srt(cues))
    assert _cues(found) == [(a, b, " ".join(lines)) for a, b, lines in cues]
    assert found.notes == ()
    assert not found.repaired


def test_one_caption_that_begins_as_the_one_before_ends_is_left_to_the_sound(tmp_path: Path) -> None:
    cues: list[Cue] = [
        (0, 2000, ["a", "b"]),
        (2000, 4000, ["b", "c"]),
        (5000, 6000, ["c"]),
        (6000, 7000, ["d"]),
    ]
    assert [cue.again for cue in _read(tmp_path, "x.srt", _srt(cues)).cues] == [0, 1, 0, 0]


def test_two_people_who_say_the_same_at_once_are_two(tmp_path: Path) -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Rosa>Never.</v>\n\n00:01.000 --> 00:02.000\n<v Ben>Never.</v>\n"
    assert [cue.words[0].label for cue in _read(tmp_path, "x.vtt", text).cues] == ["Rosa", "Ben"]


def test_in_text_that_rolls_a_line_that_is_said_again_stays(tmp_path: Path) -> None:
    lines = ("I told him no", "no", "no", "and he laughed", "so I went", "home", "alone")
    found = _read(tmp_path, "x.srt", _srt(_rolled(_clean(lines), 2)))
    assert [text for _, _, text in _cues(found)] == list(lines)


@pytest.mark.skipif(not DATA, reason="VIGNETTE_DATA names no folder of other tools' files")
@pytest.mark.parametrize("name", ["talk.en.vtt", "converted.srt", "rollup608.srt"])
def test_rolling_files_of_other_tools_are_read_as_their_control(name: str) -> None:
    folder = Path(DATA or "", "cases", "01-youtube-rolling-vtt")
    wanted = [(c.span, [w.text for w in c.words]) for c in read(folder / "control.vtt").cues]
    found = read(folder / name).cues
    bare = [(c.span, ["".join(filter(str.isalpha, w.text)).lower() for w in c.words]) for c in found]
    assert bare == wanted
    repeat = read(folder / "legit-repeat.srt")
    assert (len(repeat.words), repeat.notes) == (20, ())
