"""Whole files that people mended: what they changed becomes decisions, and the next run shows their file."""

import json
import os
import random
import re
import shutil
import wave
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.commands.adopt import adopt
from pipeline.commands.adopt.diff import is_foreign, on_tokens
from pipeline.commands.adopt.shown_file import read_mended
from pipeline.commands.decide.request import DecisionRequest
from pipeline.edits import append, journal_of, read
from pipeline.edits.maker import Maker
from pipeline.edits.token_diff import Change, changes_within
from pipeline.errors import NotCaptioned, SubtitlesError, UsageError
from pipeline.files import WORK_FOLDER
from pipeline.formats.writers import srt, vtt
from pipeline.run import graph, jobs, outputs
from pipeline.run import preview as previews
from pipeline.run.inputs import Inputs
from pipeline.run.preview import preview
from pipeline.run.report import quality
from pipeline.run.store import Store
from pipeline.settings import CaptionSettings, Settings
from pipeline.stages import align
from pipeline.timing import Span, format_timecode
from pipeline.transcript import Heard, LocalSpeakers, Picture, ScreenText, Sound
from tests.support.edit_makers import DEMO_SUBTITLES, demo_aligned
from tests.support.examples import examples
from tests.support.project import Project, copy_of

DURATION_MS = 300_000


# While these are on the screen, captions stand at the top.
SHOWN = tuple(
    ScreenText(Span(at, at + 6000), "Session 12", (0.3, 0.85, 0.4, 0.08), 1.0)
    for at in (40_000, 90_000, 200_000)
)


class Listened:
    """Instead of listening and looking: the demo's subtitles with their words placed, and some text on the screen; every other
    stage is the real one."""

    def __init__(self, store):
        self.store = store

    def __call__(self, stage, reads, produce):
        made = {
            "sound": lambda: Sound(DURATION_MS, True),
            "transcribe": lambda: Heard("sphinx", "en-us", True, (), (Span(0, DURATION_MS),)),
            "segment": LocalSpeakers,
            "align": demo_aligned,
            "picture": lambda: Picture(texts=SHOWN),
        }.get(stage.name)
        result = made() if made else produce(lambda share: None)
        self.store.save(stage.name, stage.result, reads, result)
        return result


class Remembering(previews._PreviewStep):
    """Does no stage twice that reads the same, whichever test looks."""

    done: ClassVar = {}

    def __call__(self, stage, reads, produce):
        key = stage.name, self.tagging, json.dumps(reads, sort_keys=True)

        def once(progress):
            if key not in self.done:
                self.done[key] = produce(progress)
            return self.done[key]

        return super().__call__(stage, reads, once)


@pytest.fixture(scope="module", autouse=True)
def stages_done_once():
    """Adopting looks many times at what its trials come to, and most tests look at the same captions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(previews, "_PreviewStep", Remembering)
        yield
    Remembering.done.clear()


@dataclass
class Desk:
    """A recording that was run, without its sound."""

    job: jobs.Job

    @property
    def store(self):
        return Store.of(self.job.out, self.job.name)

    @property
    def srt(self):
        return self.job.out / "demo.en.srt"

    @property
    def vtt(self):
        return self.job.out / "demo.en.vtt"

    @property
    def journal(self):
        return journal_of(self.job.media)

    def listen(self):
        with Inputs(self.job, self.store, listening=False) as inputs:
            graph.transcript(inputs, Listened(self.store))

    def run(self):
        """What `vignette run` does behind the stages."""
        shown = preview(self.job, tagging=False)
        return shown, outputs.write(shown.transcript, self.store, self.job.out)

    def adopt(self, text, name="mended.srt", who="Ana", encoding="utf-8"):
        path = self.job.media.with_name(name)
        path.write_bytes(text.encode(encoding))
        return adopt.adopt(self.job, path, who)

    def round_trip(self, text):
        """Adopt SubRip and run: what comes out."""
        found = self.adopt(text)
        shown, _ = self.run()
        return found, srt.dumps(shown.transcript)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    (folder / "media").mkdir()
    with wave.open(
        str(folder / "media" / "demo.mp4"), "wb"
    ) as sound:  # nothing to hear, but it can be decoded
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16000))
    given_ = shutil.copy(DEMO_SUBTITLES, folder / "media" / "given.srt")
    desk = Desk(jobs.Job(folder / "media" / "demo.mp4", folder / "out", Settings(), Path(given_)))
    desk.listen()
    desk.run()
    return desk


@pytest.fixture
def desk(prepared, tmp_path):
    shutil.copytree(prepared.job.media.parent.parent, tmp_path / "desk", copy_function=shutil.copy2)
    media = tmp_path / "desk" / "media"
    job = replace(
        prepared.job, media=media / "demo.mp4", out=tmp_path / "desk" / "out", subtitles=media / "given.srt"
    )
    return Desk(job)


def blocks(text):
    return [b.split("\n") for b in text.strip().split("\n\n")]


def joined(parts):
    return "\n\n".join("\n".join([str(n), *b[1:]]) for n, b in enumerate(parts, 1)) + "\n\n"


def changed(desk, old, new):
    text = desk.srt.read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new, 1)


def test_a_file_as_it_was_says_nothing(desk):
    found = desk.adopt(desk.srt.read_text(encoding="utf-8"))
    assert found.decisions == ()
    assert found.complete
    assert not desk.journal.exists()


MENDS = {
    "a word": ("Thusrday", "Thursday"),
    "a word more": ("what used.", "what they used."),
    "a word less": ("who come to us", "who come"),
    "words at the start": ("\nSo watch", "\nAnd so watch"),
    "a sound": ("[door opens]", "[door creaks open]"),
    "a time": ("00:00:31,128 --> ", "00:00:30,900 --> "),
    "other lines": ("watch what happens between people.", "watch what happens\nbetween people."),
    "a label": ("We'll make", "RUTH: We'll make"),
    "another label": ("DANIEL: Welcome", "RUTH: Welcome"),
    "a label less": ("DANIEL: Welcome", "Welcome"),
    "a dialogue": ("Come in, Colin. There's a chair.", "-Come in, Colin.\n-There's a chair."),
    "a place": ("\nWe'll make", "\n{\\an8}We'll make"),
    "a cue less": ("5\n00:00:22,044 --> ", None),
    "a cue more": (
        "6\n00:00:31,128",
        "6\n00:00:28,000 --> 00:00:29,000\nGood evening,\neverybody.\n\n7\n00:00:30,128",
    ),
}


def test_a_caption_that_was_brought_down_stays_down_and_the_others_up(desk):
    text = desk.srt.read_text(encoding="utf-8")
    assert text.count("{\\an8}") >= 4
    down = text.replace("{\\an8}", "", 1)
    found, out = desk.round_trip(down)
    assert out == down and found.complete
    assert len(found.decisions) == 1


def test_a_file_that_is_to_name_no_places_is_not_taken_for_one_that_lost_them(desk):
    settings = replace(desk.job.settings, captions=replace(desk.job.settings.captions, srt_positions=False))
    placed, desk.job = desk.srt.read_text(encoding="utf-8"), replace(desk.job, settings=settings)
    desk.run()
    text = desk.srt.read_text(encoding="utf-8")
    assert text == placed.replace("{\\an8}", "") != placed
    assert "line:0" in desk.vtt.read_text(encoding="utf-8")
    assert desk.adopt(text).decisions == ()
    found, out = desk.round_trip(changed(desk, "Most people who come", "All people who come"))
    assert "All people who come" in out and "{\\an8}" not in out
    assert len(found.decisions) == 1 and found.complete and not found.saved and not found.notes


@pytest.mark.parametrize("name", MENDS)
def test_what_was_mended_comes_out_again(desk, name):
    old, new = MENDS[name]
    parts = blocks(desk.srt.read_text(encoding="utf-8"))
    if name == "a cue less":
        text = joined([b for b in parts if "chair" not in " ".join(b)])
    elif name == "a cue more":
        at = next(k for k, b in enumerate(parts) if "make a start" in " ".join(b))
        more = ["0", "00:00:28,000 --> 00:00:29,000", "Good evening,", "everybody."]
        text = joined([*parts[:at], more, *parts[at:]])
    else:
        text = changed(desk, old, new)
    found, out = desk.round_trip(text)
    assert out == joined(blocks(text))
    assert found.decisions
    assert found.complete
    assert not preview(desk.job, tagging=False).replay.report.conflicts


def test_a_split_a_merge_and_a_move_at_once(desk):
    parts = blocks(desk.srt.read_text(encoding="utf-8"))
    at = next(k for k, b in enumerate(parts) if len(b) == 4)
    one, two = parts[at], parts[at + 3]
    start, end = one[1].split(" --> ")
    middle = start[:-3] + "999"
    split = [["0", f"{start} --> {middle}", one[2]], ["0", f"{middle} --> {end}", one[3]]]
    merged = [
        "0",
        f"{two[1].split(' --> ')[0]} --> {parts[at + 4][1].split(' --> ')[1]}",
        *two[2:],
        *parts[at + 4][2:],
    ]
    text = joined([*parts[:at], *split, *parts[at + 1 : at + 3], merged, *parts[at + 5 :]])
    _, out = desk.round_trip(text)
    assert out == text


def test_as_subtitle_edit_writes_it(desk):
    """A byte order mark, CRLF, other numbers, blank lines at the end."""
    text = changed(desk, "Thusrday", "Thursday")
    foreign = (
        "\ufeff"
        + "\r\n\r\n".join("\r\n".join([str(n * 7), *b[1:]]) for n, b in enumerate(blocks(text)))
        + "\r\n" * 4
    )
    found, out = desk.round_trip(foreign)
    assert out == text
    assert [d.kind for d in found.decisions] == ["words"]


def on_grid(text, step_ms):
    """The times of SubRip on a grid, as an editor keeps them that knows frames or hundredths alone."""
    return re.sub(
        r"\d\d:\d\d:\d\d,\d\d\d",
        lambda m: format_timecode(round(round(_ms(m[0]) / step_ms) * step_ms), ","),
        text,
    )


@pytest.mark.parametrize("step_ms", [10, 40, 1001 / 24, 1001 / 30, 1000 / 60])
def test_times_that_an_editor_rounded_are_no_decisions(desk, step_ms):
    text = on_grid(desk.srt.read_text(encoding="utf-8"), step_ms)
    found = desk.adopt(text)
    assert (found.decisions, found.complete) == ((), True)
    assert "rounded to" in found.saved[0]
    found = desk.adopt(text.replace("Thusrday", "Thursday"))
    assert [d.kind for d in found.decisions] == ["words"]
    assert not preview(desk.job, tagging=False).replay.report.conflicts


def test_a_time_moved_in_a_file_that_an_editor_rounded_is_one_decision(desk):
    moved = changed(desk, "00:00:31,128 --> ", "00:00:30,900 --> ")
    (decision,) = desk.adopt(on_grid(moved, 10)).decisions
    assert (decision.kind, decision.value.start_ms, decision.value.end_ms) == ("cue", 30_900, None)


def test_who_means_every_rounded_time_can_have_them(desk):
    path = desk.job.media.with_name("mended.srt")
    path.write_text(on_grid(desk.srt.read_text(encoding="utf-8"), 40), encoding="utf-8")
    assert not adopt.decide(desk.job, path, "Ana", read(desk.journal)).decisions
    exact = adopt.decide(desk.job, path, "Ana", read(desk.journal), exactly=True)
    assert exact.kinds["cue"] > 20 and not exact.saved


def test_webvtt(desk):
    text = desk.vtt.read_text(encoding="utf-8").replace("Thusrday", "Thursday")
    found = desk.adopt(text, "mended.vtt")
    shown, _ = desk.run()
    assert [d.kind for d in found.decisions] == ["words"]
    assert vtt.dumps(shown.transcript) == text


def test_a_voice_in_webvtt_is_a_speaker(desk):
    text = desk.vtt.read_text(encoding="utf-8").replace(
        "\nWe'll make a start.", "\n<v Ruth>We'll make a start.</v>"
    )
    found = desk.adopt(text, "mended.vtt")
    assert "speaker" in [d.kind for d in found.decisions]
    shown, _ = desk.run()
    assert "<v Ruth>We'll make a start.</v>" in vtt.dumps(shown.transcript)


def test_a_label_makes_a_speaker(desk):
    found, _ = desk.round_trip(changed(desk, "\nWe'll make", "\nRUTH: We'll make"))
    (spoken,) = [d for d in found.decisions if d.kind == "speaker"]
    assert spoken.value.speaker == "Ruth"
    assert spoken.anchor.text.startswith("We'll make a start.")


def test_adopting_twice_decides_once(desk):
    text = changed(desk, "Thusrday", "Thursday")
    assert desk.adopt(text).decisions
    assert not desk.adopt(text).decisions
    assert len(read(desk.journal).decisions) == 1


def test_a_file_mended_in_place_is_ours_again_once_adopted(desk):
    text = changed(desk, "Thusrday", "Thursday")
    desk.srt.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert [p.name for p, _ in desk.run()[1].mended] == ["demo.en.srt"]
    assert adopt.adopt(desk.job, desk.srt, "Ana").complete
    _, written = desk.run()
    assert not written.mended
    assert desk.srt.read_text(encoding="utf-8") == text
    assert "Thursday" in desk.vtt.read_text(encoding="utf-8")
    assert not list(desk.job.out.glob("*.new.*"))


def test_what_others_decided_meanwhile_is_not_undone(desk):
    """Ben began with what we wrote before Ana's correction."""
    ben = changed(desk, "what used.", "what they used.")
    desk.srt.write_text(ben, encoding="utf-8")
    shown = preview(desk.job, tagging=False)
    first = next(k for k, t in enumerate(shown.transcript.tokens) if t.text == "Thusrday")
    append(desk.journal, Maker(shown.transcript, shown.replay, "Ana").words(first, first + 1, "Thursday"))
    desk.run()
    found = adopt.adopt(desk.job, desk.srt, "Ben")
    assert [d.kind for d in found.decisions] == ["words"]
    assert found.complete
    desk.run()
    text = desk.srt.read_text(encoding="utf-8")
    assert "Thursday group" in text
    assert "what they used." in text


def test_what_others_decided_otherwise_is_a_conflict_and_the_file_is_kept(desk):
    ben = changed(desk, "Thusrday", "Tuesday")
    desk.srt.write_text(ben, encoding="utf-8")
    shown = preview(desk.job, tagging=False)
    first = next(k for k, t in enumerate(shown.transcript.tokens) if t.text == "Thusrday")
    append(desk.journal, Maker(shown.transcript, shown.replay, "Ana").words(first, first + 1, "Thursday"))
    desk.run()
    found = adopt.adopt(desk.job, desk.srt, "Ben")
    assert found.differing
    assert not found.complete
    shown, written = desk.run()
    assert [s.decision.who for s in shown.replay.report.conflicts] == ["Ben"]
    assert [p.name for p, _ in written.mended] == ["demo.en.srt"]
    assert desk.srt.read_text(encoding="utf-8") == ben


def test_another_profile_keeps_what_was_adopted(desk):
    parts = blocks(desk.srt.read_text(encoding="utf-8"))
    parts[5][1] = "00:00:29,800 --> 00:00:31,000"
    desk.round_trip(joined(parts).replace("Thusrday", "Thursday"))
    job = replace(
        desk.job, settings=replace(desk.job.settings, captions=CaptionSettings(profile="bbc", recue=True))
    )
    shown = preview(job, tagging=False)
    assert not shown.replay.report.conflicts
    assert "00:00:29,800 --> 00:00:31,000\n" + parts[5][2] in srt.dumps(shown.transcript)


@pytest.mark.parametrize("profile", ["netflix", "dcmp", "bbc"])
def test_labels_as_other_profiles_draw_them(desk, profile):
    job = replace(desk.job, settings=replace(desk.job.settings, captions=CaptionSettings(profile=profile)))
    other = Desk(job)
    text = srt.dumps(other.run()[0].transcript)
    assert "DANIEL: " not in text or profile == "bbc"
    found, out = other.round_trip(text.replace("Thusrday", "Thursday"))
    assert [d.kind for d in found.decisions] == ["words"]
    assert out == text.replace("Thusrday", "Thursday")


def test_a_font_is_named_and_the_file_is_kept(desk):
    mended = changed(desk, "We'll make a start.", '<font face="Lato">We\'ll</font> make a start.')
    desk.srt.write_text(mended, encoding="utf-8")
    found = adopt.adopt(desk.job, desk.srt, "Ana")
    assert "font" in found.notes[0]
    assert not found.complete


def test_what_is_no_caption_file(desk):
    with pytest.raises(SubtitlesError):
        desk.adopt("Dear all,\nplease find attached.\n", "letter.txt")
    with pytest.raises(SubtitlesError):
        desk.adopt("", "empty.srt")
    assert not desk.journal.exists()


def test_before_the_first_run_there_is_nothing_to_compare_with(tmp_path):
    (tmp_path / "talk.mp4").write_bytes(b"x")
    job = jobs.Job(tmp_path / "talk.mp4", tmp_path / "out", Settings())
    (tmp_path / "talk.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHello.\n")
    with pytest.raises(NotCaptioned, match="was not captioned yet"):
        adopt.adopt(job, tmp_path / "talk.srt", "Ana")


def test_captions_of_something_else_are_not_taken_for_mended_ones(desk):
    """Adopted, they would put every caption of ours out."""
    other = joined([["0", "00:00:01,000 --> 00:00:02,000", "Nobody in this film goes home tonight."]])
    with pytest.raises(SubtitlesError, match="has hardly a word in common"):
        desk.adopt(other)
    assert not desk.journal.exists()
    (desk.job.media.parent / "mended.srt").write_text(other, encoding="utf-8")
    assert adopt.adopt(desk.job, desk.job.media.parent / "mended.srt", "Ana", anyway=True).decisions


def test_a_file_of_which_most_words_were_wrong_is_mended_all_the_same():
    rng = random.Random(7)
    spoken = [rng.choice("abcdefghijklmnopqrstuvwxyz") * 2 for _ in range(2000)]
    drafted = [w if rng.random() > 0.5 else "wrong" for w in spoken]
    assert not is_foreign(spoken, drafted)
    assert is_foreign([w + "x" for w in spoken], drafted)
    assert not is_foreign([], drafted)
    assert not is_foreign(spoken, [])


def test_every_caption_deleted(desk):
    parts = blocks(desk.srt.read_text(encoding="utf-8"))
    path = desk.job.media.with_name("mended.srt")
    path.write_text(joined(parts[:1]), encoding="utf-8")
    adopt.adopt(desk.job, path, "Ana", anyway=True)
    assert srt.dumps(desk.run()[0].transcript) == joined(parts[:1])


def test_a_half_finished_file_is_not_taken_for_deleted_words(desk):
    parts = blocks(desk.srt.read_text(encoding="utf-8"))
    half = len(parts) // 2
    begins = parts[half][1].split(",")[0][3:].lstrip("0")
    with pytest.raises(SubtitlesError, match=rf"lacks \d+ of our \d+ words, most of them from {begins} on"):
        desk.adopt(joined(parts[:half]))
    assert not desk.journal.exists()
    assert desk.adopt(joined(parts[:2] + parts[4:])).decisions


def test_the_sentence_about_the_words_says_when_some_were_taken_out(desk):
    def told():
        shown = preview(desk.job, tagging=False)
        return next(s for s in quality(shown.transcript, shown.replay.reworded) if "unchanged" in s)

    assert "people decided" not in told()
    parts = blocks(desk.srt.read_text(encoding="utf-8"))
    desk.adopt(joined(parts[:3] + parts[4:]))
    assert "unchanged but for what people decided" in told()


def shifted(parts, by_ms):
    return [
        [n, _times(*(_ms(t) + by_ms for t in times.split(" --> "))), *lines] for n, times, *lines in parts
    ]


def test_a_file_with_the_times_of_another_version_is_not_adopted(desk):
    parts = blocks(desk.srt.read_text(encoding="utf-8"))
    with pytest.raises(SubtitlesError, match=r"begin 3\.0 s from where ours do.*vignette align"):
        desk.adopt(joined(shifted(parts, 3000)))
    assert not desk.journal.exists()
    third = len(parts) // 3
    assert desk.adopt(joined(parts[:-third] + shifted(parts[-third:], 3000))).decisions


def test_a_caption_past_the_end_of_the_recording_ends_with_it(desk):
    parts = blocks(desk.srt.read_text(encoding="utf-8"))
    end = preview(desk.job, tagging=False).transcript.media.duration_ms
    late = [
        ["0", _times(end - 2000, end + 30_000), "Goodbye."],
        ["0", _times(end + 100, end + 900), "Music."],
    ]
    found, out = desk.round_trip(joined(parts + late))
    assert out == joined([*parts, ["0", _times(end - 2000, end), "Goodbye."]])
    assert found.differing == 0
    assert "runs past the end" in found.notes[0]
    assert "is left out" in found.notes[1]
    assert not desk.run()[0].replay.report.conflicts


def test_a_caption_moved_behind_the_end_stays_where_it_was(desk):
    parts = blocks(desk.srt.read_text(encoding="utf-8"))
    end = preview(desk.job, tagging=False).transcript.media.duration_ms
    moved = [*parts[:-1], [parts[-1][0], _times(end + 100, end + 900), *parts[-1][2:]]]
    found, out = desk.round_trip(joined(moved))
    assert out == joined(parts)
    assert "stays where it was" in found.notes[0]


# --- the round trip, at random ---------------------------------------------------------------------------------------

LINES = (
    "I see.",
    "Not at all, no.",
    "[coughs]",
    "Yes & no <maybe>",
    "“Quite,” she said.",
    "1455",
    "Well – yes.",
    "naïve café",
)


def mend_at_random(rng, parts):
    """One thing that a person does to a caption file."""
    at = rng.randrange(len(parts))
    cue = list(parts[at])
    start, end = (_ms(t) for t in cue[1].split(" --> "))
    match rng.choice(("word", "insert", "drop", "time", "wrap", "split", "merge", "delete", "add", "line")):
        case "word":
            words = cue[-1].split()
            words[rng.randrange(len(words))] = rng.choice(("Thursday", "well,", "never", "I"))
            cue[-1] = " ".join(words)
        case "insert":
            words = cue[-1].split()
            words.insert(rng.randrange(len(words) + 1), rng.choice(("really", "um,", "not")))
            cue[-1] = " ".join(words)
        case "drop":
            words = cue[-1].split()
            if len(words) > 2:
                del words[rng.randrange(1, len(words))]
            cue[-1] = " ".join(words)
        case "time":
            start = max(0, start + rng.randrange(-300, 300))
            cue[1] = _times(start, max(start + 200, end + rng.randrange(-300, 300)))
        case "wrap" if not any(x in line for line in cue[2:] for x in ("[", ":")):
            words = " ".join(line.lstrip("-") for line in cue[2:]).split()
            cut = rng.randrange(1, len(words) + 1)
            cue[2:] = [line for line in (" ".join(words[:cut]), " ".join(words[cut:])) if line]
        case "split" if len(cue) > 3 and end - start > 600:
            middle = (start + end) // 2
            return [*parts[:at], [*cue[:1], _times(start, middle), *cue[2:3]],
                    [*cue[:1], _times(middle, end), *cue[3:]], *parts[at + 1 :]]  # fmt: skip
        case "merge" if at + 1 < len(parts) and len(cue) == 3 and len(parts[at + 1]) == 3:
            after = parts[at + 1]
            return [
                *parts[:at],
                [cue[0], _times(start, _ms(after[1].split(" --> ")[1])), cue[2], after[2]],
                *parts[at + 2 :],
            ]
        case "delete" if len(parts) > 3:
            return [*parts[:at], *parts[at + 1 :]]
        case "add":
            new = ["0", _times(max(0, start - 40), max(1, start - 5)), rng.choice(LINES)]
            return [*parts[:at], new, *parts[at:]]
        case "line":
            cue[2:] = rng.sample(LINES, k=rng.choice((1, 2)))
    return [*parts[:at], cue, *parts[at + 1 :]]


def _ms(text):
    hours, minutes, rest = text.split(":")
    seconds, ms = rest.split(",")
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(ms)


def _times(start, end):
    return f"{format_timecode(start, ',')} --> {format_timecode(end, ',')}"


def mended_at_random(desk, seed, count):
    """The captions of a run, mended so many times, adopted and run again: ours and theirs."""
    rng = random.Random(seed)
    parts = blocks(desk.srt.read_text(encoding="utf-8"))
    for _ in range(count):
        parts = mend_at_random(rng, parts)
    parts.sort(key=lambda b: _ms(b[1][:12]))
    desk.journal.unlink(missing_ok=True)
    found = desk.adopt(joined(parts), "random.srt")
    shown = preview(desk.job, tagging=False)
    desk.journal.unlink(missing_ok=True)
    out = desk.job.media.with_name("out.srt")
    out.write_text(srt.dumps(shown.transcript), encoding="utf-8")
    ours, theirs = (read_mended(p, "en", ("Daniel", "Ruth"))[0] for p in (out, out.with_name("random.srt")))
    return found, shown, ours, theirs


def comes_out_again(desk, seed, count):
    found, shown, ours, theirs = mended_at_random(desk, seed, count)
    assert not shown.replay.report.conflicts
    assert [(c.span, c.place, c.layout, c.styles) for c in ours] == [
        (c.span, c.place, c.layout, c.styles) for c in theirs
    ]
    assert not found.differing


AT_RANDOM = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@settings(max_examples=examples(6), phases=[Phase.generate], **AT_RANDOM)
@given(seed=st.integers(0, 10**9), count=st.integers(1, 12))
def test_random_mends_come_out_again(prepared, seed, count):
    comes_out_again(prepared, seed, count)


@pytest.mark.slow
@settings(max_examples=examples(60), phases=[Phase.generate], **AT_RANDOM)
@given(seed=st.integers(0, 10**9), count=st.integers(1, 60))
def test_many_random_mends_come_out_again(prepared, seed, count):
    comes_out_again(prepared, seed, count)


@given(
    st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=3), max_size=6),
    st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=3), max_size=6),
    st.data(),
)
def test_changes_put_over_ours_give_theirs(ours, theirs, data):
    words = [w for cue in ours for w in cue]
    wanted = [w for cue in theirs for w in cue]
    owner, token = [], 0
    for _ in words:
        token += data.draw(st.booleans())
        owner.append(token)
    result, shift, at = list(words), 0, 0
    for change in on_tokens(changes_within(ours, theirs), owner):
        assert isinstance(change, Change)
        assert change.first >= at
        at = change.last
        for edge in (change.first, change.last):
            assert edge in (0, len(words)) or owner[edge - 1] != owner[edge]
        result[change.first + shift : change.last + shift] = wanted[change.begin : change.end]
        shift += (change.end - change.begin) - (change.last - change.first)
    assert result == wanted


def test_the_align_stage_is_never_asked(desk, monkeypatch):
    """One changed word listens to nothing again."""
    monkeypatch.setattr(align, "run", lambda *_: pytest.fail("it listened"))
    desk.round_trip(changed(desk, "Thusrday", "Thursday"))


# --- the commands -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def project_made(prepared, tmp_path_factory):
    """The prepared recording as a project."""
    folder = tmp_path_factory.mktemp("made") / "project"
    shutil.copytree(prepared.job.media.parent, folder / "media")
    (folder / "media" / "given.srt").rename(folder / "media" / "demo.en.srt")
    job = jobs.Job(Path("media/demo.mp4"), Path("transcripts"), Settings(), Path("media/demo.en.srt"))
    here = Path.cwd()
    os.chdir(folder)
    try:
        Desk(job).listen()
    finally:
        os.chdir(here)
    # So that what each passage sounds like, and what is found in each turn, is kept for every test.
    (folder / "transcripts" / WORK_FOLDER / "demo" / "speakers.json").unlink()
    (folder / "transcripts" / WORK_FOLDER / "demo" / "concepts.json").unlink()
    assert Project(folder).quick("run").status == 0
    return folder


@pytest.fixture
def project_run(project_made, tmp_path):
    """The prepared recording as a project in which commands run."""
    return copy_of(Project(project_made), tmp_path / "project")


def test_a_decision_from_the_command_line_to_the_captions(project_run):
    media = "media/demo.mp4"
    assert project_run.quick("decisions", media).out == "media/demo.mp4: nothing was decided\n"
    ran = project_run.quick("decide", media, "--words", "thusrday", "--become", "Thursday", "--by", "Ana")
    assert ran.status == 0, ran.err
    assert 'reads "Thursday"' in ran.out
    assert "vignette run media/demo.mp4" in ran.out
    assert project_run.quick("decide", media, "--reviewed", "--by", "Ana Lytical").status == 0
    (recording,) = project_run.quick("run", "--json").json["recordings"]
    assert recording["grade"] == "reviewed by Ana Lytical; timed from subtitles, text not verified"
    assert recording["decisions"]["kept"] == 2
    assert "2 decisions kept, 0 conflicts" in recording["notes"]
    assert "Thursday group" in (project_run.out / "demo.en.srt").read_text(encoding="utf-8")
    assert not {"sound", "transcribe", "align"} & {s["name"] for s in recording["stages"] if s["done"]}
    document = json.loads((project_run.out / "demo.json").read_text(encoding="utf-8"))
    assert document["grade"] == "reviewed by Ana Lytical; timed from subtitles, text not verified"
    assert "Thursday" in [
        w["text"] for u in document["utterances"] for w in u["words"] if w["text_source"] == "human"
    ]


def test_what_is_changed_after_a_review_is_told_everywhere(project_run):
    media, captions = "media/demo.mp4", project_run.out / "demo.en.srt"
    given_ = "timed from subtitles, text not verified"

    def graded():
        (recording,) = project_run.quick("run", "--json").json["recordings"]
        assert f"Captions by Vignette: {recording['grade']}\n" in captions.with_suffix(".vtt").read_text(
            encoding="utf-8"
        )
        return recording["grade"]

    def checked(name):
        (file,) = project_run.quick("check", f"transcripts/{name}", "--json").json["files"]
        return file["reviewed_by"], file["reviewed_since"]

    assert graded() == given_
    assert project_run.quick("decide", media, "--reviewed", "--by", "Ana").status == 0
    assert graded() == f"reviewed by Ana; {given_}"
    assert checked("demo.en.vtt") == ("Ana", "")
    ran = project_run.quick(
        "decide", media, "--words", "Thusrday", "--become", "Thursday", "--by", "Ben", "--json"
    )
    assert graded() == f"reviewed by Ana; 1 change since, by Ben; {given_}"
    text = captions.read_text(encoding="utf-8")
    captions.write_text(text.replace("what used.", "what they used."), encoding="utf-8")
    assert checked("demo.en.srt") == (
        "Ana",
        "1 change since, by Ben; 1 caption here not as in the transcript",
    )
    assert (
        project_run.quick("adopt", media, captions.relative_to(project_run.folder), "--by", "Cleo").status
        == 0
    )
    assert graded() == f"reviewed by Ana; 2 changes since, by Ben and Cleo; {given_}"
    assert checked("demo.json") == ("Ana", "2 changes since, by Ben and Cleo")
    project_run.quick("index")
    found = project_run.quick("search", "Thursday", "--json").json
    assert f"reviewed by Ana; 2 changes since, by Ben and Cleo; {given_}" in json.dumps(found)
    (decision,) = ran.json["decisions"]
    assert project_run.quick("decide", media, "--drop", decision["id"], "--by", "Ben").status == 0
    assert graded() == f"reviewed by Ana; 1 change since, by Cleo; {given_}"
    assert project_run.quick("decide", media, "--reviewed", "--by", "Ana").status == 0
    assert graded() == f"reviewed by Ana; {given_}"


def test_a_conflict_is_listed_and_settled(project_run):
    media = "media/demo.mp4"
    job = jobs.Job(project_run.folder / media, project_run.out, Settings(), project_run.media / "demo.en.srt")
    shown = preview(job, tagging=False)
    first = next(k for k, t in enumerate(shown.transcript.tokens) if t.text == "Thusrday")
    for who, word in (("Ana", "Thursday"), ("Ben", "Tuesday")):
        append(
            journal_of(job.media), Maker(shown.transcript, shown.replay, who).words(first, first + 1, word)
        )
    ran = project_run.quick("decisions", media, "--conflicts")
    assert ran.status == 1
    assert "disagrees with what Ana decided" in ran.out
    (recording,) = project_run.quick("run", "--json").json["recordings"]
    assert recording["needs_person"][0].startswith("1 decision no longer fits")
    (conflict,) = recording["decisions"]["conflicts"]
    assert (conflict["found"], conflict["wanted"]) == ("Thursday", '"Thusrday" reads "Tuesday"')
    assert project_run.quick("decide", media, "--insist", conflict["id"], "--by", "Ben").status == 0
    ran = project_run.quick("decisions", media)
    assert ran.status == 0, ran.out
    project_run.quick("run")
    assert "Tuesday group" in (project_run.out / "demo.en.srt").read_text(encoding="utf-8")
    assert project_run.quick("decide", media, "--drop", conflict["id"]).status == 0


def test_adopting_from_the_command_line(project_run):
    media = "media/demo.mp4"
    project_run.quick("run")
    captions = project_run.out / "demo.en.srt"
    captions.write_text(
        captions.read_text(encoding="utf-8").replace("Thusrday", "Thursday"), encoding="utf-8"
    )
    ran = project_run.quick("run")
    assert "vignette edits adopt media/demo.mp4 transcripts/demo.en.srt" in ran.out
    ran = project_run.quick("adopt", media, captions, "--dry-run", "--json")
    assert (ran.json["decisions"], ran.json["dry_run"]) == (1, True)
    assert not (project_run.media / "demo.edits.jsonl").exists()
    ran = project_run.quick("adopt", media, captions, "--by", "Ana")
    assert "1 decision (words 1) written to media/demo.edits.jsonl" in ran.out
    assert project_run.quick("run", "--json").json["recordings"][0]["kept"] == []


WISHES = {
    "a caption's time": (["--words", "make a start.", "--show", "0:29.9-0:31.5"], "00:00:29,900 --> 00:00:31,500"),
    "its start alone": (["--words", "make a start.", "--show", "0:30.9-"], "00:00:30,900 --> "),
    "a division": (["--words", "There's a chair.", "--split"], "\nThere's a chair."),
    "one of two": (["--words", "make a start.", "--merge"], None),
    "one less": (["--words", "There's a chair.", "--delete"], None),
    "one more": (["--add", "Good evening.", "--show", "0:28-0:29.5", "--label", "Ruth"], "\nRUTH: Good evening."),
    "a word's time": (["--words", "start.", "--said", "0:31.9-0:32.3"], None),
    "a waiver": (["--words", "make a start.", "--waive", "max-duration", "--reason", "he waits"], None),
    "a caption seen": (["--words", "make a start.", "--reviewed"], None),
}  # fmt: skip


@pytest.mark.parametrize("name", WISHES)
def test_what_can_be_decided_about_captions(desk, name):
    args, comes_out = WISHES[name]
    wish = _wish(args)
    shown = preview(desk.job, tagging=False)
    before = srt.dumps(shown.transcript)
    made = append(desk.journal, wish.decisions(shown, "Ana"))
    shown, _ = desk.run()
    assert made
    assert [s.state for s in shown.replay.report.standings] == ["kept"] * len(made)
    out = srt.dumps(shown.transcript)
    if comes_out:
        assert comes_out in out
    else:
        assert (out == before) == (name in ("a word's time", "a waiver", "a caption seen"))


def test_a_caption_over_another_is_refused_with_when_that_is_shown(desk):
    shown = preview(desk.job, tagging=False)
    cue = shown.transcript.captions.cues[3]
    inside = f"{format_timecode(cue.span.start_ms + 100)}-{format_timecode(cue.span.end_ms - 100)}"
    with pytest.raises(UsageError, match="shown there already, from") as caught:
        _wish(["--add", "Mm hm.", "--show", inside]).decisions(shown, "Ana")
    assert format_timecode(cue.span.start_ms) in str(caught.value)


def test_a_caption_that_is_added_where_another_is_shown_still_cuts_that(desk):
    """Its words are said by then; it gives way."""
    shown = preview(desk.job, tagging=False)
    cues = shown.transcript.captions.cues
    said_until = [max(t.span.end_ms for t in shown.transcript.tokens[c.first : c.last]) for c in cues]
    begin = next(e for c, e in zip(cues, said_until, strict=True) if c.span.end_ms - e >= 400)
    time, new = f"{format_timecode(begin)}-{format_timecode(begin + 400)}", Span(begin, begin + 400)
    append(desk.journal, _wish(["--add", "Mm hm.", "--show", time]).decisions(shown, "Ana"))
    shown, _ = desk.run()
    assert [s.state for s in shown.replay.report.standings] == ["kept"]
    spans = [c.span for c in shown.transcript.captions.cues]
    assert [s for s in spans if s.overlap_ms(new)] == [new]


def test_a_part_that_was_decided_about_reaches_every_stage_behind_it(desk):
    artefact = desk.store.folder / "vignettes.json"
    before, (shown, _) = artefact.read_bytes(), desk.run()
    said = shown.transcript.tokens[len(shown.transcript.tokens) // 5].span.start_ms
    wish = DecisionRequest(vignette="new", begins=format_timecode(said), title="The third", kind="commentary")
    append(desk.journal, wish.decisions(shown, "Ana"))
    shown, _ = desk.run()
    assert [s.state for s in shown.replay.report.standings] == ["kept"]
    part = next(p for p in shown.transcript.parts.parts if p.title == "The third")
    rows = json.loads((desk.job.out / "demo.json").read_text(encoding="utf-8"))["vignettes"]
    assert (part.id, part.kind) in [(r["id"], r["kind"]) for r in rows]
    assert "\nThe third\n" in (desk.job.out / "demo.chapters.vtt").read_text(encoding="utf-8")
    spans = [c.span for c in shown.transcript.captions.cues]
    assert not any(s.start_ms < part.span.start_ms < s.end_ms for s in spans)
    assert artefact.read_bytes() == before


def _wish(args):
    """As the command line makes it."""
    given_ = {}
    rest = list(args)
    while rest:
        name = rest.pop(0).removeprefix("--")
        given_[name] = True if name in ("split", "merge", "delete", "reviewed") else rest.pop(0)
    return DecisionRequest(**given_)


@pytest.mark.parametrize(
    "args",
    [["--show", "1-2"], ["--words", "x", "--show", "2-1"], ["--words", "x", "--show", "soon-later"],
     ["--words", "x", "--said", "0:01-"], ["--add", "x"], ["--label", "x", "--reviewed"],
     ["--words", "x", "--waive", "r"], ["--words", "So", "--split"], ["--words", "x", "--split", "--merge"]],
)  # fmt: skip
def test_wishes_that_make_no_sense(desk, args):
    with pytest.raises(UsageError):
        _wish(args).decisions(preview(desk.job, tagging=False), "Ana")


def test_copies_of_a_journal_are_merged(project_run):
    media, theirs = "media/demo.mp4", project_run.folder / "theirs.jsonl"
    project_run.quick("decide", media, "--words", "Thusrday", "--become", "Thursday", "--by", "Ana")
    (project_run.media / "demo.edits.jsonl").rename(theirs)
    ran = project_run.quick("decisions", "merge", media, theirs, "--json")
    assert ran.json["recordings"][0]["merged"] == 1
    assert ran.json["recordings"][0]["kept"] == 1


@pytest.mark.parametrize(
    "args",
    [("decide", "media/demo.mp4"), ("decide", "media/demo.mp4", "--become", "x"),
     ("decide", "media/demo.mp4", "--words", "the", "--become", "x"),
     ("decide", "media/demo.mp4", "--words", "xyzzy", "--become", "x"),
     ("decide", "media/demo.mp4", "--words", "the", "--at", "soon", "--become", "x"),
     ("decide", "media/demo.mp4", "--drop", "ffff"), ("decide", "media/demo.mp4", "--drop", "a", "--reviewed"),
     ("decide", "media/demo.mp4", "--person", "s1"), ("decisions", "--merge", "a", "media/demo.mp4", "media/x.mp4"),
     ("decide", "media", "--reviewed"), ("adopt", "media", "media/demo.en.srt"),
     ("decide", "media/demo.mp4", "--words", "the", "--concept", "x", "--verdict", "maybe")],
)  # fmt: skip
def test_wrong_wishes_are_one_sentence(project_run, args):
    shutil.copy(project_run.media / "demo.mp4", project_run.media / "x.mp4")
    ran = project_run.quick(*args)
    assert ran.status == 2
    assert len(ran.err.strip().splitlines()) == 1
    assert not (project_run.media / "demo.edits.jsonl").exists()


@pytest.mark.parametrize("command", ["decisions", "decide", "adopt"])
def test_help_shows_examples(project, command):
    ran = project.quick(command, "--help")
    assert ran.status == 0
    assert "Example" in ran.out


def test_a_damaged_journal_is_one_sentence_and_costs_no_output(project_run):
    project_run.quick("run")
    before = (project_run.out / "demo.en.srt").read_bytes()
    (project_run.media / "demo.edits.jsonl").write_bytes(b"\x00\x01 not a journal")
    ran = project_run.quick("run")
    assert ran.status == 1
    assert "is not a journal of decisions" in ran.err
    assert (project_run.out / "demo.en.srt").read_bytes() == before


def test_a_journal_that_was_moved_away_is_noticed_once(project_run):
    media, journal = "media/demo.mp4", project_run.media / "demo.edits.jsonl"
    project_run.quick("decide", media, "--words", "Thusrday", "--become", "Thursday", "--by", "Ana")
    project_run.quick("run")
    journal.rename(journal.with_suffix(".away"))
    (recording,) = project_run.quick("run", "--json").json["recordings"]
    assert (
        "media/demo.edits.jsonl no longer holds 1 decision that the last run applied: was it moved?"
        in recording["needs_person"]
    )
    assert "no longer holds" not in project_run.quick("run").out
