"""Of several audio tracks the talk is taken: by language, then by what a track is for, then by the file's default."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import permutations

import pytest
from av.stream import Disposition
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.tracks import language_of, number_of


@dataclass(frozen=True)
class Track:
    """What is asked of PyAV's audio streams."""

    metadata: dict[str, str] = field(default_factory=dict)
    disposition: Disposition = Disposition(0)  # noqa: RUF009  # a flag, and immutable


def track(language: str = "", disposition: Disposition = Disposition(0)) -> Track:  # noqa: B008
    return Track({"language": language} if language else {}, disposition)


RANKED = [
    track("eng", Disposition.default),
    track("en-GB"),
    track("eng", Disposition.comment | Disposition.default),
    track("fra", Disposition.default),
    track("und"),
    track("fra", Disposition.visual_impaired),
]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_best_track_is_taken_wherever_it_stands(order: tuple[int, ...]) -> None:
    streams = [RANKED[place] for place in order]
    while streams:
        number = number_of(streams, "en")
        assert streams[number - 1] == min(streams, key=RANKED.index)
        del streams[number - 1]


@pytest.mark.parametrize("better", range(len(RANKED) - 1))
def test_each_track_goes_before_the_next(better: int) -> None:
    assert number_of([RANKED[better + 1], RANKED[better]], "en") == 2


@given(st.lists(st.sampled_from(RANKED), min_size=1))
def test_of_equal_tracks_the_first_is_taken(streams: list[Track]) -> None:
    number = number_of(streams, "en")
    assert 1 <= number <= len(streams)
    assert number_of([*streams, streams[number - 1]], "en") == number


@pytest.mark.parametrize("named", ["deu", "ger", "de", "de-AT", "DEU"])
def test_a_language_has_several_codes(named: str) -> None:
    assert number_of([track("eng", Disposition.default), track(named)], "de-CH") == 2


@pytest.mark.parametrize(("named", "language"), [("ENG", "eng"), ("und", ""), ("", "")])
def test_the_language_that_a_container_names(named: str, language: str) -> None:
    assert language_of(track(named)) == language
