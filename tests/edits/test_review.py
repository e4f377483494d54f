"""A review holds for what was seen, and says of everything that has changed since how much that is and by whom."""

from dataclasses import replace

import pytest

from pipeline.commands.decide.request import DecisionRequest
from pipeline.edits.ledger import State
from pipeline.edits.maker import Maker
from pipeline.edits.model import CueOf, decision_from_json, sealed
from pipeline.edits.reviewed import Reviewed
from pipeline.formats.document import reader, writer
from pipeline.formats.writers import text, vtt
from pipeline.run.preview import Preview
from pipeline.run.report import needs_person
from pipeline.settings import CaptionSettings
from pipeline.timing import Span
from pipeline.transcript import Grade, Review, TimeSource, grade_line
from tests.support.edit_makers import at_words, compose, demo_aligned, stamped
from tests.support.schema import must_be_valid

GIVEN = "; timed from subtitles, text not verified"


def made_of(decisions=(), aligned=None, **more):
    return compose(aligned or demo_aligned(), tuple(decisions), voiced=True, tagging=False, **more)


def maker(made, who):
    return Maker(made.transcript, made.replay, who)


def wished(who, **wish):
    return lambda made: DecisionRequest(**wish).decisions(Preview(made.transcript, made.replay), who)


def follow(*steps, begin=0, held=()):
    """The decisions of people one after the other, each about what those before have come to."""
    decisions = tuple(held)
    for step in steps:
        new = step(made_of(decisions))
        decisions += stamped(*(new if isinstance(new, list) else [new]), begin=begin + len(decisions))
    return decisions


def ana(made):
    return maker(made, "Ana").reviewed()


def review_of(decisions, **more):
    return made_of(decisions, **more).transcript.review


def cue_with(made, words):
    first, _ = at_words(made.transcript, words)
    return next(c for c in made.transcript.captions.cues if c.first <= first < c.last)


def of_cue(words, decide):
    def step(made):
        cue = cue_with(made, words)
        return decide(maker(made, "Ben"), cue)

    return step


BEN = {
    "a word": wished("Ben", words="Thusrday", become="Thursday"),
    "a word that nobody says": wished("Ben", words="Thusrday", become=""),
    "words more": wished("Ben", words="Welcome", become="Be welcome"),
    "capitals alone": wished("Ben", words="Welcome", become="welcome"),
    "a caption less": of_cue("make a start.", lambda m, c: m.delete(c.first, c.last)),
    "a caption more": wished("Ben", add="Good evening.", show="0:28.8-0:30"),
    "another time": of_cue("make a start.", lambda m, c: m.cue(c.first, c.last, CueOf(c.span.start_ms + 40, c.span.end_ms))),
    "other lines": of_cue("make a start.", lambda m, c: m.cue(c.first, c.last, CueOf(breaks=(2,)))),
    "two captions": of_cue("make a start.", lambda m, c: m.split(c.first + 2)),
    "when words are said": of_cue(
        "make a start.", lambda m, c: m.word_time(c.first, c.first + 1, m.transcript.tokens[c.first].span.shifted(15))
    ),
    "a name": lambda made: maker(made, "Ben").person("s2", "Ruth Keller"),
    "a role": lambda made: maker(made, "Ben").person("s2", None, "client"),
    "who speaks": of_cue("make a start.", lambda m, c: m.speaker(c.first, c.last, "Colin")),
    "a part's title": wished("Ben", vignette="vignette-2", title="The door"),
    "a part's kind": wished("Ben", vignette="vignette-2", kind="commentary"),
    "a part less": wished("Ben", vignette="commentary", join=True),
    "a part elsewhere": wished("Ben", vignette="vignette-2", begins="2:35"),
    "a finding waived": of_cue("make a start.", lambda m, c: m.waive(c.first, c.last, "reading-speed-cps", "as spoken")),
}  # fmt: skip
# Of what else is shown otherwise for it: a moved boundary divides captions anew, a deleted line lets its neighbours be longer.
FEW = 4


@pytest.mark.parametrize("name", BEN)
def test_whatever_somebody_changes_later_is_said_with_their_name_until_it_is_withdrawn(name):
    before = follow(ana)
    assert str(review_of(before)) == "reviewed by Ana"
    after = follow(BEN[name], held=before)
    review = review_of(after)
    assert (review.by, review.people) == ("Ana", ("Ben",))
    assert 1 <= review.changes == review.by_people <= FEW
    withdrawn = follow(*(lambda made, d=d: maker(made, "Cleo").withdraw(d.id) for d in after[1:]), held=after)
    assert str(review_of(withdrawn)) == "reviewed by Ana"


@pytest.mark.parametrize("name", ["a word", "other lines", "two captions", "a name", "a role", "a part's title", "another time",
                                  "a finding waived", "capitals alone", "a caption more"])  # fmt: skip
def test_one_change_is_counted_as_one(name):
    assert review_of(follow(ana, BEN[name])).since == "1 change since, by Ben"


@pytest.mark.parametrize("name", ["a word", "a name", "two captions", "a part's title"])
def test_what_was_decided_earlier_in_a_copy_that_the_reviewer_did_not_have(name):
    """It stands before the review in the journal, and was not seen all the same."""
    decisions = follow(ana, BEN[name])
    earlier = tuple(sealed(replace(d, at="2025-06-01T00:00:00.000000Z")) for d in decisions[1:])
    assert review_of((*earlier, decisions[0])).since == "1 change since, by Ben"


@pytest.mark.parametrize("name", BEN)
def test_what_the_reviewer_saw_is_no_change(name):
    assert review_of(follow(BEN[name], ana)).holds


@pytest.mark.parametrize(
    "name", ["a word", "a caption less", "two captions", "a name", "a finding waived", "a part less"]
)
def test_a_decision_that_was_seen_and_then_withdrawn_is_a_change_of_who_withdrew_it(name):
    seen = follow(BEN[name], ana)
    gone = follow(*(lambda made, d=d: maker(made, "Cleo").withdraw(d.id) for d in seen[:-1]), held=seen)
    review = review_of(gone)
    assert review.people == ("Cleo",)
    assert 1 <= review.changes == review.by_people <= FEW
    back = follow(
        *(lambda made, d=d: maker(made, "Ben").withdraw(d.id) for d in gone[len(seen) :]), held=gone
    )
    assert review_of(back).holds


def test_three_words_by_two_people():
    cleo = wished("Cleo", words="Welcome", become="Welcome, all,")
    steps = (BEN["a word"], cleo, wished("Ben", words="watch what", become="see what"))
    review = review_of(follow(ana, *steps))
    assert str(review) == "reviewed by Ana; 3 changes since, by Ben and Cleo"
    assert len(review.places_ms) >= 2


def test_changes_of_the_reviewer_are_changes_too():
    step = wished("Ana", words="Thusrday", become="Thursday")
    assert str(review_of(follow(ana, step))) == "reviewed by Ana; 1 change since, by Ana"
    assert review_of(follow(ana, step, ana)).holds


@pytest.mark.parametrize("there", ["Thusrday", "Welcome to the"])
def test_what_is_changed_and_changed_back_is_as_it_was(there):
    steps = (
        wished("Ben", words=there, become="lighthouse"),
        wished("Cleo", words="lighthouse", become=there),
    )
    assert review_of(follow(ana, *steps)).holds


def test_a_decision_about_what_is_so_already_changes_nothing():
    first = made_of().transcript.captions.cues[3]

    def same(made):
        return maker(made, "Ben").cue(first.first, first.last, CueOf(first.span.start_ms, first.span.end_ms))

    assert review_of(follow(ana, same)).holds


# --- machines --------------------------------------------------------------------------------------------------------------


def test_another_profile_is_nobodys_change():
    review = review_of(
        follow(ana), settings=CaptionSettings(profile="netflix", max_line_chars=30, recue=True)
    )
    assert review.changes > 5 and not review.people
    assert review.since == f"{review.changes} changes since"


def test_other_times_of_another_version_are_nobodys_change():
    review = review_of(follow(ana), aligned=demo_aligned(120))
    assert (
        review.changes == len(made_of().transcript.captions.cues) + len(made_of().transcript.parts.parts) - 1
    )
    assert not review.people


def test_a_word_heard_otherwise_beside_one_that_somebody_changed():
    aligned = demo_aligned()
    tokens = tuple(replace(t, text="farewell") if t.text == "goodbye" else t for t in aligned.tokens)
    others = sum(t.text == "goodbye" for t in aligned.tokens)
    assert others
    review = review_of(follow(ana, BEN["a word"]), aligned=replace(aligned, tokens=tokens))
    assert review.since == f"{others + 1} changes since, 1 of them by Ben"


def test_what_nobody_can_see_is_no_change():
    """Confidence, where a time came from, and the numbers that a run gives."""
    aligned = demo_aligned()
    tokens = tuple(replace(t, confidence=0.5, time_source=TimeSource.INTERPOLATED) for t in aligned.tokens)
    cues = tuple(replace(c, id=f"x{c.id}") for c in aligned.editor_cues)
    assert review_of(follow(ana), aligned=replace(aligned, tokens=tokens, editor_cues=cues)).holds


# --- captions, several reviews, earlier journals ------------------------------------------------------------------------------


def reviewed_cue(words):
    def step(made):
        cue = cue_with(made, words)
        return maker(made, "Ana").reviewed_cue(cue.first, cue.last)

    return step


@pytest.mark.parametrize(
    "name", ["another time", "other lines", "two captions", "who speaks", "when words are said"]
)
def test_a_caption_that_was_reviewed_says_what_changed_in_it(name):
    decisions = follow(reviewed_cue("make a start."), BEN[name])
    standing = made_of(decisions).replay.report.standings[0]
    assert (standing.state, standing.why) == (State.KEPT, "1 change since, by Ben")


def test_a_caption_that_was_reviewed_is_not_concerned_by_another():
    decisions = follow(reviewed_cue("make a start."), BEN["a word"], BEN["a part's title"])
    standing = made_of(decisions).replay.report.standings[0]
    assert (standing.state, standing.why) == (State.KEPT, "")


def test_the_latest_review_counts():
    assert (
        str(review_of(follow(ana, BEN["a word"], lambda made: maker(made, "Cleo").reviewed())))
        == "reviewed by Cleo"
    )


def of_earlier_version(decision):
    """As a version wrote it that kept nothing but the words."""
    return replace(decision, value=Reviewed("video", decision.value.sha256))


def old(made):
    return of_earlier_version(ana(made))


def last_withdrawn(made):
    return maker(made, "Ben").withdraw(made.replay.contents.decisions[-1].id)


def test_a_review_of_an_earlier_version_is_bound_to_its_place_in_the_journal():
    assert review_of(follow(BEN["a word"], old)).holds
    assert review_of(follow(old, BEN["a word"])).since == "1 change since, by Ben"
    assert review_of(follow(old, BEN["a name"], BEN["two captions"])).since == "2 changes since, by Ben"
    assert review_of(follow(old, BEN["a word"], last_withdrawn)).holds


def test_a_review_of_an_earlier_version_whose_words_are_not_known_says_so():
    made = made_of(stamped(replace(ana(made_of()), value=Reviewed("video", "0" * 64))))
    assert str(made.transcript.review) == "reviewed by Ana, of an earlier version"
    assert made.replay.report.conflicts


def test_a_line_of_a_journal_is_read_back():
    (decision,) = follow(ana)
    assert decision_from_json(decision.to_json()) == decision
    assert "Thusrday" not in str(decision.to_json())
    (old,) = stamped(of_earlier_version(decision))
    assert "seen" not in old.to_json()["value"]


# --- where it is told ---------------------------------------------------------------------------------------------------------


def test_every_output_tells_what_changed_beside_how_far_the_text_was_verified(tmp_path):
    made = made_of(follow(ana, BEN["a word"])).transcript
    line = "reviewed by Ana; 1 change since, by Ben" + GIVEN
    assert grade_line(made) == line
    assert f"NOTE Captions by Vignette: {line}" in vtt.dumps(made)
    assert f"({line})" in text.dumps(made)
    document = writer.to_dict(made)
    must_be_valid(document)
    assert document["grade"] == line
    path = tmp_path / "demo.json"
    path.write_text(writer.dumps(made), encoding="utf-8")
    found = reader.read(path)
    assert (found.grade, found.review) == (line, replace(made.review, places_ms=()))
    assert any("1 change since, by Ben" in need for need in needs_person(made))
    assert not any("reviewed" in need for need in needs_person(made_of(follow(ana)).transcript))


def test_without_a_review_the_document_is_as_before():
    assert "review" not in writer.to_dict(made_of().transcript)


@pytest.mark.parametrize(("review", "is_draft"), [
    (None, True), (Review("Ana"), False), (Review("Ana", 2, 2, ("Ben",)), False), (Review("Ana", 2, 1, ("Ben",)), True),
    (Review("Ana", of_earlier_version=True), True),
])  # fmt: skip
def test_a_draft_is_one_until_a_person_has_seen_its_words(review, is_draft):
    made = replace(made_of().transcript, grade=Grade.DRAFT, review=review)
    assert made.is_draft is is_draft
    assert grade_line(made).endswith("draft")


@pytest.mark.parametrize(("review", "line"), [
    (Review("Ana", 5, 2, ("Ben", "Cleo", "Dan")), "reviewed by Ana; 5 changes since, 2 of them by Ben, Cleo and Dan"),
    (Review("Ana", 1), "reviewed by Ana; 1 change since"),
])  # fmt: skip
def test_a_review_in_words(review, line):
    assert str(review) == line


# --- a caption's review and the machine ---------------------------------------------------------------------------------


def standing_of(decisions, **machine):
    made = made_of(decisions, **machine)
    return next(s for s in made.replay.report.standings if s.decision.kind == "reviewed")


def test_a_reviewed_caption_that_a_machine_changed_is_a_conflict():
    aligned = demo_aligned()
    decisions = follow(reviewed_cue("make a start."))
    cue = cue_with(made_of(), "make a start.")
    tokens = tuple(
        replace(t, span=Span(t.span.start_ms + 700, t.span.end_ms + 700)) if cue.first <= k < cue.last else t
        for k, t in enumerate(aligned.tokens)
    )
    now = standing_of(decisions, aligned=replace(aligned, tokens=tokens))
    assert (now.state, "nobody decided" in now.why) == (State.CONFLICT, True)
    assert "make a start." in now.found
    assert standing_of(decisions).state is State.KEPT


def test_a_reviewed_caption_that_a_person_changed_is_none():
    decisions = follow(reviewed_cue("make a start."), BEN["another time"])
    assert standing_of(decisions).state is State.KEPT
