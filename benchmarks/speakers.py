"""How well speakers are told apart and named.

    python -m benchmarks.speakers FILM_DIR      a film with truth.json and subtitles, of benchmarks/build_demo.py --minutes N
                                                --out FILM_DIR or of the like; once blind, once with the labels of
                                                subs_typos.srt and the names as roster
    python -m benchmarks.speakers --speech      real speech from the sound alone: needs the folder VIGNETTE_DATA

Error rates are those of `benchmarks.scores.der`: collar 0.25 s on either side, overlap counted, the number of speakers
unknown. "conf" is the share of speech given to the wrong speaker, "names" of the words that bear the right, the wrong and no
name (a backchannel under another's words is nobody's word). Seconds are those of the stage alone, beyond decoding and
finding speech; memory is the process's peak. "enrolled" gives each speaker of a meeting up to 8 s of their own undisturbed
speech as a clip and leaves that time out of the score; speakers who are never alone for 2 s have none.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import results
from benchmarks.scores import der
from benchmarks.scores.film_truth import clock
from pipeline.files import model_folders
from pipeline.formats.readers import read
from pipeline.media import facts
from pipeline.media.facts import Audio
from pipeline.settings import AlignSettings, Person, SpeakerSettings
from pipeline.speech import vad
from pipeline.speech.voices import embeddings
from pipeline.speech.voices.cache import EmbeddingCache
from pipeline.stages import align, speakers
from pipeline.timing import Span, gaps, seconds_to_ms, union
from pipeline.transcript import Aligned, AlignmentReport, Heard, Kind, Picture, Verdict, Voices

REAL = (
    "libri_conv2_dev", "libri_conv4_dev", "pyannote_sample", "katiesteve_mono", "chromecast_call", "ky25a", "falcon3",
    "paa_diar1",
)  # fmt: skip
ALONE = (
    "lj001",
    "lucier",
    "sonnet1",
    "sonnet3",
    "az_custom_1",
    "az_custom_2",
    "erewhon",
    "mfa_acoustic_corpus",
)
CLIP_MS, LEAST_CLIP_MS = 8000, 2000
NO_TEXT = Aligned((), AlignmentReport(Verdict.NO_SUBTITLES))


@dataclass(frozen=True)
class Line:
    """One thing that somebody says, as the truth has it."""

    span: Span
    who: str
    under: bool = False


@dataclass(frozen=True)
class Told:
    """What the stage made of a recording, and the seconds it took."""

    voices: Voices
    seconds: float


def tell(
    audio: Audio,
    aligned: Aligned,
    speech: Sequence[Span],
    people: Sequence[Person] = (),
    clips: dict[str, list[Span]] | None = None,
    most: int = 0,
) -> Told:
    """Run the stage on sound that is decoded already."""
    since = time.monotonic()
    encoder = embeddings.choose(model_folders())
    memory = EmbeddingCache(encoder, lambda: audio)
    shown = {
        name: [(s, v) for s, v in zip(spans, memory.embed(spans), strict=True) if v is not None]
        for name, spans in (clips or {}).items()
    }
    voices = speakers.run(
        memory.embed, aligned, speech, Picture(), people, shown, SpeakerSettings(most), encoder
    )
    return Told(voices, time.monotonic() - since)


def score(lines: Sequence[Line], told: Told, duration_ms: int, left_out: Sequence[Span] = ()) -> der.Errors:
    """The errors of the stage's turns; `left_out` is not scored."""
    kept = gaps(left_out, Span(0, duration_ms))

    def clipped(turns: Iterator[tuple[str, Span]]) -> list[tuple[str, Span]]:
        return [(n, c) for n, s in turns for k in kept if (c := s.intersection(k))]

    reference = clipped((line.who, line.span) for line in lines)
    return der.errors(reference=reference, hypothesis=clipped((t.speaker, t.span) for t in told.voices.turns))


def report(name: str, lines: Sequence[Line], told: Told, found: der.Errors, more: str = "") -> None:
    true, got = len({line.who for line in lines}), len({t.speaker for t in told.voices.turns})
    print(
        f"{name:<34} DER {found.rate:6.1%}  conf {found.confusion:6.2%}  missed {found.missed:6.1%}  "
        f"invented {found.false_alarm:5.1%}  speakers {got} of {true}  {told.seconds:5.1f} s{more}",
        flush=True,
    )


# --- a film --------------------------------------------------------------------------------------------------------------


def film(folder: Path) -> dict[str, float]:
    """Print how a film's speakers are told apart, blind and with labels; gives the figures."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    lines, people = _truth(truth)
    video = next(p for p in sorted(folder.glob("*.mp4")))
    audio = facts.decode_audio(video)
    speech = vad.speech_regions(audio)
    sound = tell(audio, NO_TEXT, speech)
    found = score(lines, sound, audio.duration_ms)
    report("blind, sound alone", lines, sound, found)
    figures = {"voices": len({line.who for line in lines}), **rates("sound_alone", found)}
    for name, labelled in (("subs_exact.srt", False), ("subs_typos.srt", True)):
        aligned = _aligned(folder / name, audio, speech)
        if not labelled:
            bare = tuple(replace(c, label_at=(), dash_at=()) for c in aligned.editor_cues)
            aligned = replace(aligned, editor_cues=bare)
        told = tell(audio, aligned, speech, people if labelled else ())
        names = _names(lines, people, aligned, told.voices)
        words = f"  names {shares(names)}" if labelled else ""
        title = f"{'labels and roster' if labelled else 'blind'}, {name}"
        found = score(lines, told, audio.duration_ms)
        report(title, lines, told, found, words)
        figures |= rates("labelled" if labelled else "blind", found)
        figures |= {f"labelled_{k}_names_percent": 100 * v for k, v in names.items()} if labelled else {}
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB (with aligning)")
    return figures


def rates(key: str, found: der.Errors) -> dict[str, float]:
    return {f"{key}_error_percent": 100 * found.rate, f"{key}_confusion_percent": 100 * found.confusion}


def shares(of: dict[str, float]) -> str:
    return " ".join(f"{name} {share:.2%}" for name, share in of.items())


def _truth(truth: dict[str, Any]) -> tuple[list[Line], list[Person]]:
    """The lines and the people, whichever of the two builders made the film."""
    when = clock(truth)
    lines = [
        Line(Span(when(u, "start"), when(u, "end")), u["speaker"], u["backchannel"])
        for u in truth["utterances"]
    ]
    if isinstance(truth["people"], dict):
        return lines, [Person(name, role, (key,)) for key, (name, role) in truth["people"].items()]
    return lines, [Person(p["name"], p["role"], (p["id"],)) for p in truth["people"]]


def _aligned(path: Path, audio: Audio, speech: tuple[Span, ...]) -> Aligned:
    return align.run(audio, Heard("", "", False, (), speech), read(path), AlignSettings())


def _names(
    lines: Sequence[Line], people: Sequence[Person], aligned: Aligned, voices: Voices
) -> dict[str, float]:
    """Shares of the words within a line of the truth that bear the right, the wrong and no name."""
    called = {p.also_known_as[0]: p.name for p in people}
    shown = {s.id: s.name for s in voices.speakers if s.evidence}
    owner = {i: shown.get(u.speaker or "") for u in voices.utterances for i in range(u.first, u.last)}
    right = wrong = none = 0
    spoken = [line for line in lines if not line.under]
    for index, token in enumerate(aligned.tokens):
        middle = token.span.middle_ms
        near = [line for line in spoken if line.span.start_ms - 150 <= middle < line.span.end_ms + 150]
        if token.kind is not Kind.WORD or not near:
            continue
        name = owner.get(index)
        # At the border of two lines the nearer one is meant.
        line = min(near, key=lambda x: max(x.span.start_ms - middle, middle - x.span.end_ms, 0))
        right += name == called[line.who]
        none += name is None
        wrong += name is not None and name != called[line.who]
    total = max(1, right + wrong + none)
    return {"right": right / total, "wrong": wrong / total, "none": none / total}


# --- real speech ---------------------------------------------------------------------------------------------------------


def real(data: Path) -> None:
    for name in (*REAL, *sorted(p.name for p in data.glob("ami_*_*"))):
        folder = data / name
        if (folder / "ref.rttm").is_file():
            _conversation(name, folder, enrol=name.startswith("ami"))
    for name in ALONE:
        audio = facts.decode_audio(_sound(data / name))
        found = len({t.speaker for t in tell(audio, NO_TEXT, vad.speech_regions(audio)).voices.turns})
        print(f"{name:<34} one speaker, {audio.duration_ms / 1000:.0f} s: {found} found")


def _sound(folder: Path) -> Path:
    return next(iter(sorted(folder.glob("audio.*"))))


def _conversation(name: str, folder: Path, enrol: bool) -> None:
    lines = list(_rttm(folder / "ref.rttm"))
    audio = facts.decode_audio(_sound(folder))
    speech = vad.speech_regions(audio)
    blind = tell(audio, NO_TEXT, speech)
    report(name, lines, blind, score(lines, blind, audio.duration_ms))
    if enrol:
        clips = _clips(lines)
        people = [Person(who) for who in sorted({line.who for line in lines})]
        told = tell(audio, NO_TEXT, speech, people, clips)
        left_out = [s for spans in clips.values() for s in spans]
        more = f"  {len(clips)} enrolled"
        report(f"{name}, enrolled", lines, told, score(lines, told, audio.duration_ms, left_out), more)


def _rttm(path: Path) -> Iterator[Line]:
    for row in path.read_text(encoding="utf-8").splitlines():
        fields = row.split()
        if fields and fields[0] == "SPEAKER":
            start_ms = seconds_to_ms(float(fields[3]))
            yield Line(Span(start_ms, start_ms + seconds_to_ms(float(fields[4]))), fields[7])


def _clips(lines: Sequence[Line]) -> dict[str, list[Span]]:
    """Up to eight seconds of each speaker alone."""
    clips: dict[str, list[Span]] = {}
    for who in sorted({line.who for line in lines}):
        others = union(line.span for line in lines if line.who != who)
        alone = [
            g
            for line in lines
            if line.who == who
            for g in gaps(others, line.span)
            if g.duration_ms >= LEAST_CLIP_MS
        ]
        left = CLIP_MS
        for span in alone:
            if left >= LEAST_CLIP_MS:
                part = Span(span.start_ms, span.start_ms + min(span.duration_ms, left))
                clips.setdefault(who, []).append(part)
                left -= part.duration_ms
    return clips


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "film", nargs="?", type=Path, help="a folder with a film, its truth and its subtitles"
    )
    parser.add_argument("--speech", action="store_true", help="real speech of VIGNETTE_DATA")
    results.offer(parser)
    given = parser.parse_args()
    if given.speech:
        if "VIGNETTE_DATA" not in os.environ:
            sys.exit("set VIGNETTE_DATA to the folder with the recordings")
        real(Path(os.environ["VIGNETTE_DATA"]) / "speech")
    elif given.film:
        figures = film(given.film)
        if given.record:
            results.record("speakers", figures)
    else:
        parser.print_help()


if __name__ == "__main__":
    main()
