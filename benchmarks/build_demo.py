"""Build the demo, or a long film for the benchmarks, from one screenplay.

    python benchmarks/build_demo.py media --voices DIR        the demo: video, subtitles, sidecar, truth
    python benchmarks/build_demo.py --minutes 83 --out DIR    a film of that length, with many subtitles

The screenplay is benchmarks/screenplay.txt. With --voices, a folder of Kokoro-82M (benchmarks/demo/neural.py),
people speak in a room; without, flite, festival and espeak-ng do. Effects come from sox, pictures from Pillow, the
film from ffmpeg, none of which the product needs. Equal tools and seeds give equal films.
"""

from __future__ import annotations

import argparse
import functools
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # run as a script, from anywhere

from benchmarks.demo import cues, film, neural, sound, timeline, truth
from benchmarks.demo.camera import film_shots, lower_thirds
from benchmarks.demo.screenplay import Screenplay, Speech, parse, rounds
from benchmarks.demo.voices import SAMPLES_PER_MS, MissingTools, Speaker, require_tools

SCREENPLAY = Path(__file__).with_name("screenplay.txt")
DEMO_TRUTH = ROOT / "tests" / "data" / "demo_truth.json"
DEMO_LATE_MS, DEMO_CUT_MS, DEMO_CUT_AT = 2600, 20_000, 0.40
LONG_OFFSET_MS, LONG_EARLY_MS, LONG_CUT_MS, LONG_CUT_AT = 7350, 3000, 38_000, 0.42
LONG_MISSING = (0.60, 0.62)
FASTEST_MS_PER_WORD = 250


def main(argv: Sequence[str] | None = None) -> int:
    """Build what the command line asks for; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("media", nargs="?", type=Path, help="folder for the demo (normally: media)")
    parser.add_argument("--minutes", type=float, help="build a film of this length instead of the demo")
    parser.add_argument("--out", type=Path, help="folder for the long film")
    parser.add_argument("--seed", type=int, default=1, help="other pauses, cuts and mistakes (default 1)")
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path(tempfile.gettempdir(), "vignette-voices"),
        help="folder that keeps what the voices said",
    )
    parser.add_argument("--voices", type=Path, help="folder of neural voices, instead of robots")
    options = parser.parse_args(argv)
    if (options.minutes is None) == (options.media is None) or (
        options.minutes is not None and options.out is None
    ):
        parser.error("give either a folder for the demo, or --minutes and --out")
    try:
        require_tools(natural=options.voices is not None)
        speaker = _speaker(options.cache, options.voices)
    except MissingTools as missing:
        print(missing, file=sys.stderr)
        return 1
    play = parse(SCREENPLAY.read_text(encoding="utf-8"))
    if options.minutes is None:
        build_demo(play, speaker, options.media, options.seed)
    else:
        build_long(play, speaker, options.out, options.minutes, options.seed)
    return 0


def _speaker(cache: Path, voices: Path | None) -> Speaker:
    if voices is None:
        return Speaker(cache)
    return Speaker(cache, neural.NEURAL_VOICES, neural.Kokoro(voices))


def _layout(speaker: Speaker, pauses: timeline.Pauses, seed: int) -> timeline.Layout:
    import numpy as np

    sounds = {
        name: len(sound.effect(name, np.random.default_rng(0))) // SAMPLES_PER_MS for name in sound.names()
    }

    @functools.cache
    def speech_ms(who: str, text: str) -> int:
        return len(speaker.say(who, text)) // SAMPLES_PER_MS

    return timeline.Layout(speech_ms, sounds.__getitem__, pauses, seed)


def _first_names(play: Screenplay) -> dict[str, str]:
    return {p.id: p.name.split()[0] for p in play.people}


def _passage(play: Screenplay) -> list[tuple[str, str]]:
    """What was said in the scenes that are cut out of the film."""
    cut = [item for scene in play.scenes if scene.kind == "cut" for item in scene.items]
    return [(item.speaker, item.wordings[0]) for item in cut if isinstance(item, Speech)]


def build_demo(play: Screenplay, speaker: Speaker, media: Path, seed: int) -> None:
    """The demo's video, subtitles and sidecar in `media`, its truth among the tests' data."""
    scenes = [s for s in play.scenes if s.in_demo]
    speaker.prepare((i.speaker, i.wordings[0]) for s in scenes for i in s.items if isinstance(i, Speech))
    layout = _layout(speaker, timeline.DEMO_PAUSES, seed)
    for scene in scenes:
        layout.add(scene)
    done = layout.end()
    media.mkdir(parents=True, exist_ok=True)
    note = "What is known about the demo before anybody listens to it; media/README.md explains the keys."
    (media / "demo.toml").write_text(truth.sidecar(play, done, note), encoding="utf-8")
    (media / "demo.en.srt").write_text(demo_subtitles(play, done, seed), encoding="utf-8")
    _write_film(play, speaker, done, seed, media / "demo.mp4", DEMO_TRUTH, film.DEMO_LOOK)


def demo_subtitles(play: Screenplay, done: timeline.Film, seed: int) -> str:
    """The demo's subtitles as an editor brings them: late, drifting, for a longer cut, with some typos and
    labels.
    """
    rng = random.Random(f"{seed}/demo subtitles")
    labels = cues.Labels(_first_names(play), rng, missing=0.45)
    made = sorted(
        cues.cues_of(done.utterances, labels) + cues.sound_cues(done.sounds), key=lambda c: c.start_ms
    )
    cut_ms = cues.quiet_moment_ms(done.utterances, round(done.duration_ms * DEMO_CUT_AT))
    made = cues.with_passage_cut(made, _passage(play), cut_ms, DEMO_CUT_MS)
    made = cues.with_typos(made, rng, missing=0.006, wrong=0.012)
    return cues.as_srt(cues.shifted(cues.stretched(made, cues.PAL_DRIFT), DEMO_LATE_MS))


def _write_film(
    play: Screenplay,
    speaker: Speaker,
    done: timeline.Film,
    seed: int,
    video: Path,
    facts: Path,
    look: film.Look,
) -> None:
    shots = film_shots(done, seed)
    thirds = lower_thirds(shots, done.utterances)
    facts.parent.mkdir(parents=True, exist_ok=True)
    facts.write_text(
        json.dumps(truth.truth(play, done, shots, thirds), indent=1, ensure_ascii=False) + "\n", "utf-8"
    )
    mix = film.mix_sound(done, speaker, seed)
    openness = film.mouths(mix) if look.mouths_move else None
    film.write_video(video, mix, film.stills(done, shots, thirds, play, openness), look)
    words = sum(len(u.text.split()) for u in done.utterances)
    print(
        f"{video}: {truth.timecode(done.duration_ms)}, {words} words, {len(done.sections)} sections, "
        f"{len(shots)} shots"
    )


def build_long(play: Screenplay, speaker: Speaker, out: Path, minutes: float, seed: int) -> None:
    """A film of exactly that length, its truth, its script, and its subtitles in five states."""
    out.mkdir(parents=True, exist_ok=True)
    done = long_film(play, speaker, round(minutes * 60_000), seed)
    for name, text in long_subtitles(play, done, seed).items():
        (out / f"subs_{name}.srt").write_text(text, encoding="utf-8")
    (out / "script.txt").write_text(truth.script(play, done), encoding="utf-8")
    (out / "full.rttm").write_text(truth.rttm(done, "full"), encoding="utf-8")
    (out / "full.toml").write_text(
        truth.sidecar(play, done, "The long film of the benchmarks."), encoding="utf-8"
    )
    _write_film(play, speaker, done, seed, out / "full.mp4", out / "truth.json", film.LONG_LOOK)


def long_film(play: Screenplay, speaker: Speaker, duration_ms: int, seed: int) -> timeline.Film:
    """Introduction, then vignettes and commentary round after round until the time is nearly up, then the
    closing.
    """
    layout = _layout(speaker, timeline.LONG_PAUSES, seed)
    opening = next(s for s in play.scenes if s.kind == "introduction")
    closing = next(s for s in play.scenes if s.kind == "closing")
    speaker.prepare(
        (i.speaker, i.wordings[0]) for s in (opening, closing) for i in s.items if isinstance(i, Speech)
    )
    layout.add(opening)
    spare_ms = layout.length_ms(closing) + 2 * timeline.END_CARD_MS + timeline.TAIL_MS
    middle, misses = rounds(play), 0
    scenes_a_round = sum(s.kind in ("vignette", "commentary") for s in play.scenes)
    while misses < scenes_a_round:
        _, scene = next(middle)
        left_ms = duration_ms - spare_ms - layout.now_ms
        orphaned = scene.kind == "commentary" and misses  # its vignette was left out
        if orphaned or FASTEST_MS_PER_WORD * scene.words > left_ms:
            misses += 1
            continue
        speaker.prepare((i.speaker, i.wordings[0]) for i in scene.items if isinstance(i, Speech))
        speaker.prepare(timeline.murmur_lines([scene]))
        if layout.length_ms(scene) <= left_ms:
            layout.add(scene)
            misses = 0
        else:
            misses += 1
    layout.add(closing)
    return layout.end(duration_ms)


def long_subtitles(play: Screenplay, done: timeline.Film, seed: int) -> dict[str, str]:
    """The subtitles in sync, late, drifting, with holes, and with mistakes, as SubRip text by name."""
    exact, whole_ms = cues.cues_of(done.utterances), done.duration_ms
    cut_ms = cues.quiet_moment_ms(done.utterances, round(whole_ms * LONG_CUT_AT))
    hole = [c for c in exact if not LONG_MISSING[0] * whole_ms < c.start_ms < LONG_MISSING[1] * whole_ms]
    rng = random.Random(f"{seed}/typos")
    labelled = cues.cues_of(done.utterances, cues.Labels(_first_names(play), rng, missing=0.15, wrong=0.03))
    return {
        "exact": cues.as_srt(exact),
        "offset": cues.as_srt(cues.shifted(exact, LONG_OFFSET_MS)),
        "drift": cues.as_srt(cues.shifted(cues.stretched(exact, cues.PAL_DRIFT), -LONG_EARLY_MS)),
        "holes": cues.as_srt(cues.with_passage_cut(hole, _passage(play), cut_ms, LONG_CUT_MS)),
        "typos": cues.as_srt(
            cues.jittered(cues.with_typos(labelled, rng, missing=0.04, wrong=0.03), rng, 1500)
        ),
    }


if __name__ == "__main__":
    sys.exit(main())
