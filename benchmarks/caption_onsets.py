"""Onsets of captions: the share that begins more than 100 ms off its first word, and which rule costs how many of them.

The same words are captioned as they are by a run, then with one rule left out at a time, and with in-times that may be moved
further, so that the trade between being on time and being on screen long enough is seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from unittest import mock

from benchmarks import results
from benchmarks.caption_material import Material
from pipeline.profiles import ON_TIME_MS, Limits, limits_of
from pipeline.settings import CaptionSettings
from pipeline.stages.captions import build
from pipeline.transcript import Captions

OFF_MS = 100
Change = Callable[[Limits], Limits]
Judge = Callable[[Material, Captions, str], tuple[int, int]]
"""Gives the errors in captions under a profile, and the warnings that a better caption would not have."""


def freely(limits: Limits, **changed: object) -> Limits:
    """In-times moved as far as the tolerance of sync, which is where the rules show what they cost."""
    return replace(limits, on_time_ms=limits.early_ms, **changed)  # type: ignore[arg-type]


AS_IT_IS, FREELY = "as a run does it", "as far as sync allows"
WITHOUT_CUTS = "... without cuts"
TRADE: dict[str, Change] = {AS_IT_IS: lambda limits: limits, FREELY: freely}
# What is left out, or done otherwise: of cuts the times are taken away, of the rest the limits are changed.
RULES: dict[str, Change] = {
    "moved by 0 ms at most": lambda limits: replace(limits, on_time_ms=1),
    "moved by 100 ms at most": lambda limits: replace(limits, on_time_ms=min(100, limits.early_ms)),
    **TRADE,
    WITHOUT_CUTS: freely,
    "... without the least gap": lambda limits: freely(limits, min_gap_ms=0),
    "... without reading speed": lambda limits: freely(limits, chars_per_s=1000.0, words_per_minute=None),
    "... without shortest duration": lambda limits: freely(limits, min_duration_ms=0, min_ms_per_word=0),
}


@contextmanager
def limits_changed(change: Change) -> Iterator[None]:
    """The cue builder aims at other limits for a while."""
    with mock.patch.object(build, "limits_of", lambda settings: change(limits_of(settings))):
        yield


def table(
    materials: Sequence[Material],
    profiles: Sequence[str],
    judge: Judge,
    changes: Mapping[str, Change] = RULES,
) -> dict[str, float]:
    """Print the shares for each profile and change, summed over the materials; gives the figures of what a run makes."""
    print(f"{'profile':<10}{'':<31}{'captions':>9}{'late':>7}{'early':>7}{'errors':>8}{'avoidable':>11}")
    kept: list[Counter[str]] = []
    for profile in profiles:
        for name, change in changes.items():
            with limits_changed(change):
                count = counted(materials, profile, cuts=name != WITHOUT_CUTS, judge=judge)
            print(
                f"{profile:<10}{name:<31}{count['captions']:>9}{share(count, 'late'):>6.1f}%{share(count, 'early'):>6.1f}%"
                f"{count['errors']:>8}{share(count, 'avoidable'):>10.1f}%",
                flush=True,
            )
            kept += [count] if name == AS_IT_IS else []
    figures: dict[str, float] = {"profiles": len(kept), "materials": len(materials), "moved_ms": ON_TIME_MS}
    figures |= {"off_ms": OFF_MS, "errors": sum(c["errors"] for c in kept)}
    figures |= results.spread("captions", [c["captions"] for c in kept])
    for key in ("late", "early", "avoidable"):
        figures |= results.spread(f"{key}_percent", [share(c, key) for c in kept])
    return figures


def counted(materials: Sequence[Material], profile: str, cuts: bool, judge: Judge) -> Counter[str]:
    """Captions of all materials, those late and early by more than `OFF_MS`, and what the audit says of them."""
    settings = CaptionSettings(profile=profile)  # type: ignore[arg-type]
    count: Counter[str] = Counter()
    for m in materials:
        shots = m.shots if cuts else ()
        captions = build.run(m.aligned, m.voices, settings, shots, m.boundaries, duration_ms=m.duration_ms)
        off = [c.span.start_ms - m.aligned.tokens[c.first].span.start_ms for c in captions.cues]
        errors, avoidable = judge(m, captions, profile)
        count.update(
            captions=len(off), late=sum(ms > OFF_MS for ms in off), early=sum(ms < -OFF_MS for ms in off),
            errors=errors, avoidable=avoidable,
        )  # fmt: skip
    return count


def share(count: Counter[str], key: str) -> float:
    """In a hundred captions."""
    return 100 * count[key] / max(1, count["captions"])
