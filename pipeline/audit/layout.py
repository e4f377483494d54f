"""Rules about line layout: how long lines are, how many, where they break and where they stand. One function per rule."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.audit.model import Hit, Severity, ShownCue, View
from pipeline.english.breaks import Junction, junction

# A line longer than the limit by this ratio is an error, below it a matter of style; chosen.
ERROR_RATIO = 1.25


def line_length(view: View) -> Iterator[Hit]:
    """The longest line against the profile's characters a line."""
    limit = view.profile.max_line_chars
    for cue in view.cues if limit else ():
        widest = max(cue.widths, default=0)
        if limit and widest > limit:
            severity = Severity.ERROR if widest > ERROR_RATIO * limit else None
            yield Hit(f"A line has {widest} characters.", cue, widest, severity=severity)


def line_count(view: View) -> Iterator[Hit]:
    """The number of lines with visible text against the profile's."""
    for cue in view.cues:
        count = sum(1 for line in cue.lines if line.strip())
        if count > view.profile.max_lines:
            yield Hit(f"The caption has {count} lines.", cue, count)


def needless_break(view: View) -> Iterator[Hit]:
    """Two lines of one speaker that fit one."""
    limit = view.profile.max_line_chars or 42  # the usual limit of the profiles
    for cue in view.cues:
        joined = cue.chars + len(cue.lines) - 1
        if len(cue.lines) == 2 and joined <= limit and not _two_speakers(cue) and not cue.is_sound:
            yield Hit("Both lines fit on one.", cue, joined)


def _two_speakers(cue: ShownCue) -> bool:
    return cue.turn_marks > 1 or len(set(cue.names)) > 1


def bad_breaks(view: View) -> Iterator[Hit]:
    """Line breaks, and caption breaks at which the next follows at once, inside a phrase: one finding a caption."""
    following = {a.number: b for a, b in view.document.pairs if b.span.start_ms - a.span.end_ms < 500}
    for cue in view.cues:
        ends = list(zip(cue.lines, cue.lines[1:], strict=False))
        places = [
            (a, b, "lines") for k, (a, b) in enumerate(ends) if k + 1 not in (*cue.dashes, *cue.chevrons)
        ]
        after = following.get(cue.number)
        if after and cue.lines and after.lines and not after.turn_marks:
            places.append((cue.lines[-1], after.lines[0], "captions"))
        for above, below, what in places:
            left, right = above.split(), below.split()
            if (
                left
                and right
                and not _is_sound_or_music(left[-1], right[0])
                and junction(left[-1], right[0]) is Junction.TORN
            ):
                yield Hit(
                    f"'{left[-1]} | {right[0]}' is torn between {what}.", cue, f"{left[-1]} | {right[0]}"
                )
                break


def _is_sound_or_music(left: str, right: str) -> bool:
    """A sound caption or a music sign on either side of the break."""
    return left[-1:] in ")]♪♫#" or right[:1] in "([♪♫#-"


def balance(view: View) -> Iterator[Hit]:
    """Unbalanced lines: one short word alone on a line beside a long one."""
    for cue in view.cues:
        if len(cue.lines) == 2 and not _two_speakers(cue):
            short, long = sorted(cue.widths)
            alone = min(len(line.split()) for line in cue.lines) == 1
            if alone and long > 4 * max(1, short):
                yield Hit("One word stands alone on its line.", cue, short)


def position(view: View) -> Iterator[Hit]:
    """Cue settings that reach out of the picture."""
    for cue in view.cues:
        if not cue.settings:
            continue
        values = {
            k: float(v) for k, v in re.findall(r"(line|position|size):(-?\d+(?:\.\d+)?)%", cue.settings)
        }
        size = values.get("size", 0.0)
        outside = any(not 0 <= v <= 100 for v in values.values())
        if outside or (
            "position" in values and "align:start" in cue.settings and values["position"] + size > 100
        ):
            yield Hit("The caption reaches out of the picture.", cue, cue.settings)
