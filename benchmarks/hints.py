"""Names as hints: how many rare names Whisper writes with a list of them and without, and how many that nobody said.

usage: python -m benchmarks.hints [--model NAME] [--most 20] [--record]

Names are the words of the references that stand with a capital inside a sentence and in no dictionary of common words; every
recording in which one is said is heard twice, without hints and with the whole list, so that most of the list is not said in it.
A name is recalled where the transcript has it in its place (aligned word by word), and false where it stands once more than said.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import results
from benchmarks.reference_speech import Reference, references
from benchmarks.word_errors import aligned
from pipeline.english.verbalize import spoken_words
from pipeline.media.audio import Audio
from pipeline.progress import silent
from pipeline.settings import WhisperSettings
from pipeline.speech import vad, weights
from pipeline.speech.asr import Bias
from pipeline.speech.asr.device import device_for
from pipeline.speech.asr.whisper import Whisper

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b")
# With a capital inside a sentence, and no names of people, places or things.
_COMMON = {
    "April",
    "Christmas",
    "English",
    "Friday",
    "Monday",
    "Okay",
    "Sunday",
    "Sundays",
    "Thursday",
    "Yeah",
}


def names_in(reference: Reference) -> Counter[str]:
    """The names that are said in a recording."""
    found: Counter[str] = Counter()
    for line in reference.lines:
        found.update(name for name in _NAME.findall(line) if name not in _COMMON)
    return found


def words_heard(recognizer: Whisper, model: Any, audio: Audio, names: Sequence[str]) -> list[str]:
    """The spoken words of a transcript."""
    tokens = recognizer.recognize_with(
        model, audio, vad.speech_regions(audio), Bias((), tuple(names)), silent
    )
    return [word for token in tokens for word in spoken_words(token.text)]


def recalled(reference: Reference, heard: Sequence[str], names: set[str]) -> tuple[int, int, int]:
    """(names said, of them recalled, names written that nobody said)."""
    pairs = dict(aligned(reference.words, heard)[1])
    places = [i for i, word in enumerate(reference.words) if word in names]
    more = Counter(w for w in heard if w in names) - Counter(w for w in reference.words if w in names)
    return len(places), sum(i in pairs for i in places), more.total()


def main() -> None:
    """Hear and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="tiny.en", help="a Whisper model, or a folder of weights")
    parser.add_argument("--most", type=int, default=20, help="how many names are listed (default 20)")
    results.offer(parser)
    asked = parser.parse_args()
    recognizer = Whisper(
        Path(asked.model).name, weights.find(asked.model), device=device_for(WhisperSettings())
    )
    model, found = recognizer.load(), list(references())
    counted = sum((names_in(reference) for reference in found), Counter())
    names = sorted(counted, key=lambda name: (counted[name], name))[: asked.most]
    print(f"hints: {', '.join(names)}")
    spoken = {word for name in names for word in spoken_words(name)}
    sums = {"without": [0, 0, 0], "with": [0, 0, 0]}
    for reference in (r for r in found if spoken & {*r.words}):
        audio = reference.audio()
        for side, hints in (("without", ()), ("with", names)):
            of = recalled(reference, words_heard(recognizer, model, audio, hints), spoken)
            sums[side] = [a + b for a, b in zip(sums[side], of, strict=True)]
            print(f"{reference.name:22} {side:8} said {of[0]}, recalled {of[1]}, false {of[2]}", flush=True)
    for side, (said, right, false) in sums.items():
        print(f"all {side:8} said {said}, recalled {right}, false {false}")
    if asked.record:
        figures = {
            f"{side}_{key}": n
            for side, of in sums.items()
            for key, n in zip(("said", "recalled", "false"), of, strict=True)
        }
        results.record(f"hints_{results.slug(recognizer.model)}", {"names": len(names), **figures})


if __name__ == "__main__":
    main()
