"""A person's review of a whole recording, and what has changed since they gave it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Review:
    """A review of the whole by a person, bound to what they saw: `changes` counts what is otherwise now, as a person counts.

    `people` are those who made `by_people` of the changes; the rest was made by a machine (another version, other settings).
    `places_ms` are when the changed captions are shown. `of_earlier_version` says that what was seen can no longer be told.
    """

    by: str
    changes: int = 0
    by_people: int = 0
    people: tuple[str, ...] = ()
    places_ms: tuple[int, ...] = ()
    of_earlier_version: bool = False

    @property
    def holds(self) -> bool:
        """Whether all is as it was seen."""
        return not self.changes and not self.of_earlier_version

    @property
    def covers_the_words(self) -> bool:
        """Whether people alone have touched the words since a person saw them all, so that none are a mere machine's."""
        return not self.of_earlier_version and self.changes == self.by_people

    @property
    def since(self) -> str:
        """What has changed since: "3 changes since, by Ben", "" for nothing."""
        if self.of_earlier_version:
            return "of an earlier version"
        if not self.changes:
            return ""
        count = f"{self.changes} change{'s' if self.changes > 1 else ''} since"
        if not self.by_people:
            return count
        return f"{count}, {f'{self.by_people} of them ' if self.by_people < self.changes else ''}by {_listed(self.people)}"

    def __str__(self) -> str:
        sign = ", " if self.of_earlier_version else "; "
        return f"reviewed by {self.by}{sign if self.since else ''}{self.since}"


def _listed(names: tuple[str, ...]) -> str:
    """ "Ana", "Ana and Ben", "Ana, Ben and Cleo"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
