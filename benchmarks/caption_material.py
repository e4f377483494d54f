"""Timed words of real and of made conversations, for measuring captions: what `run` would hand to the
builder.

- the demo: its truth (`tests/data/demo_truth.json`), words placed in their utterance by length;
- real speech, from the folder that VIGNETTE_DATA names: `speech/*/ref.json` (words timed by hand or machine,
  or phrases with their words placed by length) and `speech/ami_topics` (whole meetings as timed turns: four
  people who really interrupt one another).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.audit import Document, Facts
from pipeline.audit.captions import shown_cue
from pipeline.audit.model import SpokenWord
from pipeline.formats.readers import read
from pipeline.profiles import Profile
from pipeline.settings import PictureSettings
from pipeline.stages import picture
from pipeline.timing import Span, seconds_to_ms, shares_by_letters
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Captions,
    Cue,
    EditorCue,
    Kind,
    Speaker,
    Token,
    Utterance,
    Verdict,
    Voices,
    lines_of,
)

ROOT = Path(__file__).resolve().parent.parent
# A pause this long ends an utterance, and so does a change of speaker.
PAUSE_MS = 1000
# Words of one speaker closer together than this are written as one phrase, whoever else speaks meanwhile.
PHRASE_PAUSE_MS = 500


@dataclass(frozen=True)
class Material:
    """One conversation: its words, who says them, its length, and the cuts of its picture."""

    name: str
    aligned: Aligned
    voices: Voices
    duration_ms: int
    shots: tuple[int, ...] = ()
    boundaries: tuple[int, ...] = ()
    sound: Path | None = None


def demo() -> Material:
    """The demo as its truth has it, with its sounds, cuts and parts."""
    made = built_film("demo", ROOT / "tests" / "data" / "demo_truth.json")
    return replace(made, sound=ROOT / "media" / "demo.mp4")


def built_film(name: str, path: Path) -> Material:
    """A film of `benchmarks/build_demo.py` as its truth, the file `path`, has it; or one whose truth is in seconds and names no
    cuts: these are looked for in the picture of `standin.mp4` beside it."""
    truth = json.loads(path.read_text("utf-8"))
    if "duration_ms" not in truth:
        return _film_in_seconds(name, truth, path.with_name("standin.mp4"))
    names = {p["id"]: p["name"] for p in truth["people"]}
    phrases = [(u["start_ms"], u["end_ms"], u["text"], u["speaker"]) for u in truth["utterances"]]
    phrases += [(s["start_ms"], s["end_ms"], f"[{s['name']}]", None) for s in truth["sounds"]]
    return _material(
        name, phrases, truth["duration_ms"], names,
        tuple(s["start_ms"] for s in truth["shots"][1:]), tuple(s["start_ms"] for s in truth["sections"]),
    )  # fmt: skip


def _film_in_seconds(name: str, truth: dict[str, Any], film: Path) -> Material:
    people = {key: str(person[0] or key) for key, person in truth["people"].items()}
    phrases = [(_ms(u["start"]), _ms(u["end"]), u["text"], u["speaker"]) for u in truth["utterances"]]
    parts = tuple(_ms(section["start"]) for section in truth["sections"])
    duration_ms = _ms(truth["duration"])
    return _material(name, phrases, duration_ms, people, _cuts(film, duration_ms), parts)


def _cuts(film: Path, duration_ms: int) -> tuple[int, ...]:
    """The exact cuts of a film's picture, in ms, as a run finds them; none without the film."""
    if not film.is_file():
        return ()
    seen = picture.run(film, duration_ms, PictureSettings(read_text=False))
    return tuple(shot.span.start_ms for shot in seen.shots[1:] if not shot.slack_ms)


def meetings() -> Iterator[Material]:
    """Whole meetings with real overlaps; nothing where VIGNETTE_DATA is not set."""
    for path in sorted(_speech_folder().glob("ami_topics/dev/*.json")):
        meeting = json.loads(path.read_text("utf-8"))
        phrases = [(_ms(t["start"]), _ms(t["end"]), t["text"], t["speaker"]) for t in meeting["turns"]]
        people = sorted({p[3] for p in phrases})
        names = {person: f"Person {k}" for k, person in enumerate(people, 1)}
        yield _material(f"AMI {meeting['meeting']}", phrases, _ms(meeting["seconds"]), names)


def recordings() -> Iterator[Material]:
    """Short real recordings with reference texts and times; nothing where VIGNETTE_DATA is not set."""
    for folder in sorted(_speech_folder().glob("*")):
        reference = next((p for p in (folder / "ref.json",) if p.is_file()), None)
        if reference is None or folder.name == "formats":
            continue
        entries = json.loads(reference.read_text("utf-8"))
        if not entries or "start" not in entries[0]:
            continue
        phrases = [
            (_ms(e["start"]), _ms(e["end"]), e.get("text") or e.get("word") or "", e.get("speaker"))
            for e in entries
        ]
        people = sorted({p[3] for p in phrases if p[3]})
        names, end = {p: p for p in people}, max(p[1] for p in phrases) + 1000
        made = _material(folder.name, phrases, end, names, by_word="word" in entries[0])
        yield replace(made, sound=next(iter(sorted(folder.glob("audio.*"))), None))


def document_of(material: Material, captions: Captions, profile: Profile) -> Document:
    """The captions as a viewer would see them, labels and dashes drawn as the profile has it."""
    names = {s.name.casefold() for s in material.voices.speakers}
    cues = [
        shown_cue(number, cue.span, drawn(material, cue, profile), names, "json", f"c{number}")
        for number, cue in enumerate(captions.cues, 1)
    ]
    return Document(material.name, "json", tuple(cues), (), "en")


def drawn(material: Material, cue: Cue, profile: Profile) -> list[str]:
    """The lines of a cue with its labels and dashes."""
    labels, dashes, tokens = dict(cue.labels), set(cue.dashes), material.aligned.tokens
    lines = []
    for line in lines_of(cue, tokens):
        head = (profile.dash if line[0] in dashes else "") + (
            profile.label(labels[line[0]]) if line[0] in labels else ""
        )
        lines.append(head + " ".join(tokens[i].text for i in line))
    return lines


def facts_of(material: Material) -> Facts:
    """What the audit may know: every word, its time and its speaker."""
    names = {s.id: s.name for s in material.voices.speakers}
    words = [
        SpokenWord(t.text, t.span, 1.0, names.get(u.speaker or "", ""), t.kind is Kind.SOUND)
        for u in material.voices.utterances
        for t in material.aligned.tokens[u.first : u.last]
        if t.kind in (Kind.WORD, Kind.SOUND)
    ]
    return Facts(duration_ms=material.duration_ms, words=tuple(words))


def subtitled() -> Iterator[tuple[str, Aligned]]:
    """Subtitles with an editor's own division, their words placed in their cues by length: the demo's, and those
    of stand-in films in the folder that VIGNETTE_STANDIN names."""
    paths = [ROOT / "media" / "demo.en.srt"]
    if folder := os.environ.get("VIGNETTE_STANDIN"):
        paths += sorted(Path(folder).glob("*.srt"))
    for path in paths:
        given = read(path)
        tokens: list[Token] = []
        cues: list[EditorCue] = []
        for cue in given.cues:
            if cue.span is None or not cue.words:
                continue
            first = len(tokens)
            timed = _tokens(
                cue.span.start_ms, cue.span.end_ms, " ".join(w.text.replace(" ", "_") for w in cue.words)
            )
            tokens += [replace(t, text=w.text, kind=w.kind) for t, w in zip(timed, cue.words, strict=False)]
            breaks = [
                first + k for k in range(1, len(cue.words)) if cue.words[k].line > cue.words[k - 1].line
            ]
            cues.append(EditorCue(first, len(tokens), cue.span, breaks=tuple(breaks)))
        yield path.name, Aligned(tuple(tokens), AlignmentReport(Verdict.IN_SYNC), tuple(cues))


def _speech_folder() -> Path:
    return Path(os.environ.get("VIGNETTE_DATA", "/nowhere")) / "speech"


def _ms(seconds: float) -> int:
    return seconds_to_ms(seconds)


def _material(
    name: str,
    phrases: Iterable[tuple[int, int, str, str | None]],
    duration_ms: int,
    names: dict[str, str],
    shots: tuple[int, ...] = (),
    boundaries: tuple[int, ...] = (),
    by_word: bool = False,
) -> Material:
    tokens: list[Token] = []
    utterances: list[Utterance] = []
    said = sorted(p for p in phrases if p[2].strip())
    for speaker, group in _utterances(_phrases(said) if by_word else said):
        first = len(tokens)
        for start, end, text, _ in group:
            tokens += _tokens(start, end, text)
        utterances.append(Utterance(first, len(tokens), speaker, f"u{len(utterances) + 1}"))
    people = tuple(Speaker(key, value) for key, value in names.items())
    aligned = Aligned(tuple(tokens), AlignmentReport(Verdict.NO_SUBTITLES))
    longest = max([duration_ms, *(t.span.end_ms for t in tokens)])
    return Material(name, aligned, Voices(people, (), tuple(utterances)), longest, shots, boundaries)


def _phrases(words: list[tuple[int, int, str, str | None]]) -> list[tuple[int, int, str, str | None]]:
    """Words timed one by one in the order in which anybody would write them down: where two talk at once, a phrase of
    one and then a phrase of the other, not their words in turn."""
    phrases: list[list[tuple[int, int, str, str | None]]] = []
    latest: dict[str | None, list[tuple[int, int, str, str | None]]] = {}
    for word in words:
        phrase = latest.get(word[3])
        if phrase is None or word[0] - phrase[-1][1] > PHRASE_PAUSE_MS:
            phrase = latest[word[3]] = []
            phrases.append(phrase)
        phrase.append(word)
    return [word for phrase in phrases for word in phrase]


def _utterances(phrases: list[tuple[int, int, str, str | None]]) -> list[tuple[str | None, list[Any]]]:
    """Phrases of one speaker without a long pause between them, in order of their first."""
    open_ones: dict[str | None, tuple[str | None, list[Any]]] = {}
    found: list[tuple[str | None, list[Any]]] = []
    latest: str | None = None
    for phrase in phrases:
        speaker = phrase[3]
        current = open_ones.get(speaker)
        if current is None or phrase[0] - current[1][-1][1] > PAUSE_MS or latest != speaker:
            current = (speaker, [])
            open_ones[speaker] = current
            found.append(current)
        current[1].append(phrase)
        latest = speaker
    return found


def _tokens(start: int, end: int, text: str) -> list[Token]:
    """The words of a phrase, each given time in proportion to its letters."""
    if text.startswith("[") and text.endswith("]"):
        return [Token(text, Span(start, end), kind=Kind.SOUND)]
    words = text.split()
    return [Token(w, span) for w, span in zip(words, shares_by_letters(Span(start, end), words), strict=True)]
