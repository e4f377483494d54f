"""What each Whisper model is worth to a person who chooses one: its word error rates, and what it costs beside tiny.en.

`ours` was measured by `python -m benchmarks.recognize --model NAME` on 1,080 words of readings and calls and 407 of AMI meetings.
`published` is OpenAI's (Radford et al. 2022, "Robust Speech Recognition via Large-Scale Weak Supervision", appendix D, English
models, greedy decoding): LibriSpeech test-clean and AMI-IHM. `cost` is the time that a window takes beside tiny.en's, by the
relative speeds in the README of OpenAI's repository (tiny 32, base 16, small 6, medium 2); ours of base are the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.speech import pinned, weights

_DIGEST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Worth:
    """Word error rates in percent, each of readings and of meetings, None where nobody measured; and the cost."""

    cost: float
    ours: tuple[float, float] | None = None
    published: tuple[float, float] | None = None

    def __str__(self) -> str:
        told = []
        for who, rates in (("measured by us", self.ours), ("published", self.published)):
            if rates:
                told.append(
                    f"{rates[0]:g} % of words wrong in readings and {rates[1]:g} % in meetings ({who})"
                )
        return ", ".join(told)


# Rates of the English models; the multilingual ones are as large, and a little worse in English.
WORTH: dict[str, Worth] = {
    "tiny.en": Worth(1.0, (9.2, 28.7), (5.6, 23.7)),
    "base": Worth(2.0, (9.3, 26.5)),
    "base.en": Worth(2.0, None, (4.2, 20.5)),
    "small.en": Worth(32 / 6, None, (3.1, 17.5)),
    "medium.en": Worth(16.0, None, (3.1, 16.4)),
}
_BETTER = {
    "tiny.en": "small.en",
    "tiny": "small.en",
    "base": "small.en",
    "base.en": "small.en",
    "small.en": "medium.en",
}


def digest_of(model: str) -> str:
    """A model's published digest, shortened, as it is checked before it is used; "" for weights of a person's own."""
    known = pinned.sha256_of(model, "model.bin") if model in weights.KNOWN else None
    return f"SHA-256 {known[:_DIGEST_DIGITS]}..., as published" if known else ""


def better_than(model: str) -> str:
    """What the next better model would bring and cost, as a sentence; "" where none is worth it."""
    name = _BETTER.get(model)
    if name is None:
        return ""
    times = WORTH[name].cost / WORTH[model].cost if model in WORTH else WORTH[name].cost
    return f"{name}: {WORTH[name]}, in {times:.0f} times the time - vignette models fetch {name}"


def minutes_per_hour(window_s: float, model: str, other: str) -> float:
    """Minutes for an hour of talk with `other`, from the seconds that one window of 30 s takes with `model`."""
    return 2 * window_s * WORTH[other].cost / WORTH[model].cost
