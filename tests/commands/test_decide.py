"""What `decide` was asked for: words keep the punctuation that nobody named, and what does not exist is refused at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.commands.decide.request import DecisionRequest
from pipeline.commands.decide.targets import with_outer_punctuation
from pipeline.commands.decide.times import range_of, span_of, time_of
from pipeline.errors import UsageError
from pipeline.run.preview import Preview
from pipeline.timing import Span, format_timecode
from tests.support.edit_makers import compose, demo_aligned, stamped


@pytest.fixture(scope="module")
def machine():
    return compose(demo_aligned(), voiced=True, tagging=False)


def decided(made, **wish):
    return DecisionRequest(**wish).decisions(Preview(made.transcript, made.replay), "Ana")


@pytest.mark.parametrize(
    "there, named, become, reads",
    [("Thusrday group.", "Thusrday group", "Thursday group", "Thursday group."),
     ("group.", "group.", "group", "group"), ("group.", "group", "group?", "group?"),
     ('"No!"', "no", "Yes", '"Yes!"'), ('"No!"', '"no', "Yes", 'Yes!"'), ("So,", "So", "", ""),
     ("-", "-", "and", "and"), ("[door]", "door", "knock", "[knock]"), ("cafe\u0301.", "cafe\u0301", "bar", "bar."),
     ("half-way", "half-way", "half way", "half way")],
)  # fmt: skip
def test_punctuation_that_nobody_named_stays(there, named, become, reads):
    assert with_outer_punctuation(there, named, become) == reads


def test_a_full_stop_behind_corrected_words_stays_in_the_transcript(machine):
    tokens = machine.transcript.tokens
    at = next(k for k, t in enumerate(tokens) if k and t.text.endswith(".") and t.text[:-1].isalpha())
    named = f"{tokens[at - 1].text} {tokens[at].text[:-1]}"
    made = decided(
        machine, words=named, at=format_timecode(tokens[at - 1].span.start_ms), become="entirely otherwise"
    )
    after = compose(demo_aligned(), stamped(*made), voiced=True, tagging=False).transcript.tokens
    assert [t.text for t in after[at - 1 : at + 1]] == ["entirely", "otherwise."]


@pytest.mark.parametrize(
    "wish, says",
    [({"words": "Thusrday", "concept": "triger"}, "there is no concept 'triger' - did you mean trigger"),
     ({"words": "Thusrday", "concept": "xyzzy"}, "vignette concepts list shows them"),
     ({"person": "nobody", "name": "Ann"}, "there is no speaker 'nobody' - there is .*Daniel.*Ruth"),
     ({"person": "ruht", "name": "Ann"}, "there is no speaker 'ruht' - there is [^,]*Ruth[^,]*$"),
     ({"add": "Come in.", "show": "59:00-59:02"}, "59:00 is behind the end of the recording - it ends at"),
     ({"words": "Thusrday", "show": "0:30-59:02"}, "behind the end"),
     ({"words": "Thusrday", "said": "59:00-59:02"}, "behind the end"),
     ({"words": "Thusrday", "speaker": " "}, "--speaker needs a name"), ({}, "decide what[?]"),
     ({"words": "Thusrday"}, "decide what about 'Thusrday'"), ({"name": "Ann"}, "goes with --person")],
)  # fmt: skip
def test_what_does_not_exist_is_refused(machine, wish, says):
    with pytest.raises(UsageError, match=says):
        decided(machine, **wish)


def test_a_person_may_be_named_by_id_or_name(machine):
    ruth = next(s for s in machine.transcript.voices.speakers if s.name.startswith("Ruth"))
    for wanted in (ruth.id, ruth.name.upper()):
        (made,) = decided(machine, person=wanted, name="Ruth Lee")
        assert (made.value.id, made.value.name) == (ruth.id, "Ruth Lee")


def test_a_concept_that_exists_is_taken(machine):
    (made,) = decided(machine, words="Thusrday", concept="Trigger", verdict="added")
    assert made.value.concept == "trigger"


TIME = st.integers(0, 30 * 3_600_000)


@given(TIME)
def test_a_written_time_is_read_back(time_ms):
    assert time_of(format_timecode(time_ms), "--at") == time_ms


@given(TIME, TIME, st.sampled_from(["-", "\u2013"]), st.sampled_from(["", " "]))
def test_a_range_has_two_times_in_order(start_ms, end_ms, dash, space):
    text = f"{format_timecode(start_ms)}{space}{dash}{space}{format_timecode(end_ms)}"
    if start_ms < end_ms:
        assert range_of(text, "--show") == (start_ms, end_ms)
        assert span_of(text, "--show") == Span(start_ms, end_ms)
    else:
        with pytest.raises(UsageError, match="ends before it starts"):
            range_of(text, "--show")


@given(TIME)
def test_one_side_of_a_range_may_be_open_where_that_is_allowed(time_ms):
    written = format_timecode(time_ms)
    assert range_of(f"{written}-", "--show") == (time_ms, None)
    assert range_of(f"-{written}", "--show") == (None, time_ms)
    for open_range in (f"{written}-", f"-{written}"):
        with pytest.raises(UsageError, match="both times"):
            span_of(open_range, "--said")


@pytest.mark.parametrize("text", ["-", "1:02", "now-later", "1:99-2:00"])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(UsageError, match="--show"):
        range_of(text, "--show")
