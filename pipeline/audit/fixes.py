"""Automatic fixes: what a program can mend is tried, and kept only where it makes no other rule worse.

Words are never cut or changed. Times move within what neighbours leave free, lines
break elsewhere, spaces and escapes are put right.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from pipeline.audit.captions import as_shown
from pipeline.audit.engine import audit
from pipeline.audit.model import Document, Facts, Finding, Severity, ShownCue
from pipeline.audit.waivers import Waiver, waive
from pipeline.english.breaks import Junction, junction, visible_length
from pipeline.formats.readers.raw_cue import RawCue
from pipeline.formats.writers.render import DRAFT_NOTICE
from pipeline.profiles import DEFAULT_FRAME_RATE, Profile
from pipeline.progress import Progress, silent
from pipeline.timing import Span, hull

# A caption is judged together with so many neighbours on either side: rules look at the next one, `repeats` at three
# in a row.
CONTEXT_CAPTIONS = 2
# Words of the transcript farther than this from the captions in question say nothing about them; chosen, four
# times the window in which `matching` looks for a caption.
WORDS_WITHIN_MS = 10_000
# How far past its old end a caption may stay to be read: what the BBC allows after speech has ended.
MAX_STRETCH_MS = 1500
# Cost of a line break at each junction, in characters of difference between the lines; chosen so that a line is rather
# uneven than broken inside a phrase.
_BREAK_COSTS = {
    Junction.SENTENCE: 0, Junction.CLAUSE: 4, Junction.CONJUNCTION: 10, Junction.PREPOSITION: 18,
    Junction.PREDICATE: 28, Junction.PLAIN: 35, Junction.TORN: 120,
}  # fmt: skip
# What one line more costs, in the same unit.
_LINE_COST = 12
# So many of the cheapest ways to break a caption are tried.
_MAX_REBROKEN = 3
# The usual limit of the profiles, for those that state none.
_DEFAULT_LINE_CHARS = 42
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|lrm|rlm|nbsp|#\d+|#x[0-9A-Fa-f]+);)")
_BARE_BRACKET = re.compile(r"<(?!/?(?:c|i|b|u|ruby|rt|v|lang)[\s.>]|/?(?:c|i|b|u|ruby|rt|v|lang)>|[\d:.]+>)")


@dataclass(frozen=True)
class Mend:
    """One change that was kept: the number of the caption, the rules it serves, the cue before and after."""

    number: int
    rules: tuple[str, ...]
    before: ShownCue
    after: ShownCue


_Counts = Counter[tuple[str, str, Severity]]
Fixer = Callable[[ShownCue, ShownCue | None, Profile, Facts], Iterator[ShownCue]]


def mend(
    document: Document,
    profiles: Sequence[Profile],
    facts: Facts | None = None,
    waivers: Sequence[Waiver] = (),
    progress: Progress = silent,
    only: Callable[[Finding], bool] = lambda _: True,
) -> tuple[Document, list[Mend]]:
    """The document with all mends that help, and what they are; what a person waived, or did not ask for, stays as it is.

    The first profile says what to aim at, all of them what must not become worse.
    """
    known = facts or Facts()
    if known.words:
        known = replace(known, words=tuple(sorted(known.words, key=lambda w: w.span.start_ms)))
    cues = {cue.number: cue for cue in document.cues}
    wanted: dict[int, set[str]] = {}
    for finding in waive(audit(document, profiles, known), waivers).open:
        if finding.fixable and finding.cue_index is not None and finding.id in FIXERS and only(finding):
            wanted.setdefault(finding.cue_index, set()).add(finding.id)
    # No mend moves a start, so the order of appearance stays.
    order = [cue.number for cue in document.by_start]
    place = {number: k for k, number in enumerate(order)}
    mends: list[Mend] = []
    for done, number in enumerate(sorted(wanted)):
        progress(done / len(wanted))
        for rule in [r for r in FIXERS if r in wanted[number]]:
            at = place[number]
            around = [cues[n] for n in order[max(0, at - CONTEXT_CAPTIONS) : at + CONTEXT_CAPTIONS + 1]]
            better = _first_helpful(rule, cues[number], around, document, profiles, known)
            if better is not None:
                mends.append(Mend(number, (rule,), cues[number], better))
                cues[number] = better
    mended = replace(document, cues=tuple(cues[c.number] for c in document.cues))
    return mended, _merged(mends)


def _first_helpful(
    rule: str,
    cue: ShownCue,
    around: Sequence[ShownCue],
    document: Document,
    profiles: Sequence[Profile],
    facts: Facts,
) -> ShownCue | None:
    """The first candidate that helps, judged by the caption and those around it, in order of appearance."""
    at = next(k for k, c in enumerate(around) if c.number == cue.number)
    following = around[at + 1] if at + 1 < len(around) else None
    near = _facts_near(facts, around)
    before = _counts(around, document, profiles, near)
    for candidate in FIXERS[rule](cue, following, profiles[0], facts):
        if candidate == cue:
            continue
        after = _counts(
            [candidate if c.number == cue.number else c for c in around], document, profiles, near
        )
        if _helps(rule, before, after):
            return candidate
    return None


def _helps(rule: str, before: _Counts, after: _Counts) -> bool:
    """Whether the rule has less to say, and no other rule under any profile more.

    To mend a warning or an error a remark (info) more is accepted, to mend a remark nothing is.
    """
    if _weight(after, rule) >= _weight(before, rule):
        return False
    least = min(max(s for id_, _, s in before if id_ == rule), Severity.WARNING)
    others = {(id_, profile) for id_, profile, _ in after if id_ != rule}
    return all(_weight(after, *other, least) <= _weight(before, *other, least) for other in others)


def _facts_near(facts: Facts, cues: Sequence[ShownCue]) -> Facts:
    """The facts reduced to what can matter to these captions, so that many can be judged quickly."""
    shown = hull(c.span for c in cues)
    first, last = shown.start_ms - WORDS_WITHIN_MS, shown.end_ms + WORDS_WITHIN_MS
    said = facts.words or ()
    near = slice(*(bisect_left(said, ms, key=lambda w: w.span.start_ms) for ms in (first, last + 1)))
    return replace(facts, words=said[near] or None, speech=None, differing=())


def _counts(
    cues: Sequence[ShownCue], document: Document, profiles: Sequence[Profile], facts: Facts
) -> _Counts:
    """How many findings of each rule, profile and severity a few captions have."""
    report = audit(replace(document, cues=tuple(cues), flaws=()), profiles, facts)
    escapes = sum(len(_BARE_AMPERSAND.findall(c.raw)) + len(_BARE_BRACKET.findall(c.raw)) for c in cues)
    counts = Counter((f.id, f.profile, f.severity) for f in report.findings)
    if escapes and document.format == "vtt":
        counts["vtt-escape", "", Severity.ERROR] = escapes
    return counts


def _weight(counts: _Counts, rule: str, profile: str | None = None, least: Severity = Severity.INFO) -> int:
    """The weight of one rule's findings from a severity on; one error weighs more than nine warnings."""
    return sum(
        count * 10 ** int(severity)
        for (id_, name, severity), count in counts.items()
        if id_ == rule and profile in (None, name) and severity >= least
    )


def _merged(mends: Sequence[Mend]) -> list[Mend]:
    """Several mends of one caption merged into one."""
    by_number: dict[int, Mend] = {}
    for one in mends:
        known = by_number.get(one.number)
        by_number[one.number] = (
            replace(known, rules=(*known.rules, *one.rules), after=one.after) if known else one
        )
    return [by_number[number] for number in sorted(by_number)]


def _with_end(cue: ShownCue, end_ms: int) -> Iterator[ShownCue]:
    if end_ms > cue.span.start_ms:
        yield replace(cue, span=Span(cue.span.start_ms, end_ms))


def _latest_end_ms(following: ShownCue | None, profile: Profile, facts: Facts) -> int:
    """When a caption must have gone: before the next, and never after the recording has ended."""
    end_ms = facts.duration_ms or 10**12
    if following is None:
        return end_ms
    gap_ms = profile.min_gap_ms(facts.frame_rate or DEFAULT_FRAME_RATE)
    return min(end_ms, following.span.start_ms - gap_ms)


def extended(cue: ShownCue, following: ShownCue | None, profile: Profile, facts: Facts) -> Iterator[ShownCue]:
    """The caption with a later end: as long as reading takes, or as the next caption allows."""
    needed = float(profile.min_duration_ms or 0)
    if profile.max_chars_per_s:
        needed = max(needed, cue.chars * 1000 / profile.max_chars_per_s)
    if profile.max_words_per_minute:
        needed = max(needed, cue.words * 60_000 / profile.max_words_per_minute)
    needed = max(needed, cue.words * (profile.min_ms_per_word or 0))
    latest_ms = min(_latest_end_ms(following, profile, facts), cue.span.end_ms + MAX_STRETCH_MS)
    wanted = cue.span.start_ms + int(needed + 0.999)
    for end in (min(wanted, latest_ms), latest_ms):
        if end > cue.span.end_ms:
            yield from _with_end(cue, end)


def ended_before_next(
    cue: ShownCue, following: ShownCue | None, profile: Profile, facts: Facts
) -> Iterator[ShownCue]:
    """The caption with its end exactly as near to the next as the profile wants."""
    if following is not None:
        yield from _with_end(cue, _latest_end_ms(following, profile, facts))


def shortened(
    cue: ShownCue, following: ShownCue | None, profile: Profile, facts: Facts
) -> Iterator[ShownCue]:
    """The caption with an earlier end: after the longest time allowed, or with the recording."""
    if profile.max_duration_ms and cue.span.duration_ms > profile.max_duration_ms:
        yield from _with_end(cue, cue.span.start_ms + profile.max_duration_ms)
    if facts.duration_ms and cue.span.end_ms > facts.duration_ms:
        yield from _with_end(cue, facts.duration_ms)


def rebroken(cue: ShownCue, following: ShownCue | None, profile: Profile, facts: Facts) -> Iterator[ShownCue]:
    """The same words with other line breaks; captions with markup, dialogue or several labels are left alone."""
    if (
        re.search(r"[<{&]", cue.raw)
        or DRAFT_NOTICE in cue.raw
        or cue.dashes
        or cue.chevrons
        or len(cue.labels) > 1
    ):
        return
    if cue.labels and cue.labels[0].line:
        return
    words = cue.text.split()
    limit = profile.max_line_chars or _DEFAULT_LINE_CHARS
    if cue.chars > profile.max_lines * limit:
        return  # it fits nowhere, however it is broken
    choices = []
    for count in range(1, profile.max_lines + 1):
        for breaks in combinations(range(1, len(words)), count - 1):
            edges = [0, *breaks, len(words)]
            lines = [" ".join(words[a:b]) for a, b in pairwise(edges)]
            widths = [visible_length(line) for line in lines]
            if max(widths) <= limit:
                cost = sum(_BREAK_COSTS[junction(words[k - 1], words[k])] for k in breaks) + _LINE_COST * (
                    count - 1
                )
                uneven = max(widths) - min(widths)
                choices.append((cost + uneven, lines))
    for _, lines in sorted(choices, key=lambda c: c[0])[:_MAX_REBROKEN]:
        yield _rewritten(cue, lines)


def spaces_normalized(
    cue: ShownCue, following: ShownCue | None, profile: Profile, facts: Facts
) -> Iterator[ShownCue]:
    """The caption without needless spaces and empty lines."""
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in cue.raw.split("\n")]
    yield _rewritten(cue, [re.sub(r" +([!?).,;:…])", r"\1", line) for line in lines if line])


def ellipsis_normalized(
    cue: ShownCue, following: ShownCue | None, profile: Profile, facts: Facts
) -> Iterator[ShownCue]:
    """The caption with the ellipsis as the profile writes it."""
    wrong, right = ("…", "...") if profile.name == "bbc" else ("...", "…")
    yield _rewritten(cue, cue.raw.replace(wrong, right).split("\n"))


def markup_escaped(
    cue: ShownCue, following: ShownCue | None, profile: Profile, facts: Facts
) -> Iterator[ShownCue]:
    """The caption with bare & and < as WebVTT wants them."""
    text = _BARE_AMPERSAND.sub("&amp;", cue.raw)
    yield _rewritten(cue, _BARE_BRACKET.sub("&lt;", text).split("\n"))


def _rewritten(cue: ShownCue, lines: Sequence[str]) -> ShownCue:
    """The caption with another payload, read as its file is."""
    reading = cue.reading
    assert reading is not None, "only captions that were read are mended"
    raw = "\n".join(lines)
    payload = RawCue(cue.span, reading.lines(raw), raw, cue.id, cue.settings, line=cue.line)
    return as_shown(cue.number, payload, reading)


# What is mended by writing a file as it was read (`formats.retime`).
REWRITTEN = frozenset({"srt-timestamp", "vtt-timestamp", "vtt-blank-line-in-cue", "rolling-text"})
# In the order in which they are tried: text first, then lines, then times.
FIXERS: dict[str, Fixer] = {
    "vtt-escape": markup_escaped,
    "whitespace": spaces_normalized,
    "ellipsis-char": ellipsis_normalized,
    "max-chars-line": rebroken,
    "max-lines": rebroken,
    "line-break-bad": rebroken,
    "needless-break": rebroken,
    "line-balance": rebroken,
    "past-end": shortened,
    "max-duration": shortened,
    "overlap": ended_before_next,
    "min-duration": extended,
    "reading-speed-cps": extended,
    "reading-speed-wpm": extended,
    "min-gap": ended_before_next,
    "chain-gap": ended_before_next,
    "jerky-gap": ended_before_next,
}
