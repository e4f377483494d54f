"""The request of one `vignette decide`: its options, checked, and the decisions that they come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from pipeline.part_kinds import KNOWN_KINDS

if TYPE_CHECKING:
    from pipeline.edits.maker import Maker
    from pipeline.edits.model import Decision
    from pipeline.run.preview import Preview

# The options that ask for something, of which one is given at a time, as names of fields.
ASKED = ("become", "speaker", "concept", "said", "show", "split", "merge", "delete", "add", "waive", "person", "reviewed",
         "drop", "insist", "vignette")  # fmt: skip
# Those of them that need `words`.
ABOUT_WORDS = frozenset(("become", "speaker", "concept", "said", "show", "split", "merge", "delete", "waive"))
# The options that only go with another: option -> the other.
WITH = {"label": "add", "reason": "waive", "name": "person", "role": "person",
        "title": "vignette", "kind": "vignette", "begins": "vignette", "join": "vignette"}  # fmt: skip
# The options whose absence is None, since "" says something.
OPTIONAL = frozenset(("become", "speaker", "name", "role", "title", "kind"))
# The longest kind of one's own, in characters. Set by hand.
MAX_KIND_CHARS = 60


@dataclass(frozen=True)
class DecisionRequest:
    """The options of one `decide`. Raises UsageError unless exactly one thing is asked for, with all that it needs."""

    words: str = ""
    at: str = ""
    become: str | None = None
    speaker: str | None = None
    concept: str = ""
    verdict: str = "confirmed"
    said: str = ""
    show: str = ""
    split: bool = False
    merge: bool = False
    delete: bool = False
    add: str = ""
    label: str = ""
    waive: str = ""
    reason: str = ""
    person: str = ""
    name: str | None = None
    role: str | None = None
    reviewed: bool = False
    drop: str = ""
    insist: str = ""
    vignette: str = ""
    title: str | None = None
    kind: str | None = None
    begins: str = ""
    join: bool = False

    def __post_init__(self) -> None:
        asked = self._asked()
        if asked in ABOUT_WORDS and not self.words.split():
            raise UsageError(f"--{asked} needs words to be about", 'name them: --words "..."')
        if self.verdict not in ("confirmed", "rejected", "added"):
            raise UsageError(f"--verdict cannot be '{self.verdict}'", "choose confirmed, rejected or added")
        if self.person and self.name is None and self.role is None:
            raise UsageError("--person needs something to be called", "add --name or --role")
        if self.add and not self.show:
            raise UsageError("--add needs a time", "add --show FROM-TO")
        if self.waive and not self.reason.split():
            raise UsageError("--waive needs a reason", 'say why it is right as it is: --reason "..."')
        if self.speaker is not None and not self.speaker.split():
            raise UsageError("--speaker needs a name or an id", "say who says these words")
        if self.vignette:
            self._check_part()

    def _asked(self) -> str:
        """The field of what is asked for. Raises UsageError when that is nothing, or more than one thing."""
        asked = [name for name in ASKED if self._is_given(name)]
        if self.add and "show" in asked:
            asked.remove("show")
        for name, needed in WITH.items():
            if self._is_given(name) and not self._is_given(needed):
                raise UsageError(f"--{name} goes with --{needed}", "vignette decide --help shows how")
        if not asked:
            said = f"decide what about '{self.words}'?" if self.words else "decide what?"
            raise UsageError(
                said, "for one: --words ... --become ...; vignette decide --help shows what there is"
            )
        if len(asked) > 1:
            together = ", ".join(f"--{a}" for a in asked)
            raise UsageError(
                f"decide one thing at a time: {together}", "vignette decide --help shows what there is"
            )
        return asked[0]

    def _is_given(self, name: str) -> bool:
        value = getattr(self, name)
        return value is not None if name in OPTIONAL else bool(value)

    def _check_part(self) -> None:
        """Raise UsageError for options about a part that contradict each other or say nothing."""
        begins = [bool(self.begins), bool(self.words)]
        if self.vignette == "new" and (sum(begins) != 1 or self.join):
            raise UsageError("a new part needs to begin somewhere", 'add --begins TIME, or --words "..."')
        if all(begins):
            raise UsageError("--begins and --words both say where the part begins", "give one of them")
        if not any(begins) and self.title is None and self.kind is None and not self.join:
            raise UsageError(
                "--vignette needs something to be said of it", "add --begins, --title, --kind or --join"
            )
        if self.join and (any(begins) or self.title is not None or self.kind is not None):
            raise UsageError("a part that is joined to the one before is nothing else", "give --join alone")
        if self.kind is not None and not 0 < len(" ".join(self.kind.split())) <= MAX_KIND_CHARS:
            raise UsageError(
                f"--kind needs a word or two, not '{self.kind[:80]}'",
                f"{', '.join(KNOWN_KINDS)} or one of your own",
            )

    def _part(self, maker: Maker) -> Decision:
        """The decision about a part of the video."""
        from pipeline.commands.decide import targets
        from pipeline.edits.model import VignetteAt

        start_ms = time_of(self.begins, "--begins")
        if self.words:
            first, _ = targets.locate(maker.transcript, self.words, time_of(self.at, "--at"))
            start_ms = maker.transcript.tokens[first].span.start_ms
        kind = None if self.kind is None else " ".join(self.kind.split())
        known = kind is not None and kind.casefold() in KNOWN_KINDS
        value = VignetteAt(
            start_ms, self.title, kind.casefold() if kind is not None and known else kind, not self.join
        )
        return targets.part_decided(maker, self.vignette, value)

    def decisions(self, shown: Preview, who: str) -> list[Decision]:
        """Make the decisions of `who` about the recording as it is shown. Raises UsageError."""
        from pipeline.commands.decide import targets
        from pipeline.edits.maker import Maker

        maker = Maker(shown.transcript, shown.replay, who)
        if self.drop:
            return [maker.withdraw(targets.standing_of(shown, self.drop).decision.id)]
        if self.insist:
            return targets.insist(shown, targets.standing_of(shown, self.insist), who)
        if self.person:
            return [maker.person(targets.person(shown.transcript, self.person), self.name, self.role)]
        if self.vignette:
            return [self._part(maker)]
        if self.add:
            start, end = _closed_range(self.show, "--show")
            targets.check_within(shown.transcript, (start, end), "--show")
            return [targets.add_by_time(maker, shown.transcript, self.add, start, end, self.label)]
        if self.reviewed and not self.words:
            return [maker.reviewed()]
        return self._about_words(
            maker, *targets.locate(shown.transcript, self.words, time_of(self.at, "--at"))
        )

    def _about_words(self, maker: Maker, first: int, last: int) -> list[Decision]:
        """The decisions about the tokens `[first, last)`. Raises UsageError."""
        from pipeline.commands.decide import targets
        from pipeline.timing import Span

        shown = maker.transcript
        if self.become is not None:
            there = " ".join(t.text for t in shown.tokens[first:last])
            return maker.words(first, last, targets.with_outer_punctuation(there, self.words, self.become))
        if self.speaker is not None:
            return [maker.speaker(first, last, self.speaker)]
        if self.concept:
            return [maker.concept(first, last, targets.concept(shown, self.concept), self.verdict)]
        if self.said:
            start, end = _closed_range(self.said, "--said")
            targets.check_within(shown, (start, end), "--said")
            return [maker.word_time(first, last, Span(start, end))]
        if self.waive:
            return [maker.waive(first, last, self.waive, self.reason)]
        if self.show:
            start_ms, end_ms = _range(self.show, "--show")
            targets.check_within(shown, (start_ms, end_ms), "--show")
            return [targets.shown_from_to(maker, first, last, start_ms, end_ms)]
        if self.split:
            return [targets.split_before(maker, first)]
        if self.merge:
            return [targets.merged(maker, first, last)]
        cues = targets.cues_of(maker.transcript, first, last)
        if self.delete:
            gone = [(cue.first, cue.last) for cue in cues]
            return [*(maker.delete(*cue) for cue in gone), *maker.names_kept(gone)]
        return [maker.reviewed_cue(cue.first, cue.last) for cue in cues]


def time_of(text: str, option: str) -> int | None:
    """Parse a time as people write it ("1:02.5") into milliseconds, None for "". Raises UsageError, which names `option`."""
    from pipeline.timing import parse_timecode

    try:
        return parse_timecode(text) if text else None
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None


def _range(text: str, option: str) -> tuple[int | None, int | None]:
    """Parse two times with a dash between them, one of which may be left out, into milliseconds. Raises UsageError."""
    begin, dash, end = text.replace("–", "-").partition("-")
    start_ms, end_ms = time_of(begin.strip(), option), time_of(end.strip(), option)
    if not dash or (start_ms is None and end_ms is None):
        raise UsageError(f"{option} cannot be '{text}'", "give two times, like 1:02.5-1:04")
    if start_ms is not None and end_ms is not None and end_ms <= start_ms:
        raise UsageError(f"{option}: '{text}' ends before it starts")
    return start_ms, end_ms


def _closed_range(text: str, option: str) -> tuple[int, int]:
    """As `_range`, with neither time left out."""
    start_ms, end_ms = _range(text, option)
    if start_ms is None or end_ms is None:
        raise UsageError(f"{option} needs both times here", "give two times, like 1:02.5-1:04")
    return start_ms, end_ms
