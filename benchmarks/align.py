"""How well, how fast and how honestly text is put to sound.

    python -m benchmarks.align FILM_DIR         a film of benchmarks/build_demo.py --minutes N --out FILM_DIR
    python -m benchmarks.align --speech         real speech: needs the folder VIGNETTE_DATA
    python -m benchmarks.align FILM_DIR --planted 1   substitutions, omissions and unspoken cues put into the film's subtitles

Prints one line per text: what was wrong with the given times, utterance onsets within 100 and 500 ms (an utterance whose text was
given and is not found is a miss), cues of a good file that were moved, seconds, peak memory; where ffsubsync is installed, its
figures for the same files; and last how often words of each confidence start within 100 ms of the truth. Onsets are compared by
the first word of each utterance, matched word by word with difflib; backchannels under another's words are not scored.

Real speech is `benchmarks/align_speech.py`.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import results
from benchmarks.scores.film_truth import clock
from pipeline.commands.align import (
    Realigned,
    new_times,
)
from pipeline.formats.readers import read
from pipeline.media import facts
from pipeline.media.facts import Audio
from pipeline.run import hearing
from pipeline.run.alignment import Anchoring
from pipeline.settings import AlignSettings, Settings
from pipeline.speech import vad
from pipeline.stages import align
from pipeline.timing import Span, shares_by_letters
from pipeline.transcript import Aligned, Heard, Kind
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue, SubtitlesWord

VARIANTS = (
    "subs_exact.srt",
    "subs_offset.srt",
    "subs_drift.srt",
    "subs_holes.srt",
    "subs_typos.srt",
    "script.txt",
)
NEGATIONS = {"not", "never", "don't", "can't", "didn't", "isn't", "won't", "wasn't", "doesn't", "couldn't"}


def plain(text: str) -> list[str]:
    return re.sub(r"[^a-z0-9' ]", " ", text.lower().replace("’", "'")).split()


@dataclass(frozen=True)
class Sound:
    """A decoded recording with its speech regions, shared by all texts that are put to it."""

    audio: Audio
    heard: Heard

    @classmethod
    def of(cls, path: Path) -> Sound:
        audio = facts.decode_audio(path)
        return cls(audio, Heard("", "", False, (), vad.speech_regions(audio)))

    def align(self, given: Subtitles) -> Aligned:
        """The text put to the sound; where Whisper's weights are here it is asked for anchors as in a run."""
        regions = self.heard.regions or (Span(0, self.audio.duration_ms),)
        settings = Settings()
        ear = Anchoring(hearing.witness(lambda: self.audio, regions, settings), settings.verify)
        return align.run(self.audio, self.heard, given, AlignSettings(), ear=ear)


def matched(reference: Sequence[str], hypothesis: Sequence[str]) -> dict[int, int]:
    matcher = difflib.SequenceMatcher(None, reference, hypothesis, autojunk=False)
    return {i + k: j + k for i, j, n in matcher.get_matching_blocks() for k in range(n)}


def timed_words(aligned: Aligned) -> list[tuple[str, int, float]]:
    """(plain word, start, confidence) in spoken order, as the report tells them."""
    words = Realigned(b"", aligned).report()["words"]
    return [(w, x["start_ms"], x["confidence"]) for x in words for w in plain(x["text"])[:1]]


def onset_errors(
    truth: dict[str, Any], words: Sequence[tuple[str, int, float]], given: Iterable[str]
) -> list[tuple[int | None, float]]:
    """Of every utterance whose first word was given: error of its onset in ms (None: not placed), and the confidence."""
    when = clock(truth)
    spoken = [u for u in truth["utterances"] if not u.get("backchannel")]
    reference: list[str] = []
    firsts = []
    for utterance in spoken:
        firsts.append(len(reference))
        reference += plain(utterance["text"])
    known, placed = matched(reference, list(given)), matched(reference, [w for w, _, _ in words])
    errors: list[tuple[int | None, float]] = []
    for utterance, first in zip(spoken, firsts, strict=True):
        if first in known:
            at = placed.get(first)
            errors.append(
                (None, 0.0) if at is None else (words[at][1] - when(utterance, "start"), words[at][2])
            )
    return errors


def share(errors: Sequence[tuple[int | None, float]], within_ms: int) -> float:
    return sum(e is not None and abs(e) <= within_ms for e, _ in errors) / max(1, len(errors))


def film(folder: Path) -> dict[str, float]:
    """All texts of a built film; gives the figures."""
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    video = next(folder.glob("*.mp4"))
    began = time.monotonic()
    sound = Sound.of(video)
    print(f"sound and speech regions {time.monotonic() - began:.1f} s")
    everything: list[tuple[int | None, float]] = []
    figures: dict[str, float] = {}
    clock_s, cpu_s = [], []
    for name in VARIANTS:
        given = read(folder / name)
        began, worked = time.monotonic(), time.process_time()
        aligned = sound.align(given)
        seconds, worked = time.monotonic() - began, time.process_time() - worked
        by = moved_by(given, aligned)
        figures |= {f"{key_of(name)}_moved_most_ms": max(by)} if by else {}
        errors = onset_errors(
            truth,
            timed_words(aligned),
            [w for x in given.words if x.kind is Kind.WORD for w in plain(x.text)],
        )
        everything += errors
        figures |= within(key_of(name), errors)
        figures.setdefault("onsets", len(errors))
        clock_s.append(seconds)
        cpu_s.append(worked)
        print(
            f"{name:16} {len(errors):5} onsets  100 ms {share(errors, 100):6.1%}  500 ms {share(errors, 500):6.1%}  "
            f"{moved(by)}  {seconds:5.1f} s ({worked:.1f} s of work)  {aligned.report.verdict}: "
            f"{'; '.join(aligned.report.summary)}"
        )
        if name.endswith(".srt"):
            figures |= within(f"{key_of(name)}_ffsubsync", ffsubsync(video, folder / name, truth))
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"peak memory {peak_gb:.2f} GB")
    figures |= results.spread("align_s", clock_s) | results.spread("align_cpu_s", cpu_s)
    return figures | {"peak_gb": peak_gb} | calibration(everything)


def key_of(name: str) -> str:
    """What a text's figures are called: "exact" for subs_exact.srt."""
    return results.slug(Path(name).stem.removeprefix("subs_"))


def within(key: str, errors: Sequence[tuple[int | None, float]]) -> dict[str, float]:
    """The shares of onsets within 100 and 500 ms as figures; none where nothing was tried."""
    return {f"{key}_{ms}ms_percent": 100 * share(errors, ms) for ms in (100, 500)} if errors else {}


def moved_by(given: Subtitles, aligned: Aligned) -> list[int]:
    """How far each cue of a timed file was moved, in ms."""
    if not given.timed:
        return []
    return [
        abs(new.start_ms - c.span.start_ms)
        for new, c in zip(new_times(given, aligned), given.cues, strict=True)
        if c.span
    ]


def moved(by: Sequence[int]) -> str:
    """How far the cues of a timed file were moved: median and most."""
    if not by:
        return "no cues            "
    return f"cues moved {statistics.median(by):5.0f} / {max(by):6.0f} ms"


def ffsubsync(video: Path, subtitles: Path, truth: dict[str, Any]) -> list[tuple[int | None, float]]:
    """The same file by ffsubsync, if it is installed; an onset inside a cue is shared out by letters."""
    if not shutil.which("ffsubsync"):
        return []
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.srt"
        began = time.monotonic()
        subprocess.run(
            ["ffsubsync", str(video), "-i", str(subtitles), "-o", str(out)], capture_output=True, check=False
        )
        seconds = time.monotonic() - began
        if not out.is_file():
            print("  ffsubsync gave nothing")
            return []
        errors = onset_errors(truth, cue_words(read(out)), [w for w, _, _ in cue_words(read(subtitles))])
    figures = f"100 ms {share(errors, 100):6.1%}  500 ms {share(errors, 500):6.1%}"
    print(f"  ffsubsync      {len(errors):5} onsets  {figures}  {seconds:.1f} s")
    return errors


def cue_words(given: Subtitles) -> list[tuple[str, int, float]]:
    found = []
    for cue in given.cues:
        assert cue.span is not None
        words = [w for word in cue.words if word.kind is Kind.WORD for w in plain(word.text)]
        times = shares_by_letters(cue.span, words)
        found += [(word, span.start_ms, 1.0) for word, span in zip(words, times, strict=True)]
    return found


def calibration(errors: Sequence[tuple[int | None, float]]) -> dict[str, float]:
    """How often words of each confidence start within 100 ms of the truth."""
    figures: dict[str, float] = {}
    print("confidence     words   within 100 ms")
    for low, high in ((0, 0.5), (0.5, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 0.98), (0.98, 1.01)):
        inside = [(e, c) for e, c in errors if e is not None and low <= c < high]
        if inside:
            print(f"{low:.2f} to {min(1, high):.2f}  {len(inside):6}   {share(inside, 100):6.1%}")
            key = f"confidence_{round(100 * low):03}_to_{round(100 * min(1, high)):03}"
            figures[f"{key}_within_percent"] = 100 * share(inside, 100)
    return figures


# --- planted mistakes


def planted(folder: Path, seed: int) -> dict[str, float]:
    """How many planted mistakes the report names, and how many words it doubts that are right."""
    rng = random.Random(seed)
    given, negations = _spoilt(read(folder / "subs_exact.srt"), rng)
    sound = Sound.of(next(folder.glob("*.mp4")))
    aligned = sound.align(given.text)
    report = aligned.report
    named = {
        n
        for p in (*report.not_confirmed, *report.heard_differently, *report.text_without_speech)
        for n in range(p.first, p.last)
    }
    caught = [n in named for n in given.substituted]
    cues = [sum(n in named for n in range(a, b)) > (b - a) / 2 for a, b in given.unspoken]
    holes = [
        any(p.span.overlap_ms(span) > span.duration_ms / 3 for p in report.speech_without_text)
        for span in given.omitted
    ]
    allowed = set(given.substituted) | {n for a, b in given.unspoken for n in range(a, b)}
    false = len(named - allowed)
    print(f"substitutions named {sum(caught)} of {len(caught)}   ({negations} of them negations)")
    print(f"unspoken cues named {sum(cues)} of {len(cues)}")
    print(f"omitted cues named  {sum(holes)} of {len(holes)}")
    doubted = 100 * false / max(1, len(aligned.tokens))
    print(f"words doubted that are right: {doubted:.2f} per 100")
    return {
        "changed": len(caught), "changed_named": sum(caught), "changed_negations": negations,
        "unspoken": len(cues), "unspoken_named": sum(cues),
        "omitted": len(holes), "omitted_named": sum(holes),
        "right_words_doubted_per_100": doubted,
    }  # fmt: skip


@dataclass(frozen=True)
class Spoilt:
    """A text with mistakes, and where they are: token indices, token ranges, and the spans of what was left out."""

    text: Subtitles
    substituted: tuple[int, ...]
    unspoken: tuple[tuple[int, int], ...]
    omitted: tuple[Span, ...]


def _spoilt(given: Subtitles, rng: random.Random) -> tuple[Spoilt, int]:
    """The text with 40 words replaced (10 by their negation or its lack), 20 cues left out and 20 added that nobody speaks;
    and how many negations were turned."""
    cues = list(given.cues)
    numbers = [n for n, c in enumerate(cues) if len(c.words) >= 4]
    rng.shuffle(numbers)
    gone, added, changed = set(numbers[:20]), set(numbers[20:40]), numbers[40:80]
    longer = sorted({w.text for w in given.words if len(plain(w.text)) == 1 and len(w.text) > 4})
    new: list[SubtitlesCue] = []
    substituted, unspoken, omitted, at, negated = [], [], [], 0, 0
    for n, cue in enumerate(cues):
        if n in gone and cue.span:
            omitted.append(cue.span)
            continue
        if n in changed:
            words = list(cue.words)
            negative = next(
                (k for k, w in enumerate(words) if w.text.lower().strip(".,?!") in NEGATIONS), None
            )
            k = rng.randrange(len(words)) if negative is None or negated >= 10 else negative
            negated += negative is not None and k == negative
            other = (
                words[k].text.lower().replace("n't", "").replace("not", "now").replace("never", "ever")
                if k == negative
                else rng.choice(longer)
            )
            words[k] = replace(words[k], text=other if other != words[k].text else rng.choice(longer))
            substituted.append(at + k)
            cue = replace(cue, words=tuple(words))
        new.append(cue)
        at += len(cue.words)
        if n in added and cue.span:
            words = [SubtitlesWord(rng.choice(longer)) for _ in range(rng.randint(4, 8))]
            new.append(SubtitlesCue(Span(cue.span.end_ms, cue.span.end_ms + 1500), tuple(words)))
            unspoken.append((at, at + len(words)))
            at += len(words)
    text = replace(given, cues=tuple(new))
    return Spoilt(text, tuple(substituted), tuple(unspoken), tuple(omitted)), negated


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "film", type=Path, nargs="?", help="folder of a film built by benchmarks/build_demo.py"
    )
    parser.add_argument("--speech", action="store_true", help="real speech from VIGNETTE_DATA")
    parser.add_argument(
        "--wrong", type=float, default=0, metavar="PERCENT", help="of the words of real speech"
    )
    parser.add_argument(
        "--planted", type=int, metavar="SEED", help="plant mistakes into the film's subtitles instead"
    )
    results.offer(parser)
    chosen = parser.parse_args()
    if chosen.speech:
        folder = os.environ.get("VIGNETTE_DATA")
        if not folder:
            raise SystemExit("set VIGNETTE_DATA to the folder with the reference speech")
        from benchmarks.align_speech import speech

        measured = speech(Path(folder), chosen.wrong / 100)
        if chosen.record:
            results.record("align_speech", measured)
    if not chosen.film:
        return
    name = "align" if chosen.planted is None else "align_planted"
    figures = film(chosen.film) if chosen.planted is None else planted(chosen.film, chosen.planted)
    if chosen.record:
        results.record(name, figures)


if __name__ == "__main__":
    main()
