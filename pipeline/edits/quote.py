"""The decision that some words are worth keeping, with what somebody thinks of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from annotated_types import MaxLen

from pipeline.edits.bounds import STRICT, Text


@dataclass(frozen=True, slots=True)
class Quote:
    """The anchored words are worth keeping: a memo of what somebody thinks of them, and the collection that they go into.

    It changes nothing of what is shown; the search finds it again.
    """

    __pydantic_config__ = STRICT
    memo: Text = ""
    collection: Annotated[str, MaxLen(200)] = ""
