"""Grading of findings: how much one matters, and what it is about."""

from __future__ import annotations

from enum import IntEnum


class Severity(IntEnum):
    """How much a finding matters; only errors change the exit status unless asked otherwise."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


class Topic(IntEnum):
    """What a rule is about, in the order in which people are told: what is said comes before how it is set."""

    HEADLINE = 0  # wrong with the file as a whole
    MEANING = 1
    SYNCHRONY = 2
    COMPLETENESS = 3
    FORM = 4
