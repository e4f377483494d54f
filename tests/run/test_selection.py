"""Which recordings of a plan are meant: moments as people write them."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.run.selection import since

NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@given(st.datetimes(min_value=datetime.datetime(1971, 1, 1), max_value=datetime.datetime(2200, 1, 1)))
def test_a_moment_that_names_its_zone_is_that_moment(moment):
    moment = moment.replace(tzinfo=datetime.UTC)
    assert since(moment.isoformat()) == moment
    assert since(f" {moment.isoformat(sep=' ')}\n") == moment


def test_a_day_begins_at_midnight_of_this_machine():
    assert since("2026-11-23") == datetime.datetime(2026, 11, 23).astimezone()
    assert since("2026-11-23 14:30") - since("2026-11-23") == datetime.timedelta(hours=14, minutes=30)


@given(st.integers(0, 900_000), st.sampled_from("mhdwMHDW"), st.sampled_from(["", " "]))
def test_so_long_ago(count, unit, space):
    try:
        moment = NOW - datetime.timedelta(seconds=count * SECONDS[unit.lower()])
    except OverflowError:
        with pytest.raises(UsageError):
            since(f"{count}{space}{unit}", NOW)
        return
    assert since(f"{count}{space}{unit}", NOW) == moment


@given(st.text(alphabet="0123456789-:Tmhdw .+", max_size=12))
def test_whatever_is_written_is_a_moment_or_a_sentence(text):
    try:
        assert since(text, NOW).tzinfo is not None
    except UsageError as error:
        assert "is no date" in str(error)
