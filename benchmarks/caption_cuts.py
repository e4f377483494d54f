"""Subtitles of the same words as different makers cut them, and the measure by which a run keeps or leaves their cues.

Careful editors are modelled by our own captions under other profiles, with so many borders in a hundred slipped by a word;
`sentences` is a cue a sentence. The blind cut by time, by words or by characters; `rolling` are full lines, each shown until the
next but one comes. The files of `VIGNETTE_STANDIN` are read as they are.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.caption_material import ROOT, Material, subtitled
from pipeline.english.breaks import Junction, junction
from pipeline.formats.readers import read
from pipeline.settings import CaptionSettings
from pipeline.stages.captions import run
from pipeline.stages.captions.recue import Choice, Faults, measured
from pipeline.timing import Span
from pipeline.transcript import Aligned, Kind, Token, Voices
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue, SubtitlesFormat, SubtitlesWord

Cut = Callable[[Material], list[list[Token]]]


def words_of(material: Material) -> list[Token]:
    """The words in order of time, as a recognizer writes them down."""
    return sorted((t for t in material.aligned.tokens if t.kind is Kind.WORD), key=lambda t: t.span)


def by_words(count: int) -> Cut:
    return lambda material: _chunks(words_of(material), lambda cue, word: len(cue) >= count)


def by_seconds(seconds: int) -> Cut:
    window = seconds * 1000
    return lambda material: _chunks(
        words_of(material), lambda cue, word: cue[0].span.start_ms // window != word.span.start_ms // window
    )


def by_chars(chars: int) -> Cut:
    return lambda material: _chunks(
        words_of(material), lambda cue, word: len(" ".join(t.text for t in [*cue, word])) > chars
    )


def sentences(material: Material) -> list[list[Token]]:
    return _chunks(words_of(material), lambda cue, word: cue[-1].text.endswith((".", "?", "!")))


def edited(profile: str, slips_percent: int = 0) -> Cut:
    """As a careful editor would under a profile, but for some borders that are a word off."""

    def cut(material: Material) -> list[list[Token]]:
        bare = Aligned(material.aligned.tokens, material.aligned.report)
        made = run(bare, material.voices, CaptionSettings(profile=profile, recue=True)).cues  # type: ignore[arg-type]
        rng = random.Random(1)
        ends = sorted(cue.last for cue in made)
        for n in range(len(ends) - 1):
            if rng.randrange(100) < slips_percent and ends[n] + 1 < ends[n + 1]:
                ends[n] += 1
        tokens = material.aligned.tokens
        cues = [list(tokens[a:b]) for a, b in zip([0, *ends], ends, strict=False)]
        return sorted((c for c in cues if c), key=lambda cue: cue[0].span)

    return cut


def _chunks(words: Sequence[Token], is_full: Callable[[list[Token], Token], bool]) -> list[list[Token]]:
    cues: list[list[Token]] = [[]]
    for word in words:
        if cues[-1] and is_full(cues[-1], word):
            cues.append([])
        cues[-1].append(word)
    return [cue for cue in cues if cue]


CAREFUL: dict[str, Cut] = {
    "editor (bbc)": edited("bbc"),
    "editor (netflix)": edited("netflix"),
    "editor, 5 % slips": edited("bbc", 5),
    "sentences": sentences,
}
BLIND: dict[str, Cut] = {
    "3 s": by_seconds(3),
    "5 s": by_seconds(5),
    "3 words": by_words(3),
    "7 words": by_words(7),
    "12 words": by_words(12),
    "42 characters": by_chars(42),
    "rolling": by_chars(36),
}


def file_of(cues: Sequence[Sequence[Token]], rolls: bool = False) -> Subtitles:
    """The cues as a file, each from its first word to its last."""
    ends = [max(t.span.end_ms for t in cue) for cue in cues]
    made = []
    for n, cue in enumerate(cues):
        start = cue[0].span.start_ms
        end = max(ends[n : n + 2]) if rolls else ends[n]
        words = tuple(SubtitlesWord(t.text, kind=t.kind) for t in cue)
        made.append(SubtitlesCue(Span(start, max(end, start + 1)), words))
    return Subtitles("cut.srt", SubtitlesFormat.SRT, tuple(made))


def table(materials: Iterable[Material]) -> dict[str, float]:
    """Print what is measured of each cut of each material, and of subtitle files; gives how often the choice was as expected."""
    print(f"{'material':<20}{'cut':<20}{'cues':>5}  {'in a phrase':>14}{'overlapping':>14}{'failing':>14}")
    counts = {"careful": 0, "careful_kept": 0, "blind": 0, "blind_anew": 0}
    for material in materials:
        for kind, cuts in (("careful", CAREFUL), ("blind", BLIND)):
            for name, cut in cuts.items():
                cues = cut(material)
                if len(cues) < 10:  # too few to tell one maker from another
                    continue
                choice = measured(file_of(cues, name == "rolling"), CaptionSettings())
                show(material.name, name, len(cues), choice)
                counts[kind] += 1
                counts["careful_kept" if kind == "careful" else "blind_anew"] += choice.anew == (
                    kind == "blind"
                )
    for path in [ROOT / "media" / "demo.en.srt", *_standins()]:
        given = read(path)
        show(path.name, "as it is", len(given.cues), measured(given, CaptionSettings()))
    print(f"careful: {counts['careful_kept']} of {counts['careful']} kept; "
          f"blind: {counts['blind_anew']} of {counts['blind']} made anew")  # fmt: skip
    return {name: float(count) for name, count in counts.items()}


def _standins() -> list[Path]:
    folder = os.environ.get("VIGNETTE_STANDIN")
    return sorted(Path(folder).glob("*.srt")) if folder else []


def show(material: str, cut: str, count: int, choice: Choice) -> None:
    """One line: the shares of the given cues, and of new ones where these were tried."""

    def shares(faults: Faults | None) -> list[str]:
        return ["-"] * 3 if faults is None else [f"{share:.0%}" for share in faults.shares]

    both = zip(shares(choice.given), shares(choice.new), strict=True)
    columns = "".join(f"{f'{old} / {new}':>14}" for old, new in both)
    print(f"{material[:19]:<20}{cut:<20}{count:>5}  {columns}  {'anew' if choice.anew else 'kept'}")


def against_editors() -> None:
    """Our own division of subtitles beside their editor's: how many places agree, how many phrases each tears."""
    for name, aligned in subtitled():
        tokens = aligned.tokens
        ours = run(aligned, Voices(), CaptionSettings(recue=True)).cues
        kept = run(aligned, Voices(), CaptionSettings(recue=False)).cues
        rows = []
        for cues in (aligned.editor_cues, ours):
            ends = {c.last for c in cues if c.last < len(tokens)}
            breaks = {b for c in cues for b in c.breaks}
            torn = [
                junction(tokens[p - 1].text, tokens[p].text) is Junction.TORN for p in sorted(ends | breaks)
            ]
            rows.append((ends, breaks, sum(torn) / max(1, len(torn))))
        (theirs, their_breaks, their_torn), (own, own_breaks, own_torn) = rows
        print(
            f"{name}: {len(aligned.editor_cues)} captions of the editor, "
            f"{sum(c.editor_cue is not None for c in kept)} kept; divided anew into {len(ours)}: "
            f"{len(theirs & own) / max(1, len(theirs)):.0%} of the editor's caption ends and "
            f"{len((their_breaks | theirs) & (own_breaks | own)) / max(1, len(their_breaks | theirs)):.0%} of all "
            f"breaks are ours too; torn phrases: editor {their_torn:.1%}, ours {own_torn:.1%}"
        )
