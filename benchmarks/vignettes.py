"""How well the parts of a film are found, over films whose truth is known.

usage: [VIGNETTE_DATA=...] python -m benchmarks.vignettes [FOLDER ...] [--whole SUBTITLES] [--keep DIR] [--record]

Each folder holds one film (.mp4) and its truth.json, as `benchmarks/build_demo.py --minutes` or another builder of stand-ins
leaves them. With --whole the product itself runs on each film, with the file of that name in its folder (subs_typos.srt,
script.txt) and then on its sound alone, and what those runs say is counted. Without, what is seen comes from the film itself;
who says what is taken from the truth, so that this measures the division alone. Then without the picture, without the words,
and without knowing who speaks; beside two baselines: pauses of 2.5 s and more, and TextTiling's cut-off (a depth above the mean
by half a standard deviation) on cohesion. Boundaries count within 3 s, one to one, pooled over all films; Pk and WindowDiff are
means over films, in seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from benchmarks import results, whole_parts
from benchmarks.scores.film_truth import clock
from benchmarks.scores.segmentation import TOLERANCE_MS, Counts, counts, pairs, pk, window_diff
from pipeline.settings import PictureSettings
from pipeline.stages import picture, vignettes
from pipeline.stages.vignettes.boundaries import cohesion_depths
from pipeline.timing import Span, seconds_to_ms, shares
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Part,
    Parts,
    Picture,
    Speaker,
    Token,
    Utterance,
    Verdict,
    Voices,
)
from pipeline.transcript.parts import utterances

ROLES = {"Therapist": "therapist", "Co-therapist": "cotherapist", "Commentary": "commentator"}
BASELINE_PAUSE_MS = 2500


@dataclass(frozen=True)
class Film:
    aligned: Aligned
    voices: Voices
    seen: Picture
    duration_ms: int
    boundaries: tuple[Span, ...]
    kinds: tuple[str, ...]
    # What whole runs of the product found, by what they were given.
    ran: Mapping[str, Parts] = field(default_factory=dict)


def read(folder: Path) -> Film:
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    in_ms = "duration_ms" in truth
    when = clock(truth)
    tokens: list[Token] = []
    said: list[Utterance] = []
    for row in sorted(truth["utterances"], key=lambda r: when(r, "start")):
        if row["backchannel"]:
            continue
        words, start, end = row["text"].split(), when(row, "start"), when(row, "end")
        times = shares(Span(start, end), [1] * len(words))
        said.append(Utterance(len(tokens), len(tokens) + len(words), row["speaker"], f"u{len(said) + 1}"))
        tokens += [Token(w, span) for w, span in zip(words, times, strict=True)]
    people = (
        [Speaker(p["id"], p["name"], p["role"]) for p in truth["people"]]
        if in_ms
        else [Speaker(who, name, ROLES.get(role, "client")) for who, (name, role) in truth["people"].items()]
    )
    duration_ms, boundaries, kinds = _known(folder)
    (film,) = folder.glob("*.mp4")
    since = time.monotonic()
    seen = picture.run(film, duration_ms, PictureSettings())
    print(
        f"{folder.name}: {len(seen.shots)} shots, {len(seen.texts)} texts, picture {time.monotonic() - since:.1f} s"
    )
    return Film(
        Aligned(tuple(tokens), AlignmentReport(Verdict.IN_SYNC)),
        Voices(tuple(people), (), tuple(said)),
        seen,
        duration_ms,
        boundaries,
        kinds,
    )


def _known(folder: Path) -> tuple[int, tuple[Span, ...], tuple[str, ...]]:
    """A film's length, its boundaries (from the card to the first word) and the kinds of the parts behind them."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    when, rows = clock(truth), truth["sections"][1:]
    boundaries = tuple(Span(when(r, "start"), when(r, "first_word")) for r in rows)
    return when(truth, "duration"), boundaries, tuple(r["kind"] for r in rows)


def found(film: Film, seen: bool = True, words: bool = True, voices: bool = True) -> Parts:
    """The parts as the stage finds them, with some evidence taken away."""
    aligned, who = film.aligned, film.voices
    if not words:
        aligned = replace(aligned, tokens=tuple(replace(t, text="x") for t in aligned.tokens))
    if not voices:
        who = Voices((), (), tuple(replace(u, speaker=None) for u in who.utterances))
    return vignettes.run(aligned, who, film.seen if seen else Picture(), film.duration_ms)


def pauses(film: Film) -> Parts:
    said = utterances(film.aligned.tokens, film.voices)
    return _cut(
        film, [b.span.start_ms for a, b in pairwise(said) if a.span.gap_ms(b.span) >= BASELINE_PAUSE_MS]
    )


def texttiling(film: Film) -> Parts:
    said = utterances(film.aligned.tokens, film.voices)
    # the stage's depth is (depth - mean) / (3 standard deviations)
    return _cut(
        film,
        [s.span.start_ms for s, depth in zip(said, cohesion_depths(said), strict=True) if depth > 0.5 / 3],
    )


def _cut(film: Film, starts: list[int]) -> Parts:
    edges = [0, *sorted(set(starts) - {0}), film.duration_ms]
    return Parts(tuple(Part("", "vignette", "", Span(a, b)) for a, b in pairwise(edges)))


def meeting(path: Path) -> Film:
    """A meeting of words and turns alone, with hand-made topics: boundaries are where main topics start."""
    data = json.loads(path.read_text(encoding="utf-8"))
    tokens: list[Token] = []
    said: list[Utterance] = []
    for row in sorted(data["turns"], key=lambda r: r["start"]):
        words, start, end = row["text"].split(), seconds_to_ms(row["start"]), seconds_to_ms(row["end"])
        if words:
            said.append(Utterance(len(tokens), len(tokens) + len(words), row["speaker"], f"u{len(said) + 1}"))
            times = shares(Span(start, end), [1] * len(words))
            tokens += [Token(w, span) for w, span in zip(words, times, strict=True)]
    starts = sorted({seconds_to_ms(t["start"]) for t in data["topics"] if t["depth"] == 0})[1:]
    people = tuple(Speaker(who, who) for who in sorted({u.speaker for u in said if u.speaker}))
    return Film(
        Aligned(tuple(tokens), AlignmentReport(Verdict.IN_SYNC)),
        Voices(people, (), tuple(said)),
        Picture(),
        seconds_to_ms(data["seconds"]),
        tuple(Span(s, s) for s in starts),
        ("",) * len(starts),
    )


SYSTEMS: dict[str, Callable[[Film], Parts]] = {
    "everything": found,
    "without the picture": lambda f: found(f, seen=False),
    "without the words": lambda f: found(f, words=False),
    "without speakers": lambda f: found(f, voices=False),
    "baseline: pauses": pauses,
    "baseline: TextTiling": texttiling,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="a film with its truth")
    parser.add_argument("--whole", metavar="SUBTITLES", help="whole runs, given this file of each folder")
    parser.add_argument("--keep", type=Path, help="folder that keeps the runs")
    results.offer(parser)
    options = parser.parse_args()
    if options.whole:
        figures = whole(options.folders, options.whole, options.keep)
        if options.record:
            results.record("vignettes_whole", figures)
        return
    if films := [read(folder) for folder in options.folders]:
        figures = table(films)
        if options.record:
            results.record("vignettes", figures)
    topics = Path(os.environ.get("VIGNETTE_DATA", "")) / "speech" / "ami_topics" / "dev"
    if "VIGNETTE_DATA" in os.environ and topics.is_dir():
        print("\nmeetings with topics, words and turns alone (kinds mean nothing there)")
        table([meeting(path) for path in sorted(topics.glob("*.json"))])
    elif not films:
        parser.print_help()


def whole(folders: list[Path], subtitles: str, keep: Path | None) -> dict[str, float]:
    """Run the product on each film and on its sound alone; prints what was missed in each, and the table over all."""
    films = []
    for folder in folders:
        (path,) = folder.glob("*.mp4")
        ran = {}
        for name, seen in (("everything", True), ("sound alone", False)):
            kept = keep / results.slug(f"{folder.name} {subtitles} {name}") if keep else None
            ran[name] = whole_parts.run(path, folder / subtitles, seen, kept)
        found = ran["everything"]
        film = Film(found.aligned, found.voices, found.seen, *_known(folder))
        films.append(replace(film, ran={name: one.parts for name, one in ran.items()}))
        for name, one in ran.items():
            tell(f"{folder.name}, {name}", film, one.parts)
    return table(films, {name: lambda film, name=name: film.ran[name] for name in films[0].ran})


def tell(name: str, film: Film, parts: Parts) -> None:
    """One line: what was missed and what was invented, in seconds."""
    starts = [p.span.start_ms for p in parts.parts[1:]]
    met = pairs(reference=film.boundaries, hypothesis=starts)
    missed = [
        (film.kinds[n], b.start_ms // 1000) for n, b in enumerate(film.boundaries) if n not in dict(met)
    ]
    found = {h for _, h in met}
    invented = [(p.kind, p.span.start_ms // 1000) for n, p in enumerate(parts.parts[1:]) if n not in found]
    print(f"{name}: missed {missed}, invented {invented}", flush=True)


def table(
    films: list[Film], systems: Mapping[str, Callable[[Film], Parts]] | None = None
) -> dict[str, float]:
    """Print one line for each system over these films; gives the figures."""
    figures: dict[str, float] = {"films": len(films), "tolerance_s": TOLERANCE_MS / 1000}
    print(f"{'':24}{'F1':>7}{'found':>7}{'true':>6}{'given':>7}{'kinds':>8}{'Pk':>7}{'WinDiff':>9}")
    for name, system in (systems or SYSTEMS).items():
        pooled, right = Counts(), 0
        errors: list[tuple[float, float]] = []
        for film in films:
            parts = system(film).parts[1:]
            starts = [p.span.start_ms for p in parts]
            pooled += counts(reference=film.boundaries, hypothesis=starts)
            met = pairs(reference=film.boundaries, hypothesis=starts)
            right += sum(film.kinds[r] == parts[h].kind for r, h in met)
            units = {"reference": [b.start_ms // 1000 for b in film.boundaries],
                     "hypothesis": [s // 1000 for s in starts], "length": film.duration_ms // 1000}  # fmt: skip
            errors.append((pk(**units), window_diff(**units)))
        kinds = "-" if name.startswith("baseline") else f"{right / max(1, pooled.found):.1%}"
        means = [sum(e[n] for e in errors) / len(errors) for n in (0, 1)]
        print(f"{name:24}{pooled.f1:7.3f}{pooled.found:7}{pooled.reference:6}{pooled.hypothesis:7}{kinds:>8}"
              f"{means[0]:7.3f}{means[1]:9.3f}")  # fmt: skip
        figures |= {"boundaries": pooled.reference, f"{results.slug(name)}_f1": pooled.f1}
    return figures


if __name__ == "__main__":
    main()
