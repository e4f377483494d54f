"""What needs a person about a recording, one thing after the other, each with its evidence and the commands that settle it.

A thing is settled when somebody decided about its words or watched their caption.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from pipeline.commands.decide import suggested
from pipeline.commands.decide.desk import Desk
from pipeline.edits.ledger import Standing, State, wanted
from pipeline.edits.model import Add, PersonIs, Withdraw
from pipeline.edits.reviewed import Reviewed
from pipeline.errors import DocumentError, NotCaptioned
from pipeline.run.jobs import Job
from pipeline.run.preview import Preview, preview
from pipeline.timing import Span, clock
from pipeline.transcript import NOT_CAPTIONED, Heard, Kind, Passage, SoundKind, Transcript

# So many words are shown before and behind those in question. Set by hand.
CONTEXT_WORDS = 6
# So many words of a passage name it in a command.
NAMING_WORDS = 5
# A caption of a sound tells of what is heard this near to it.
SOUND_NEAR_MS = 2000
# Who looks at it may be nobody in particular: what is only looked at is written down by nobody.
_NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs a person: where, of what kind, the evidence in sentences, and commands that settle it."""

    media: Path
    kind: str
    span: Span | None
    evidence: tuple[str, ...]
    commands: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as plain values for `--json`."""
        return {
            "media": str(self.media),
            "kind": self.kind,
            "start_ms": self.span.start_ms if self.span else None,
            "end_ms": self.span.end_ms if self.span else None,
            "evidence": list(self.evidence),
            "commands": list(self.commands),
        }

    def lines(self) -> list[str]:
        """The same for a person."""
        when = f" at {clock(self.span.start_ms)}" if self.span else ""
        return [
            f"{self.media}{when}: {self.kind}",
            *(f"  {line}" for line in self.evidence),
            *(f"  {'settle it' if n == 0 else '       or'}: {line}" for n, line in enumerate(self.commands)),
        ]


def needs_of(job: Job) -> list[Need]:
    """All that needs a person about a recording: conflicts, suggested readings, doubtful passages, unnamed voices, reviews.

    Raises JournalError and what reading its inputs raises.
    """
    media = quote(str(job.media))
    try:
        shown = preview(job)
    except NotCaptioned:
        command = f"vignette run {media}"
        return [Need(job.media, "not captioned yet, or something changed since", None, (), (command,))]
    finder = _Finder(job, shown, media)
    return [*finder.conflicts(), *finder.suggestions(), *finder.passages(), *finder.unclear(), *finder.sounds(),
            *finder.voices(), *finder.review()]  # fmt: skip


class _Finder:
    def __init__(self, job: Job, shown: Preview, media: str) -> None:
        self.job, self.shown, self.media = job, shown, media
        self.transcript: Transcript = shown.transcript
        self._settled = list(self._decided())
        review = self.transcript.review
        self._watched = review is not None and review.holds
        self._suggested: list[Span] = []

    def _decided(self) -> Iterable[Span]:
        """When words are said that people decided about or watched, and when captions are shown that they added."""
        for standing in self.shown.replay.report.standings:
            decision = standing.decision
            if standing.state not in (State.KEPT, State.ALREADY) or isinstance(
                decision.value, Withdraw | PersonIs
            ):
                continue
            if isinstance(decision.value, Add):
                yield Span(decision.value.start_ms, decision.value.end_ms)
            place = self.shown.replay.place_of(decision)
            if place is not None:
                yield self.transcript.span(*place)
            elif decision.anchor is not None:
                yield Span(
                    decision.anchor.start_ms, max(decision.anchor.end_ms, decision.anchor.start_ms + 1)
                )

    def _is_settled(self, span: Span) -> bool:
        return self._watched or any(span.overlap_ms(done) for done in self._settled)

    def _need(self, kind: str, span: Span | None, evidence: Iterable[str], *commands: str) -> Need:
        return Need(self.job.media, kind, span, tuple(evidence), commands)

    # --- what there is ------------------------------------------------------------------------------------------

    def conflicts(self) -> Iterator[Need]:
        """Decisions that no longer fit."""
        for standing in self.shown.replay.report.conflicts:
            yield self._conflict(standing)

    def _conflict(self, standing: Standing) -> Need:
        decision = standing.decision
        span = Span(decision.anchor.start_ms, decision.anchor.end_ms) if decision.anchor else None
        now = f'there is now: "{standing.found}"' if standing.found else "there is nothing now"
        evidence = [f"{decision.who} decided: {wanted(decision)}", f"{standing.why}; {now}"]
        again = isinstance(decision.value, Reviewed)
        insist = f"vignette edits conflicts {self.media} --insist {decision.id}"
        return self._need(
            "a review of what is otherwise now" if again else "a decision that no longer fits",
            span,
            evidence,
            f"{insist}   ({'it is right as it is now' if again else 'it holds after all'})",
            f"vignette edits undo {self.media} {decision.id}   (drop it)",
        )

    def suggestions(self) -> Iterator[Need]:
        """Readings that a second ear suggests, the likeliest first, but for those taken already."""
        try:
            found = suggested.suggested(self.job)
        except (NotCaptioned, DocumentError):
            return
        desk = Desk(self.shown, _NOBODY)
        for one in sorted(found, key=lambda s: -s.confidence):
            if self._is_settled(one.span) or not suggested.take(desk, [one]).decisions:
                continue
            self._suggested.append(one.span)
            was = f"it reads: {self._around(one.span)}"
            heard = f'a second ear heard: "{one.suggestion}"' + (f' for "{one.text}"' if one.text else "")
            yield self._need(
                "another reading is suggested",
                one.span,
                (was, f"{heard}; right with a probability of {one.confidence:.2f}"),
                f"vignette edits take {self.media} {one.id}",
                *self._as_it_is(one.span),
            )

    def passages(self) -> Iterator[Need]:
        """Passages that the alignment doubts."""
        report = self.transcript.aligned.report
        for kind, found in (
            ("speech without text", report.speech_without_text),
            ("text that is spoken nowhere", report.text_without_speech),
            ("it sounds different from its text", report.heard_differently),
            ("it could not be confirmed by ear", report.not_confirmed),
        ):
            for passage in found:
                if not self._is_settled(passage.span) and not any(
                    map(passage.span.overlap_ms, self._suggested)
                ):
                    yield self._passage(kind, passage)

    def _passage(self, kind: str, passage: Passage) -> Need:
        evidence = [f"it reads: {self._around(passage.span)}"]
        if passage.heard:
            evidence.append(f'heard: "{passage.heard}"')
        times = f"{_written(passage.span.start_ms)}-{_written(passage.span.end_ms)}"
        if passage.first == passage.last:
            return self._need(
                kind,
                passage.span,
                evidence,
                f'vignette edits add {self.media} "..." {times}',
                *self._as_it_is(passage.span),
            )
        words, at = self._named(passage.first, passage.last)
        return self._need(
            kind,
            passage.span,
            evidence,
            f'vignette edits text {self.media} {words} "..." --at {at}',
            *self._as_it_is(passage.span),
        )

    def unclear(self) -> Iterator[Need]:
        """Marks for speech that was not understood."""
        for k, token in enumerate(self.transcript.tokens):
            if token.kind is Kind.UNCLEAR and not self._is_settled(token.span):
                words, at = self._named(k, k + 1)
                evidence = [f"it reads: {self._around(token.span)}"]
                command = f'vignette edits text {self.media} {words} "..." --at {at}'
                yield self._need("speech that was not understood", token.span, evidence, command)

    def sounds(self) -> Iterator[Need]:
        """Music and singing that no caption tells of: suggested, so that whoever is deaf to it misses nothing."""
        told = [t.span for t in self.transcript.tokens if t.kind is Kind.SOUND]
        for kind, span, evidence in _sounds(self.transcript.heard):
            if not any(span.gap_ms(other) <= SOUND_NEAR_MS for other in told) and not self._is_settled(span):
                times = f"{_written(span.start_ms)}-{_written(span.end_ms)}"
                command = f'vignette edits add {self.media} "[{kind}]" {times}'
                yield self._need(
                    f"{kind} without a caption", span, (evidence,), command, *self._as_it_is(span)
                )

    def voices(self) -> Iterator[Need]:
        """Voices that nobody names."""
        for speaker in self.transcript.voices.speakers:
            said = [u for u in self.transcript.voices.utterances if u.speaker == speaker.id]
            if speaker.evidence or not said:
                continue
            longest = max(said, key=lambda u: u.last - u.first)
            span = speaker.clips[0] if speaker.clips else self.transcript.span(longest.first, longest.last)
            text = self.transcript.text(longest.first, longest.last)
            yield self._need(
                f"nobody says who {speaker.id} is",
                span,
                (f'says for one: "{text}"',),
                f'vignette edits person {self.media} {speaker.id} --name "..."',
            )

    def review(self) -> Iterator[Need]:
        """A review of the whole that no longer holds."""
        review = self.transcript.review
        if review is not None and not review.holds:
            yield self._need(
                str(review), None, (), f"vignette edits review {self.media}   (when you watched it again)"
            )

    # --- in words -----------------------------------------------------------------------------------------------

    def _around(self, span: Span) -> str:
        """What is written about that time, the words in question in brackets."""
        tokens = self.transcript.tokens
        inside = self._inside(span)
        first = inside[0] if inside else next(
            (k for k, t in enumerate(tokens) if t.span.start_ms >= span.start_ms), len(tokens)
        )  # fmt: skip
        last = inside[-1] + 1 if inside else first
        before = " ".join(t.text for t in tokens[max(0, first - CONTEXT_WORDS) : first])
        after = " ".join(t.text for t in tokens[last : last + CONTEXT_WORDS])
        middle = " ".join(t.text for t in tokens[first:last])
        return f'"{before} [{middle or "..."}] {after}"'.replace('" ', '"').replace(' "', '"')

    def _inside(self, span: Span) -> list[int]:
        """The words said during a time: a run of them, since text that is spoken nowhere has any time."""
        tokens = self.transcript.tokens
        found = [
            k for k, t in enumerate(tokens) if t.kind not in NOT_CAPTIONED and t.span.middle_ms in span
        ] or [k for k, t in enumerate(tokens) if t.span.middle_ms in span]
        return [k for n, k in enumerate(found) if k == found[0] + n]

    def _named(self, first: int, last: int) -> tuple[str, str]:
        """Words and a time by which a command means these tokens."""
        tokens = self.transcript.tokens[first : min(last, first + NAMING_WORDS)]
        return quote(" ".join(t.text for t in tokens)), _written(tokens[0].span.start_ms)

    def _as_it_is(self, span: Span) -> tuple[str, ...]:
        """The command that says that the caption there is right as it is."""
        cue = next((c for c in self.transcript.captions.cues if c.span.overlap_ms(span)), None)
        if cue is None:
            return ()
        words, at = self._named(cue.first, cue.last)
        return (f"vignette edits review {self.media} {words} --at {at}   (it is right as it is)",)


def _sounds(heard: Heard) -> Iterator[tuple[str, Span, str]]:
    """The sounds beside the speech, each with what speaks for it."""
    for event in heard.sounds:
        yield event.kind, event.span, f"{event.kind} is heard with a probability of {event.probability:.2f}"
    for span in heard.music:
        if not any(span.overlap_ms(event.span) for event in heard.sounds):
            yield SoundKind.MUSIC, span, "tones stand out of what is heard there"


def _written(time_ms: int) -> str:
    return f"{clock(time_ms)}.{time_ms % 1000:03}"
