"""How many examples a property is tried with: all of them in the slow tests, some of them in the quick ones.

The same on every machine, however slow it is: a change is judged by what it does, not by the luck of a draw.
HYPOTHESIS_PROFILE chooses: "some" (as without it), "all" as `make test-slow` does, or "default" for a wider hunt.
"""

from __future__ import annotations

import os

from hypothesis import settings

SOME, ALL = "some", "all"
# The rest costs a third of the processor time of all quick tests.
_SHARE = {SOME: 0.25}
# Hypothesis's own number.
_USUAL = 100

_profile = os.environ.get("HYPOTHESIS_PROFILE", SOME)


def examples(count: int) -> int:
    """So many examples of a property in the slow tests, and their share in the quick ones."""
    return max(1, round(count * _SHARE.get(_profile, 1)))


def begin() -> None:
    """Load the profile; for the conftest, before any test is imported."""
    for name in (SOME, ALL):
        settings.register_profile(name, derandomize=True, deadline=None, max_examples=examples(_USUAL))
    settings.load_profile(_profile)
