"""Bounds of what a decision may hold, as pydantic reads them: they refuse damage, not long recordings."""

from __future__ import annotations

from typing import Annotated, Any

from annotated_types import Ge, Le, MaxLen, MinLen

# Strict about what is known, so that a line of a later version is told apart from one of ours.
STRICT: dict[str, Any] = {"extra": "forbid"}

# 1,000,000,000 ms are eleven days.
Ms = Annotated[int, Ge(0), Le(1_000_000_000)]
Text = Annotated[str, MaxLen(20_000)]
Name = Annotated[str, MinLen(1), MaxLen(200)]
Offset = Annotated[int, Ge(0), Le(10_000)]
