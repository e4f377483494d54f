"""Scripts as transcription tools write them: names come off as speakers, times as times, and every spoken word stays."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.formats.readers import read, stamps
from pipeline.transcript import Kind
from pipeline.transcript.script import ScriptAccount, account
from pipeline.transcript.subtitles import Subtitles
from tests.support.examples import examples
from tests.support.project import new_project
from tests.support.word_documents import document, paragraph, table

DATA = os.environ.get("VIGNETTE_DATA", "")

Turn = tuple[int, str, str]
"""When it begins in seconds, who speaks, and what."""

TURNS: tuple[Turn, ...] = (
    (0, "Ines Calder", "Welcome back, all of you. Last week we spoke of anger."),
    (5, "Bram Voss", "I did not sleep for two nights after it."),
    (9, "Ines Calder", "And what did you do then?"),
    (12, "Bram Voss", "I called my brother, at half past two in the morning."),
)


def short(s: int) -> str:
    return f"{s // 60}:{s % 60:02}"


def full(s: int) -> str:
    return f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}"


def first(name: str) -> str:
    return name.split()[0]


def each(write: Callable[[int, str, str], str]) -> Callable[[Sequence[Turn]], str]:
    return lambda turns: "".join(write(*turn) for turn in turns)


# Form -> how it writes turns; those of NAMED give the names, those of FIRST the first ones only.
NAMED: dict[str, Callable[[Sequence[Turn]], str]] = {
    "otter": each(lambda s, n, t: f"{n}  {short(s)}\n{t}\n\n"),
    "otter, no empty lines": each(lambda s, n, t: f"{n}  {short(s)}\n{t}\n"),
    "rev": each(lambda s, n, t: f"{n} ({short(s)}):\n{t}\n\n"),
    "rev, colon first": each(lambda s, n, t: f"{n}: ({short(s)})\n{t}\n\n"),
    "trint": each(lambda s, n, t: f"{n}: [{full(s)}] {t}\n\n"),
    "sonix": each(lambda s, n, t: f"{n} [{full(s)}] {t}\n\n"),
    "one line": each(lambda s, n, t: f"{n} ({short(s)}): {t}\n"),
    "zoom": each(lambda s, n, t: f"[{n}] {full(s + 66000)}\n{t}\n\n"),
    "hour of the day": each(lambda s, n, t: f"{n} {7 + s // 60}:{s % 60:02} PM\n{t}\n\n"),
    "word for the web": each(lambda s, n, t: f"{full(s)} {n}\n{t}\n"),
    "descript": each(lambda s, n, t: f"[{full(s)}] {n}: {t}\n"),
    "premiere": each(lambda s, n, t: f"{full(s)}:12 - {full(s + 2)}:01\n{n}\n{t}\n\n"),
    "premiere, semicolons": each(
        lambda s, n, t: f"{full(s).replace(':', ';')};12 - {full(s + 2).replace(':', ';')};01\n{n}\n{t}\n\n"
    ),
    "happyscribe": each(lambda s, n, t: f"[{full(s)}.120] - {n}\n{t}\n\n"),
    "teams, copied": each(lambda s, n, t: f"{n}\n{s // 60} minutes {s % 60} seconds\n{short(s)}\n{t}\n\n"),
    "dash": each(lambda s, n, t: f"{n} - {short(s)}\n{t}\n\n"),
    "at": each(lambda s, n, t: f"@{short(s)} - {n} (Calder Ltd)\n{t}\n\n"),
    "decimals": each(lambda s, n, t: f"{n} ({short(s)}.123)\n{t}\n\n"),
    "pronouns": each(lambda s, n, t: f"{n} (they/them)  {short(s)}\n{t}\n\n"),
    "curly": each(lambda s, n, t: f"{{{short(s)}}} {n}: {t}\n"),
    "maxqda": each(lambda s, n, t: f"#{full(s)}-3# {n}: {t}\n"),
    "f4": each(lambda s, n, t: f"{n}: {t} #{full(s + 2)}-9#\n"),
    "markdown": each(lambda s, n, t: f"**{n}** ({short(s)})\n{t}\n\n"),
    "stamp, then label alone": each(lambda s, n, t: f"{full(s)}:00\n{n.upper()}:\n{t}\n\n"),
    "tabs": lambda turns: (
        "\tTimespan\tContent\tSpeaker\n"
        + "".join(f"{k}\t{short(s)}.4 - {short(s + 2)}.1\t{t}\t{n}\n" for k, (s, n, t) in enumerate(turns, 1))
    ),
    "markdown table": lambda turns: (
        "| Time | Speaker | Text |\n|---|:---|---|\n"
        + "".join(f"| {short(s)} | {n} | {t} |\n" for s, n, t in turns)
    ),
    "spreadsheet": lambda turns: (
        "Start,End,Speaker,Text\n" + "".join(f'{s},{s + 2},{n},"{t}"\n' for s, n, t in turns)
    ),
}
FIRST: dict[str, Callable[[Sequence[Turn]], str]] = {
    "otranscribe": each(lambda s, n, t: f"{short(s)} {first(n)}: {t}\n\n"),
    "names alone": each(lambda s, n, t: f"{first(n)}\n{t}\n\n"),
    "names in paragraphs": each(lambda s, n, t: f"{first(n)}\n\n{t}\n\n"),
    "capitals in paragraphs": each(lambda s, n, t: f"{first(n).upper()}\n\n{t}\n\n"),
    "small letters": each(lambda s, n, t: f"{first(n).lower()}  {short(s)}\n{t}\n\n"),
}
UNNAMED: dict[str, Callable[[Sequence[Turn]], str]] = {
    "panel": each(lambda s, n, t: f"{short(s)}\n{t.lower()}\n"),
    "panel, said twice": each(lambda s, n, t: f"{short(s)}\n{s // 60} minutes, {s % 60} seconds\n{t}\n"),
    "panel, run together": each(lambda s, n, t: f"{short(s)}{t.lower()}\n"),
    "whisper": each(lambda s, n, t: f"[{full(s)}.000 --> {full(s + 2)}.100]  {t}\n"),
    "whisper, minutes": each(lambda s, n, t: f"[{s // 60:02}:{s % 60:02}.000 --> 59:59.100]  {t}\n"),
    "seconds": each(lambda s, n, t: f"[{s}.00s -> {s + 2}.10s] {t}\n"),
    "range": each(lambda s, n, t: f"{full(s)},450 - {full(s + 2)},000\n{t}\n\n"),
    "dashes behind": each(lambda s, n, t: f"{full(s)} - {t}\n"),
    "bare": each(lambda s, n, t: f"{short(s)} {t}\n\n"),
    "tsv": lambda turns: (
        "start\tend\ttext\n" + "".join(f"{s * 1000}\t{s * 1000 + 2000}\t{t}\n" for s, n, t in turns)
    ),
    "audacity": each(lambda s, n, t: f"{s}.000000\t{s + 2}.100000\t{t}\n"),
}
WORD: dict[str, Callable[[Sequence[Turn]], bytes]] = {
    "word for the web": lambda turns: document(
        paragraph("Audio file", "Heading1"),
        paragraph("evening.m4a"),
        paragraph("Transcript", "Heading1"),
        *(part for s, n, t in turns for part in (paragraph(f"{full(s)} {n}"), paragraph(t))),
    ),
    "teams": lambda turns: document(
        paragraph("Thursday group-20250106_193000-Meeting Recording"),
        paragraph("January 6, 2025, 7:30PM"),
        paragraph("14s"),
        *(paragraph(f"{n}   {short(s)}\n{t}") for s, n, t in turns),
        paragraph("Ines Calder stopped transcription"),
    ),
    "nvivo": lambda turns: document(
        table(
            ("", "Timespan", "Content", "Speaker"),
            *((str(k), f"{short(s)}.4 - {short(s + 2)}.1", t, n) for k, (s, n, t) in enumerate(turns, 1)),
        )
    ),
    "columns in another order": lambda turns: document(
        table(
            ("Speaker", "Transcript", "Notes", "Start time"),
            *((n, t, "smiles", full(s)) for s, n, t in turns),
        )
    ),
    "no header row": lambda turns: document(
        table(*((str(k), t, n, full(s)) for k, (s, n, t) in enumerate(turns, 1)))
    ),
    "headings": lambda turns: document(
        *(part for s, n, t in turns for part in (paragraph(n, "Heading2"), paragraph(t)))
    ),
    "capitals": lambda turns: document(
        *(part for s, n, t in turns for part in (paragraph(n.upper()), paragraph(t)))
    ),
}


def read_text(folder: Path, text: str | bytes, name: str = "talk.txt") -> Subtitles:
    path = folder / name
    path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    return read(path)


def said(found: Subtitles) -> str:
    return " ".join(w.text for w in found.words if w.kind is Kind.WORD)


def told(found: Subtitles) -> ScriptAccount:
    of = account(found)
    assert of is not None
    return of


def by_whom(found: Subtitles) -> list[tuple[str, str]]:
    """Who says what, speech by speech."""
    return [
        ((cue.words[0].label or ""), " ".join(w.text for w in cue.words))
        for cue in found.cues
        if cue.words and cue.words[0].kind is Kind.WORD
    ]


def folded(turns: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name.casefold(), text.casefold()) for name, text in turns]


@pytest.mark.parametrize("form", NAMED)
def test_tools_name_who_speaks(tmp_path: Path, form: str) -> None:
    found = read_text(tmp_path, NAMED[form](TURNS))
    assert folded(by_whom(found)) == folded([(n, t) for _, n, t in TURNS])
    assert len(told(found).times) >= len(TURNS)


@pytest.mark.parametrize("form", FIRST)
def test_first_names(tmp_path: Path, form: str) -> None:
    found = read_text(tmp_path, FIRST[form](TURNS))
    assert folded(by_whom(found)) == folded([(first(n), t) for _, n, t in TURNS])


@pytest.mark.parametrize("form", UNNAMED)
def test_tools_without_names(tmp_path: Path, form: str) -> None:
    found = read_text(tmp_path, UNNAMED[form](TURNS))
    assert folded(by_whom(found)) == folded([("", t) for _, _, t in TURNS])
    assert [
        c.written.starts_ms // 1000 for c in found.cues if c.written and c.written.starts_ms is not None
    ] == [s for s, _, _ in TURNS]


@pytest.mark.parametrize("form", WORD)
def test_word_documents(tmp_path: Path, form: str) -> None:
    found = read_text(tmp_path, WORD[form](TURNS), "talk.docx")
    assert folded(by_whom(found)) == folded([(n, t) for _, n, t in TURNS])


@pytest.mark.parametrize(
    ("form", "starts_ms"),
    [
        ("otter", [0, 5000, 9000, 12000]),
        ("premiere", [480, 5480, 9480, 12480]),
        ("maxqda", [300, 5300, 9300, 12300]),
        ("f4", [None, 2900, 7900, 11900]),  # f4 says when a speech ends
        ("zoom", [None] * 4),  # the hour of the day
        ("hour of the day", [None] * 4),
    ],
)
def test_when_a_speech_begins(tmp_path: Path, form: str, starts_ms: list[int | None]) -> None:
    found = read_text(tmp_path, NAMED[form](TURNS))
    assert [c.written.starts_ms for c in found.cues if c.written] == starts_ms


# Words of generated talk: some look like names, times and headings, and are none within a sentence.
WORDS = (
    "we",
    "met",
    "at",
    "10:30",
    "Note",
    "trust",
    "Page",
    "twelve",
    "and",
    "Chapter",
    "two",
    "Bram",
    "sang",
    "(maybe)",
    "no",
)
NAMES = ("Ines Calder", "Bram Voss", "Lea van Dorn", "Speaker 1", "Mira O'Neill", "Interviewer")
SPEECH = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(lambda w: f"So {' '.join(w)} it was.")


@st.composite
def talks(draw: st.DrawFn) -> list[Turn]:
    people = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=3, unique=True))
    order = [0, 1, *draw(st.lists(st.integers(0, len(people) - 1), max_size=5)), 0, 1]
    turns, at = [], draw(st.integers(0, 3))
    for person in order:
        speech = draw(SPEECH)
        turns.append((at, people[person], speech))
        at += 1 + len(speech.split()) // 3
    return turns


HEADS = (
    ("Anger, second evening",),
    ("Anger, second evening", "Mon, Jan 6, 2025 7:30PM • 0:14", "SPEAKERS"),
    (),
)
TAILS = (("Transcribed by https://otter.ai",), ("[End of transcript]",), ())


@pytest.mark.parametrize("form", [*NAMED, *UNNAMED])
@settings(max_examples=examples(15), deadline=None)
@given(turns=talks(), head=st.sampled_from(HEADS), tail=st.sampled_from(TAILS))
def test_words_in_are_words_out_and_what_is_said_to_be_left_out(
    tmp_path_factory: pytest.TempPathFactory,
    form: str,
    turns: list[Turn],
    head: tuple[str, ...],
    tail: tuple[str, ...],
) -> None:
    write = (NAMED | UNNAMED)[form]
    if form in UNNAMED:  # a title is known by the turns below it
        head = ()
    content = "\n".join(head) + ("\n\n" if head else "") + write(turns) + "\n" + "\n".join(tail)
    found = read_text(tmp_path_factory.mktemp("form"), content)
    assert said(found).casefold() == " ".join(t for _, _, t in turns).casefold()
    names = {n.casefold() for _, n, _ in turns} if form in NAMED else set()
    assert {w.label.casefold() for w in found.words if w.label} == names
    out = told(found)
    assert {name.casefold() for name in out.names} == names
    left = [t.text for t in out.left_out if t.what != "column"]
    assert left == [*head, *tail]
    lines = content.splitlines()
    assert all(t.text in lines[t.line - 1].strip() for t in out.times)


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        ("00:04", 4000), ("1:02:03", 3_723_000), ("102:15", 6_135_000), ("00:00:03-9", 3900), ("00:00:12,5", 12_500),
        ("00:00:04:12", 4480), ("00;00;04;12", 4480), ("4.5s", 4500), ("1 minute, 5 seconds", 65_000), ("1h 2m 3s", 3_723_000),
        ("1:75:00", None), ("soon", None),
    ],
)  # fmt: skip
def test_times_in_every_form(written: str, ms: int | None) -> None:
    assert stamps.ms_of(written) == ms


@pytest.mark.parametrize(
    "text", ["10:30's crowd", "3:16-18 says", "2:1", "(3 s)", "10:75", "10:30 pm we left"]
)
def test_what_is_no_stamp(text: str) -> None:
    assert stamps.at(text) is None


@pytest.mark.skipif(not DATA, reason="VIGNETTE_DATA names no folder of reported cases")
@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("02-otter-txt/talk.txt", ("Hanna Weir", "Owen Pratt")),
        ("04-word-online-docx/talk.docx", ("Speaker 1", "Speaker 2")),
        ("06-youtube-panel-copy/talk.txt", ()),
        ("26-docx-nvivo-table/talk.docx", ("Hanna", "Owen")),
        ("26-docx-nvivo-table/header.docx", ("Hanna", "Owen")),
    ],
)
def test_reported_scripts(name: str, names: tuple[str, ...]) -> None:
    found = read(Path(DATA, "cases", name))
    words = said(found).split()
    assert len(words) == 38
    assert (words[0].casefold(), words[-1].strip(".")) == ("good", "car")
    assert told(found).names == names


@pytest.mark.skipif(not DATA, reason="VIGNETTE_DATA names no folder of reported cases")
def test_a_reported_script_in_a_whole_run(tmp_path: Path) -> None:
    project = new_project(tmp_path / "project")
    for name in ("talk.txt", "talk.m4a"):
        shutil.copy(Path(DATA, "cases", "02-otter-txt", name), project.media)
    ran = project.quick("run", "--json")
    assert ran.status == 0, ran.out
    document = json.loads((project.out / "talk.json").read_text(encoding="utf-8"))
    assert {s["name"] for s in document["speakers"]} == {"Hanna Weir", "Owen Pratt"}
    assert sum(len(u["words"]) for u in document["utterances"]) == 38
    shown = (project.out / "talk.en.srt").read_text(encoding="utf-8")
    assert "Good evening, everybody." in shown
    assert "otter" not in shown and "KEYWORDS" not in shown


@pytest.mark.parametrize(
    ("content", "turns"),
    [
        ("[00:00] Ines: So.\nBram: No.\n[00:30] Ines: Yes.\n", [("Ines", "So."), ("Bram", "No."), ("Ines", "Yes.")]),
        ("[6/1/2025, 19:30:01] Ines: So.\n[6/1/2025, 19:30:05] Bram: No.\n", [("Ines", "So."), ("Bram", "No.")]),
        ("Ines: So. (00:04)\n\nBram: No. (00:09)\n\nInes: Yes. (00:12)\n", [("Ines", "So."), ("Bram", "No."), ("Ines", "Yes.")]),
        ("Ines Calder  0:00\nSo.\n\nguest_17  0:04\nNo.\n\nInes Calder  0:09\nWe left at 10:30\nand so on.\n",
         [("Ines Calder", "So."), ("guest_17", "No."), ("Ines Calder", "We left at 10:30 and so on.")]),
        ("Dr. Ines-Maria Calder  0:00\nSo.\n\nProf. Bram Voss, PhD  0:04\nNo.\n",
         [("Dr. Ines-Maria Calder", "So."), ("Prof. Bram Voss, PhD", "No.")]),
        ("Voss, Bram (Guest)  0:00\nSo.\n\nCalder, Ines  0:04\nNo.\n", [("Voss, Bram", "So."), ("Calder, Ines", "No.")]),
        ("Ines:\n\nSo we went.\n\nBram:\n\nI stayed.\n", [("Ines", "So we went."), ("Bram", "I stayed.")]),
        ("Ines\nSo we went.\nIt was late.\n\nAnd cold.\n\nBram\nI stayed.\n\nMira Lund\nMe too.\n\nInes\nYes.\n",
         [("Ines", "So we went. It was late."), ("Ines", "And cold."), ("Bram", "I stayed."), ("Mira Lund", "Me too."),
          ("Ines", "Yes.")]),
        ("Ines\tSo we went.\nBram\tI stayed.\nInes\tYes.\n", [("Ines", "So we went."), ("Bram", "I stayed."), ("Ines", "Yes.")]),
        ("001 Ines: So we\n002 went.\n003 Bram: No.\n004 Ines: Yes.\n005 Bram: Oh.\n",
         [("Ines", "So we went."), ("Bram", "No."), ("Ines", "Yes."), ("Bram", "Oh.")]),
        ("- **Ines:** So.\n- **Bram:** No.\n- **Ines:** Yes.\n", [("Ines", "So."), ("Bram", "No."), ("Ines", "Yes.")]),
        ("1\n00:00:00,000 - 00:00:04,000\nSo we went.\n\n2\n00:00:04,000 - 00:00:09,000\nIt was late.\n",
         [("", "So we went."), ("", "It was late.")]),
        ("0:00 Introduction\n4:10 The river\n9:30 Going home\n\nSo we begin.\n\nAnd then we went.\n",
         [("", "So we begin."), ("", "And then we went.")]),
        ("0:00\nso we went\n", [("", "so we went")]),
        ("[Calder, Ines (they/them)] 10:15:02\nSo.\n\n[Voss, Bram - River Boats Ltd.] 10:15:07\nNo.\n\n"
         "[Calder, Ines (they/them)] 10:15:12\nYes.\n",
         [("Calder, Ines", "So."), ("Voss, Bram - River Boats Ltd.", "No."), ("Calder, Ines", "Yes.")]),
        ("0:00\nso we spoke\n0:04\nEnglish (auto-generated)\n0:09\nwas the name of it\n",
         [("", "so we spoke"), ("", "English (auto-generated)"), ("", "was the name of it")]),
        ("So we went.\n\n(0:12)\n\nIt was late.\n", [("", "So we went."), ("", "It was late.")]),
    ],
)  # fmt: skip
def test_other_shapes(tmp_path: Path, content: str, turns: list[tuple[str, str]]) -> None:
    assert by_whom(read_text(tmp_path, content)) == turns
