"""Twins: every format has one, none holds a name, times stay, and nothing is written before a person agreed."""

import csv
import io
import json
import re
import stat
import unicodedata
import wave
import zipfile
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from benchmarks.deidentify import folded as plain
from benchmarks.deidentify import texts_of
from pipeline.commands.deidentify import deidentify, formats, mute
from pipeline.commands.deidentify.found import Material, proposed
from pipeline.commands.deidentify.key import Entry, Key
from pipeline.commands.deidentify.replaced import Replacer
from pipeline.commands.deidentify.sounds import Sounds
from pipeline.commands.deidentify.table import Table
from pipeline.commands.deidentify.twin import twin_of
from pipeline.commands.deidentify.values import mapped, strings
from pipeline.formats.document import writer
from pipeline.formats.writers import exports
from pipeline.run import outputs
from pipeline.settings import Settings
from pipeline.timing import Span
from pipeline.transcript import Passage, Review, check
from pipeline.transcript.verification import Checked, Opinion, Suggestion, Verification
from tests.support import edit_makers

NAMES = ("daniel", "marsh", "ruth", "calder", "alan", "colin", "maya", "denise", "leo", "terry")
HELD = re.compile(rf"(?<![^\W\d_])({'|'.join(NAMES)})(?![^\W\d_])")


@pytest.fixture(scope="module")
def transcript():
    made = edit_makers.compose(edit_makers.demo_aligned(), voiced=True).transcript
    ruth = next(n for n, t in enumerate(made.tokens) if t.text == "Ruth")
    span = made.tokens[ruth].span
    heard = (
        Passage(span, ruth, ruth + 2, heard="Rooth called her."),
        Passage(Span(0, 9), 0, 0, heard="then Denise left"),
    )
    checked = Checked(span, ruth, ruth + 1, Opinion.OTHERWISE, "Bruce")
    verification = Verification("whisper", (checked,), (Suggestion("s1", span, ruth, ruth + 1, "Roof", 0.9),))
    report = replace(
        made.aligned.report,
        heard_differently=heard[:1],
        speech_without_text=heard[1:],
        summary=("Leo is cut",),
    )
    return replace(
        made,
        media=replace(
            made.media, name="ruth-calder_2", title="Terry's last Thursday", isbn=("978-1",), sha256="ab" * 32
        ),
        aligned=replace(made.aligned, report=report),
        review=Review("Maya Petrenko", 1, 1, ("Colin",)),
        verification=verification,
        provenance={"subtitles": "ruth-calder_2.en.srt", "settings": "cafe"},
    )


@pytest.fixture(scope="module")
def key(transcript):
    return proposed(Key(secret="s"), Material(Settings(), transcript, (), ("ruth-calder_2",)))


@pytest.fixture(scope="module")
def twin(transcript, key):
    table = Table.of(key.entries, Material(Settings(), transcript).said_small())
    return twin_of(transcript, Replacer(table, Sounds(table.words)), "s")


def test_no_text_of_the_twin_holds_a_name(twin):
    check(twin.transcript)
    assert [text for text in strings(twin.transcript) if HELD.search(plain(text))] == []


def test_times_and_all_else_stay(transcript, twin):
    made = twin.transcript
    assert [t.span for t in made.tokens] == [t.span for t in transcript.tokens]
    assert [c.span for c in made.captions.cues] == [c.span for c in transcript.captions.cues]
    changed = [
        (a.text, b.text) for a, b in zip(transcript.tokens, made.tokens, strict=True) if a.text != b.text
    ]
    assert changed and all(HELD.search(plain(old)) for old, _ in changed)


def test_the_evidence_of_concepts_is_where_it_was(transcript, twin):
    before, after = (
        {u.id: t.text(u.first, u.last) for u in t.voices.utterances} for t in (transcript, twin.transcript)
    )
    pairs = list(zip(transcript.concepts.tags, twin.transcript.concepts.tags, strict=True))
    moved = 0
    for old, new in pairs:
        was = before[old.utterance][old.start_char : old.end_char]
        if not HELD.search(plain(was)):
            assert after[new.utterance][new.start_char : new.end_char] == was
        moved += old.start_char != new.start_char
    assert moved


def test_what_was_heard_in_place_of_a_name_is_its_pseudonym(twin):
    made = twin.transcript
    given, family = next(s.name for s in made.voices.speakers if s.id == "s2").split()
    assert made.aligned.report.heard_differently[0].heard.strip(".").split() == [given, family]
    assert made.verification.checked[0].heard == given == made.verification.suggestions[0].text


def test_what_identifies_the_recording_goes(transcript, twin):
    document = json.loads(writer.dumps(twin.transcript))
    assert document["media"]["sha256"] != "ab" * 32 and re.fullmatch(
        "[0-9a-f]{64}", document["media"]["sha256"]
    )
    assert document["media"]["isbn"] == [] and not HELD.search(document["media"]["name"])
    assert document["provenance"]["settings"] == "cafe"
    other = twin_of(transcript, Replacer(Table()), "another secret").transcript
    assert other.media.sha256 != document["media"]["sha256"]


def test_every_format_has_a_twin(twin, tmp_path):
    files = {path.name: data for path, data in formats.composed(twin.transcript, tmp_path)}
    name, lang = twin.transcript.media.name, twin.transcript.lang
    ends = [*outputs.FORMATS, *(f.end for f in exports.FORMATS.values()), formats.PROJECT]
    assert sorted(files) == sorted(name + end.format(lang=lang) for end in ends)
    assert [n for n, data in files.items() if not data] == [f"{name}.rttm"]  # no turns were told apart here


def test_a_format_that_is_added_has_a_twin_by_that(twin, tmp_path, monkeypatch):
    monkeypatch.setitem(outputs.FORMATS, ".new", lambda t: t.media.title)
    monkeypatch.setitem(exports.FORMATS, "newer", replace(exports.FORMATS["csv"], name="newer", end=".newer"))
    ends = {path.suffix for path, _ in formats.composed(twin.transcript, tmp_path)}
    assert {".new", ".newer"} <= ends


def test_every_text_of_a_value_is_read_and_can_be_replaced(transcript):
    def texts(value):
        if is_dataclass(value):
            return [t for f in fields(value) for t in texts(getattr(value, f.name))]
        if isinstance(value, (tuple, dict)):
            return [t for v in (value.values() if isinstance(value, dict) else value) for t in texts(v)]
        return [value] if type(value) is str else []

    assert set(texts(transcript)) <= set(strings(transcript))
    assert set(texts(mapped(transcript, lambda text, name: "x"))) == {"x"}


def test_stretches_meet_and_stay_inside():
    said = [
        (Span(1000, 1400), "Mary"),
        (Span(1450, 1700), "Holt"),
        (Span(50, 60), "Otto"),
        (Span(4990, 5000), "Thea"),
    ]
    found = mute.stretches(said, 5000)
    assert [(s.span.start_ms, s.span.end_ms, s.instead) for s in found] == [
        (0, 140, "Otto"), (920, 1780, "Mary Holt"), (4910, 5000, "Thea"),
    ]  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(mute.as_csv(found))))
    assert rows[1]["start"] == "00:00:00.920" and rows[1]["end_ms"] == "1780"


def test_the_sound_is_silent_there_and_untouched_elsewhere(tmp_path):
    from pipeline.media.audio import Audio

    samples = np.full(16_000, 1000, np.int16)
    made = mute.muted(Audio(samples), mute.stretches([(Span(300, 500), "Mary")], 1000))
    assert (
        not made[16 * 220 : 16 * 580].any()
        and (made[: 16 * 210] == 1000).all()
        and (made[16 * 590 :] == 1000).all()
    )
    assert (samples == 1000).all()
    mute.write_wav(tmp_path / "a.wav", made)
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getframerate(), file.getnframes()) == (16_000, 16_000)


def test_a_twin_that_would_hold_a_name_is_refused(transcript, twin):
    held = replace(twin, transcript=replace(transcript, media=replace(transcript.media, title="Xochitl")))
    with pytest.raises(deidentify.OutputError, match="still hold a name in 1 place"):
        deidentify._check(held, Table.of([Entry("people", "Xochitl", "Mary")]))


# The command, as people give it.


def ask(project, *more):
    return project.quick("deidentify", "clip", "--roster", "key.toml", *more)


def test_nothing_is_written_before_a_person_agreed(captioned):
    first = ask(captioned)
    assert first.status == 1 and "Daniel Marsh" in first.out and "confirmed = true" in first.out
    assert not (captioned.folder / "deidentified").exists()
    key = captioned.folder / "key.toml"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    key.write_text(key.read_text().replace("confirmed = false", "confirmed = true"))
    second = ask(captioned, "--json")
    assert second.status == 0, second.err
    assert second.json["replaced_words"] and second.json["stretches"]
    before = {p.name: p.read_bytes() for p in (captioned.folder / "deidentified").iterdir() if p.is_file()}
    assert ask(captioned).status == 0
    after = {p.name: p.read_bytes() for p in (captioned.folder / "deidentified").iterdir() if p.is_file()}
    assert before.keys() == after.keys()
    assert [n for n in before if before[n] != after[n] and not n.endswith(".qdpx")] == []


def test_no_byte_of_the_twins_holds_a_name(captioned):
    done = ask(captioned, "--yes", "--audio", "-o", "shared", "--json")
    assert done.status == 0, done.err
    files = [p for p in (captioned.folder / "shared").rglob("*") if p.is_file()]
    assert {".sqlite", ".qdpx", ".docx", ".wav", ".rttm"} <= {p.suffix for p in files}
    leaks = [
        (p.name, m[0])
        for p in files
        for text in texts_of(p)
        if p.suffix != ".wav"
        for m in HELD.finditer(plain(text))
    ]
    assert leaks == []
    place = str(captioned.folder)
    assert [p.name for p in files for text in texts_of(p) if place in text] == []
    assert {stat.S_IMODE(p.stat().st_mode) for p in files if not p.name.endswith(".lock")} == {0o600}
    assert any(zipfile.is_zipfile(p) for p in files)


def test_what_somebody_says_is_no_name_is_left(captioned):
    ask(captioned)
    key = captioned.folder / "key.toml"
    text = re.sub(r'(name = "Daniel Marsh"\n)pseudonym = .*', r"\1is_name = false", key.read_text())
    key.write_text(text.replace("confirmed = false", "confirmed = true"))
    assert ask(captioned, "--json").status == 0
    assert "Daniel Marsh" in (captioned.folder / "deidentified" / "clip.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--roster", "deidentified/key.toml"), "would lie among the twins"),
        (("-o", "transcripts"), "holds the originals"),
        (("-o", "media"), "holds the originals"),
        (("--roster", "media"), "is a folder"),
        (("--roster", "media/clip.toml"), "is the sidecar of the recording"),
    ],
)
def test_key_twins_and_originals_lie_apart(captioned, more, said):
    ran = ask(captioned, *more, "--yes")
    assert ran.status == 2 and said in ran.err and ran.err.count("\n") == 1


def test_a_mended_twin_is_not_overwritten_and_forget_finds_the_rest(captioned):
    assert ask(captioned, "--yes").status == 0
    folder = captioned.folder / "deidentified"
    mended = folder / "clip.txt"
    mended.write_text("mine")
    refused = ask(captioned)
    assert refused.status == 1 and "add --overwrite" in refused.err and mended.read_text() == "mine"
    assert captioned.quick("forget", "clip", "--yes").status == 0
    assert [p.name for p in folder.iterdir() if p.is_file()] == ["clip.txt"]
    said = plain((folder / ".work" / "search.sqlite").read_bytes().decode("utf-8", "ignore"))
    assert "thursday" not in said


def test_what_was_missed_at_first_is_gone_from_every_byte_afterwards(captioned):
    assert ask(captioned, "--yes").status == 0
    key = captioned.folder / "key.toml"
    key.write_text(key.read_text() + '\n[[terms]]\nname = "Thursday"\n')
    assert ask(captioned, "--yes").status == 0
    files = [p for p in (captioned.folder / "deidentified").rglob("*") if p.is_file()]
    assert [p.name for p in files for text in texts_of(p) if "thursday" in plain(text)] == []


def test_a_twin_that_is_called_otherwise_now_leaves_no_other_behind(captioned):
    clip = captioned.media / "clip.mp4"
    assert ask(captioned, "--yes").status == 0
    key = captioned.folder / "key.toml"
    key.write_text(key.read_text() + '\n[[terms]]\nname = "clip"\npseudonym = "walk"\n')
    assert ask(captioned, "--yes").status == 0 and clip.exists()
    left = {p.name.split(".")[0] for p in (captioned.folder / "deidentified").iterdir() if p.is_file()}
    assert left == {"walk"}


def test_a_pseudonym_that_is_somebodys_name_here_is_told(captioned):
    key = captioned.folder / "key.toml"
    key.write_text('confirmed = true\n[[people]]\nname = "Xochitl"\npseudonym = "Daniel"\n')
    ran = ask(captioned)
    assert ran.status == 2 and "is a real name of this list (Daniel Marsh)" in ran.err
    assert not (captioned.folder / "deidentified").exists()


def test_review_shows_the_list_and_writes_nothing(captioned):
    assert ask(captioned, "--yes").status == 0
    shown = ask(captioned, "--review", "--json")
    assert shown.status == 1 and "Daniel Marsh" in [n["name"] for n in shown.json["names"]]
    assert "confirmed = true" in (captioned.folder / "key.toml").read_text()


def test_somebody_elses_sound_is_not_overwritten(captioned):
    assert ask(captioned, "--yes").status == 0
    sound = captioned.folder / "deidentified" / "clip.muted.wav"
    sound.write_bytes(b"mine")
    ran = ask(captioned, "--yes", "--audio")
    assert ran.status == 1 and "clip.muted.wav" in ran.err and sound.read_bytes() == b"mine"


def test_a_recording_that_was_not_captioned_is_told_so(project):
    (project.media / "talk.mp4").write_bytes(b"")
    ran = project.quick("deidentify", "talk", "--roster", "key.toml")
    assert ran.status == 1 and "vignette run" in ran.err
    assert not (project.folder / "key.toml").exists()


def test_folded_as_others_fold(twin):
    assert plain("Rúth\u200b") == unicodedata.normalize("NFKD", "ruth")
