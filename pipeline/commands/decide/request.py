"""The request of one `decide`, as `vignette edits` was called before: its options, checked, and the decisions they come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from pipeline.commands.decide.times import range_of, span_of, time_of
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.commands.decide.acts import Said, Verdict
    from pipeline.commands.decide.desk import Desk
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
        asked = self.asked
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

    @property
    def asked(self) -> str:
        """The field of what is asked for. Raises UsageError when that is nothing, or more than one thing."""
        asked = [name for name in ASKED if self._is_given(name)]
        if self.add and "show" in asked:
            asked.remove("show")
        for name, needed in WITH.items():
            if self._is_given(name) and not self._is_given(needed):
                raise UsageError(f"--{name} goes with --{needed}", "vignette edits --help shows how")
        if not asked:
            said = f"decide what about '{self.words}'?" if self.words else "decide what?"
            raise UsageError(
                said, "for one: --words ... --become ...; vignette edits --help shows what there is"
            )
        if len(asked) > 1:
            together = ", ".join(f"--{a}" for a in asked)
            raise UsageError(
                f"decide one thing at a time: {together}", "vignette edits --help shows what there is"
            )
        return asked[0]

    def _is_given(self, name: str) -> bool:
        value = getattr(self, name)
        return value is not None if name in OPTIONAL else bool(value)

    def act(self, desk: Desk) -> list[Decision]:
        """Make the decisions at a desk. Raises UsageError."""
        from pipeline.commands.decide import acts

        said = acts.Said(self.words, time_of(self.at, "--at"))
        if self.drop:
            return acts.drop(desk, self.drop)
        if self.insist:
            return acts.insist(desk, self.insist)
        if self.person:
            return acts.person(desk, self.person, self.name, self.role)
        if self.vignette:
            begins_ms, words = time_of(self.begins, "--begins"), said if self.words else None
            return acts.part(desk, self.vignette, begins_ms, words, self.title, self.kind, self.join)
        if self.add:
            return acts.add(desk, self.add, span_of(self.show, "--show"), self.label)
        if self.reviewed:
            return acts.review(desk, said if self.words else None)
        return self._about_words(desk, said)

    def _about_words(self, desk: Desk, said: Said) -> list[Decision]:
        """The decisions about words. Raises UsageError."""
        from pipeline.commands.decide import acts

        if self.become is not None:
            return acts.text(desk, said, self.become)
        if self.speaker is not None:
            return acts.speaker(desk, said, self.speaker, new=True)
        if self.concept:
            return acts.concept(desk, said, self.concept, cast("Verdict", self.verdict))
        if self.said:
            return acts.time(desk, said, span_of(self.said, "--said"))
        if self.waive:
            return acts.waive(desk, said, self.waive, self.reason)
        if self.show:
            return acts.cue(desk, said, *range_of(self.show, "--show"))
        if self.split:
            return acts.split(desk, said)
        return acts.join(desk, said) if self.merge else acts.delete(desk, said)

    def decisions(self, shown: Preview, who: str) -> list[Decision]:
        """Make the decisions of `who` about the recording as it is shown. Raises UsageError."""
        from pipeline.commands.decide.desk import Desk

        return self.act(Desk(shown, who))
