"""What subtitle editors do to a file that they merely save is nobody's decision; what a person changed in it is."""

import random
import re
import unicodedata
from itertools import pairwise

import pysrt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.commands.adopt.rounding import FRAME_RATES
from pipeline.commands.adopt.shown_file import read_mended
from pipeline.commands.adopt.tool_save import taken_back
from pipeline.formats.writers import srt, vtt
from pipeline.timing import format_timecode, parse_timecode
from tests.support.edit_makers import compose, demo_aligned
from tests.support.examples import examples

LABELS = ("Daniel", "Ruth", "Colin")
TIMES = re.compile(r"(\d\d:\d\d:\d\d[,.]\d\d\d) --> (\d\d:\d\d:\d\d[,.]\d\d\d)")


@pytest.fixture(scope="module")
def files():
    made = compose(demo_aligned(), tagging=False)
    text = {"srt": srt.dumps(made.transcript), "vtt": vtt.dumps(made.transcript)}
    return {kind: t.replace("staying well", "staying naïve") for kind, t in text.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("saved")


def parsed(folder, text, kind="srt"):
    path = folder / f"mended.{kind}"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_mended(path, "en", LABELS)[0]


def shown(cues):
    return [(c.span, c.place, c.layout) for c in cues]


def left(folder, text, files, kind="srt", ours="srt"):
    """The captions of a saved file, and ours that they are not."""
    mine = parsed(folder, files[ours], ours)
    found, said = taken_back(parsed(folder, text, kind), mine)
    return [(a, b) for a, b in zip(shown(found), shown(mine), strict=True) if a != b], said


def retimed(text, change):
    """The text with `change(start_ms, end_ms, gap_to_the_next_ms)` for the times of every cue."""
    spans = [
        (parse_timecode(a.replace(",", ".")), parse_timecode(b.replace(",", ".")))
        for a, b in TIMES.findall(text)
    ]
    gaps = [b[0] - a[1] for a, b in pairwise(spans)] + [10_000]
    new = iter([change(*span, gap) for span, gap in zip(spans, gaps, strict=True)])
    sign = "," if "," in TIMES.search(text)[1] else "."
    return TIMES.sub(lambda _: " --> ".join(format_timecode(round(t), sign) for t in next(new)), text)


def nearest(step):
    return lambda x: int(x / step + 0.5) * step


def down(step):
    return lambda x: x // step * step


def up(step):
    return lambda x: -(-x // step) * step


GRIDS = {
    **{f"{rate:.5g} frames": 1000 / rate for rate in FRAME_RATES},
    "hundredths": 10.0,
}


@pytest.mark.parametrize("how", [nearest, down, up])
@pytest.mark.parametrize("grid", GRIDS)
def test_times_on_a_grid_are_the_tools(files, folder, grid, how):
    snap = how(GRIDS[grid])
    text = retimed(files["srt"], lambda a, b, _: (snap(a), snap(b)))
    assert text != files["srt"]
    differing, said = left(folder, text, files)
    assert differing == []
    assert said and "rounded to" in said[0]


@pytest.mark.parametrize("how", [nearest, down, up])
@pytest.mark.parametrize("rate", [24, 25, 30000 / 1001])
def test_ends_that_name_the_last_frame_are_the_tools(files, folder, rate, how):
    step = 1000 / rate
    text = retimed(files["srt"], lambda a, b, _: (how(step)(a), nearest(step)(b) - step))
    differing, said = left(folder, text, files)
    assert differing == []
    assert said and "each end a frame earlier" in said[0]


def test_one_end_that_a_person_put_a_frame_earlier_is_theirs(files, folder):
    seen, snap = iter(range(1000)), nearest(40.0)
    text = retimed(files["srt"], lambda a, b, _: (snap(a), snap(b) - 40 * (next(seen) == 4)))
    assert len(left(folder, text, files)[0]) == 1


@pytest.mark.parametrize("truncated", [False, True])
def test_milliseconds_that_went_through_fractions(files, folder, truncated):
    """As 100 ns ticks, or seconds as a binary fraction, cut off instead of rounded."""
    text = retimed(
        files["srt"], lambda a, b, _: (a - (a % 3 == 0), b - (b % 3 == 1) if truncated else b + (b % 7 == 0))
    )
    assert left(folder, text, files)[0] == []


@pytest.mark.parametrize("rate", [24000 / 1001, 25, 30])
@pytest.mark.parametrize("frames", [1, 2])
@pytest.mark.parametrize("on_grid", [False, True])
def test_a_gap_put_between_neighbours_is_the_tools(files, folder, rate, frames, on_grid):
    step = 1000 / rate
    snap = nearest(step) if on_grid else (lambda x: x)
    least = frames * step

    def change(a, b, gap):
        return snap(a), (snap(b + gap) - least if snap(b + gap) - snap(b) < least - 1 else snap(b))

    text = retimed(files["srt"], change)
    differing, said = left(folder, text, files)
    assert differing == []
    assert any("between captions that follow at once" in s for s in said)


@pytest.mark.parametrize("moved_ms", [-400, -90, -45, 45, 60, 300])
@pytest.mark.parametrize("how", [lambda x: x, nearest(10.0), nearest(40.0)])
def test_a_time_that_a_person_moved_is_theirs(files, folder, how, moved_ms):
    """Whether the rest of the file is exact, or on a grid."""
    seen = iter(range(1000))

    def change(a, b, _):
        return how(a + moved_ms if next(seen) == 4 else a), how(b)

    differing, _ = left(folder, retimed(files["srt"], change), files)
    assert len(differing) == 1
    their, our = differing[0]
    assert their[0].start_ms == how(our[0].start_ms + moved_ms) and their[0].end_ms == our[0].end_ms


@pytest.mark.parametrize("moved_ms", [-7, 2, 5, 10])
def test_a_small_move_in_a_file_that_is_exact_is_a_persons(files, folder, moved_ms):
    seen = iter(range(1000))
    text = retimed(files["srt"], lambda a, b, _: (a + (moved_ms if next(seen) == 7 else 0), b))
    differing, said = left(folder, text, files)
    assert (len(differing), said) == (1, [])


def test_all_captions_moved_alike_are_moved(files, folder):
    for by_ms in (40, 120, -200):
        differing, said = left(
            folder, retimed(files["srt"], lambda a, b, _, by=by_ms: (a + by, b + by)), files
        )
        assert len(differing) == files["srt"].count(" --> ")
        assert said == []


def test_one_gap_that_a_person_made_is_theirs(files, folder):
    """All others still follow at once."""
    done = iter([True])
    text = retimed(files["srt"], lambda a, b, gap: (a, b - 80 if gap == 0 and next(done, False) else b))
    assert len(left(folder, text, files)[0]) == 1


SIGNS = {
    "smart quotes": lambda t: re.sub(r'"([^"]*)"', "“\\1”", t.replace("'", "’")),
    "decomposed letters": lambda t: unicodedata.normalize("NFD", t),
    "a hard space": lambda t: re.sub(r"(?<=\w) (?=\w+\.)", "\u00a0", t),
    "CRLF and a byte order mark": lambda t: "\ufeff" + t.replace("\n", "\r\n"),
    "CR alone": lambda t: t.replace("\n", "\r"),
    "trailing spaces": lambda t: re.sub(r"(?<=[a-z.,?])\n", "  \n", t),
    "no line breaks": lambda t: re.sub(r"(?<=[^\d\n])\n(?=[^\d\n])", " ", t),
    "other numbers": lambda t: re.sub(r"(?m)^(\d+)\n(?=\d\d:)", lambda m: f"{int(m[1]) * 3 + 1000}\n", t),
    "fonts": lambda t: re.sub(r"(?m)^([A-Z].*)$", r'<font color="#ffffff" face="Arial">\1</font>', t),
    "all at the top": lambda t: re.sub(r"(?m)(-->.*\n)", r"\1{\\an8}", t),
    "override tags that say nothing": lambda t: re.sub(r"(?m)(-->.*\n)", r"\1{\\an2}", t),
    "marks of direction": lambda t: re.sub(r"(?m)(-->.*\n)", "\\1\u202a", t),
    "hours of one digit": lambda t: t.replace("\n00:", "\n0:"),
}  # fmt: skip


@pytest.mark.parametrize("name", SIGNS)
def test_signs_and_marks_of_a_whole_file_are_the_tools(files, folder, name):
    text = SIGNS[name](files["srt"])
    assert text != files["srt"]
    assert left(folder, text, files)[0] == []


@pytest.mark.parametrize("name", SIGNS)
def test_one_word_changed_in_such_a_file_is_one_difference(files, folder, name):
    text = SIGNS[name](files["srt"].replace("Thusrday", "Wednesday"))
    ((their, our),) = left(folder, text, files)[0]
    changed = [
        (a, b) for m, n in zip(their[2], our[2], strict=True) for a, b in zip(m, n, strict=True) if a != b
    ]
    assert [(a[0], b[0]) for a, b in changed] == [("Wednesday", "Thusrday")]
    assert their[0] == our[0]


def test_lines_wrapped_at_another_width_throughout(files, folder):
    text = re.sub(r"(?<=[^\d\n])\n(?=[^\d\n])", " ", files["srt"])

    def wrapped(match):
        line, out = "", []
        for word in match[0].split(" "):
            if line and len(line) + 1 + len(word) > 30:
                out, line = [*out, line], word
            else:
                line = f"{line} {word}".strip()
        return "\n".join([*out, line])

    differing, said = left(folder, re.sub(r"(?m)^\S*[A-Za-z\[].*$", wrapped, text), files)
    assert differing == []
    assert "its lines are wrapped anew throughout" in said


@pytest.mark.parametrize("count", [1, 2, 5])
def test_lines_that_a_person_divided_otherwise_are_theirs(files, folder, count):
    text = re.sub(r"(?<=[^\d\n])\n(?=[^\d\n])", " ", files["srt"], count=count)
    assert len(left(folder, text, files)[0]) == count


def test_one_quotation_mark_that_a_person_changed_is_theirs(files, folder):
    assert files["srt"].count("'") > 3
    assert len(left(folder, files["srt"].replace("'", "’", 1), files)[0]) == 1


def test_one_caption_that_a_person_moved_to_the_top_is_theirs(files, folder):
    assert len(left(folder, files["srt"].replace("\nWe'll", "\n{\\an8}We'll"), files)[0]) == 1


def test_webvtt_as_subrip_and_back(files, folder):
    as_srt = re.sub(r"^WEBVTT.*?(?=\n\d\d:)", "", files["vtt"], flags=re.DOTALL)
    as_srt = re.sub(r"</?v[^>]*>", "", TIMES.sub(lambda m: m[0].replace(".", ","), as_srt))
    assert left(folder, as_srt, files, "srt", "vtt")[0] == []
    as_vtt = "WEBVTT\n\n" + TIMES.sub(lambda m: m[0].replace(",", "."), files["srt"])
    assert left(folder, as_vtt, files, "vtt", "srt")[0] == []


# --- tools one after the other ------------------------------------------------------------------------------------------

HABITS = {
    "pysrt": lambda t: "".join(f"{i}\n" for i in pysrt.from_string(t)),
    "hundredths": lambda t: retimed(t, lambda a, b, _: (nearest(10.0)(a), nearest(10.0)(b))),
    "hundredths cut off": lambda t: retimed(t, lambda a, b, _: (down(10.0)(a), down(10.0)(b))),
    **{
        name: SIGNS[name]
        for name in SIGNS
        if name not in ("CR alone", "hours of one digit", "all at the top")
    },
}


@settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    habits=st.lists(st.sampled_from(sorted(HABITS)), min_size=1, max_size=4, unique=True),
    fps=st.sampled_from([None, *FRAME_RATES]), seed=st.integers(0, 10**6), word=st.booleans(),
)  # fmt: skip
def test_whatever_tools_save_it_nothing_is_said_and_one_word_is_one(files, folder, habits, fps, seed, word):
    text = files["srt"]
    if word:
        places = [m.span() for m in re.finditer(r"\b[a-z]{3,}\b", text)]
        first, last = random.Random(seed).choice(places)
        text = text[:first] + "lighthouse" + text[last:]
    if fps:
        text = retimed(text, lambda a, b, _: (nearest(1000 / fps)(a), nearest(1000 / fps)(b)))
        habits = [h for h in habits if "hundredths" not in h]
    for habit in habits:
        text = HABITS[habit](text)
    differing, _ = left(folder, text, files)
    assert len(differing) == int(word)
    for their, our in differing:
        assert their[0] == our[0]
