"""Decisions over every run: they hold, they are superseded, they are withdrawn, or they are listed; none is ever lost."""

import itertools
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.edits import Contents, Replay, anchors, live_text
from pipeline.edits.ledger import State, needs
from pipeline.edits.maker import Maker, differences
from pipeline.edits.model import KINDS, Anchor, CueOf, Decision, Words, sealed
from pipeline.formats.writers import render, srt
from pipeline.settings import CaptionSettings
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    EditorCue,
    Grade,
    Kind,
    Passage,
    TextSource,
    Token,
    Verdict,
    check,
    utterances,
)
from tests.support.edit_fates import CHANGES, changed, fates
from tests.support.edit_makers import (
    ALL_KINDS,
    DURATION_MS,
    RANDOM,
    at_words,
    compose,
    decide_at_random,
    demo_aligned,
    people,
    random_decisions,
    reheard,
    stamped,
)
from tests.support.examples import examples
from tests.support.project import computed_once


@pytest.fixture(scope="module")
def machine():
    return compose(demo_aligned(), voiced=True)


def maker(made, who="Ana"):
    return Maker(made.transcript, made.replay, who)


def again(*decisions, **more):
    return compose(demo_aligned(), stamped(*decisions), voiced=True, **{"tagging": False, **more})


def text_of(made):
    return made.transcript.text(0, len(made.transcript.tokens))


def only(made):
    (standing,) = made.replay.report.standings
    return standing


def change(made, old, new, who="Ana", nth=0):
    first, last = at_words(made.transcript, old, nth)
    return maker(made, who).words(first, last, new)


# --- words --------------------------------------------------------------------------------------------------------


def test_nothing_decided_is_nothing_changed(machine):
    assert compose(demo_aligned(), voiced=True).transcript == machine.transcript
    assert machine.transcript.aligned is demo_aligned()


def test_a_word_is_corrected_everywhere(machine):
    made = again(*change(machine, "Thusrday", "Thursday"))
    assert made.states == ["kept"]
    assert "Welcome to the Thursday group." in srt.dumps(made.transcript)
    (index,) = [k for k, t in enumerate(made.transcript.tokens) if t.text == "Thursday"][:1]
    token = made.transcript.tokens[index]
    assert token.text_source is TextSource.HUMAN
    assert token.span == demo_aligned().tokens[index].span


@pytest.mark.parametrize("new", ["one", "one two three four", "what they [coughs] drank", ""])
def test_words_become_more_or_fewer(machine, new):
    first, last = at_words(machine.transcript, "what they drank,")
    before, after = machine.transcript.tokens[first - 1], machine.transcript.tokens[last]
    made = again(*maker(machine).words(first, last, new))
    assert set(made.states) == {"kept"}
    found = made.transcript.tokens[first : first + len(live_text.written(new))]
    assert " ".join(t.text for t in found) == new
    starts = [t.span.start_ms for t in (before, *found, after)]
    assert starts == sorted(starts)
    assert made.transcript.tokens[first + len(found)].text == after.text


def test_words_at_both_ends_of_the_recording(machine):
    end = len(machine.transcript.tokens)
    made = again(
        *maker(machine).words(0, 1, "Good evening. Welcome"),
        *maker(machine).words(end - 1, end, "watching, all."),
    )
    assert text_of(made).startswith("Good evening. Welcome to")
    assert text_of(made).endswith("for watching, all.")


def test_a_sound_is_a_sound(machine):
    made = again(*change(machine, "[laughter]", "[laughter, then coughing]"))
    (token,) = [t for t in made.transcript.tokens if t.text == "[laughter, then coughing]"]
    assert token.kind is Kind.SOUND


def test_one_of_many_equal_words(machine):
    """Of a word that comes again and again, the one that was meant is changed."""
    text = text_of(machine).split()
    common = max(set(text), key=text.count)
    assert text.count(common) > 10
    for nth in (0, 3, text.count(common) - 1):
        made = again(*change(machine, common, "XYZZY", nth=nth))
        first, _ = at_words(machine.transcript, common, nth)
        assert made.transcript.tokens[first].text == "XYZZY"
        assert text_of(made).split().count(common) == text.count(common) - 1


def test_decisions_upon_decisions(machine):
    one = stamped(*change(machine, "what used.", "what they used."))
    made = compose(demo_aligned(), one, voiced=True, tagging=False)
    two = stamped(*change(made, "they used.", "we used."), begin=1)
    made = compose(demo_aligned(), one + two, voiced=True, tagging=False)
    back = stamped(*change(made, "we used.", "they used."), begin=2)
    made = compose(demo_aligned(), one + two + back, voiced=True, tagging=False)
    assert made.states == ["kept"] * 3
    assert "or what they used." in text_of(made)


def test_what_the_machine_says_too_is_already_so(machine):
    decisions = change(machine, "Thusrday", "Thursday")
    tokens = tuple(replace(t, text="Thursday") if t.text == "Thusrday" else t for t in demo_aligned().tokens)
    made = compose(replace(demo_aligned(), tokens=tokens), stamped(*decisions), tagging=False)
    assert made.states == ["already so"]


def test_capitals_and_punctuation_are_decided_too(machine):
    """The machine has come to hear the word, and writes it in its own way."""
    decisions = change(machine, "Thusrday", "Thursday!")
    tokens = tuple(replace(t, text="thursday") if t.text == "Thusrday" else t for t in demo_aligned().tokens)
    made = compose(replace(demo_aligned(), tokens=tokens), stamped(*decisions), tagging=False)
    assert made.states == ["kept"]
    assert "Thursday!" in text_of(made)


def test_changed_words_are_a_conflict_that_shows_both_texts(machine):
    decisions = change(machine, "Thusrday", "Thursday")
    tokens = tuple(replace(t, text="Tuesday") if t.text == "Thusrday" else t for t in demo_aligned().tokens)
    made = compose(replace(demo_aligned(), tokens=tokens), stamped(*decisions), tagging=False)
    standing = only(made)
    assert (standing.state, standing.found) == (State.CONFLICT, "Tuesday")
    assert 'reads "Thursday"' in str(standing)
    assert '"Tuesday"' in str(standing)
    assert "Tuesday" in text_of(made)


def test_a_passage_that_is_gone_is_a_conflict(machine):
    decisions = change(machine, "Thusrday", "Thursday")
    aligned = demo_aligned()
    cut = Aligned(aligned.tokens[60:], AlignmentReport(Verdict.NO_SUBTITLES))
    assert only(compose(cut, stamped(*decisions), tagging=False)).state is State.CONFLICT


def test_a_cut_at_the_beginning_moves_everything_and_loses_nothing(machine):
    """Another edition, 40 s shorter: words are found by their neighbours alone."""
    decisions = change(machine, "a few beers after work.", "some beers after work.")
    shift = -40_000
    tokens = tuple(
        replace(t, span=t.span.shifted(shift)) for t in demo_aligned().tokens if t.span.start_ms >= 40_000
    )
    made = compose(Aligned(tokens, AlignmentReport(Verdict.NO_SUBTITLES)), stamped(*decisions), tagging=False)
    assert made.states == ["kept"]


def test_two_people_who_disagree(machine):
    one, two = change(machine, "Thusrday", "Thursday"), change(machine, "Thusrday", "Tuesday", "Ben")
    made = again(*one, *two)
    assert made.states == ["kept", "conflict"]
    standing = made.replay.report.standings[1]
    assert standing.by == made.replay.report.standings[0].decision.id
    assert "Ana" in standing.why
    assert "Thursday group." in text_of(made)


UNSEEN = {
    "a word more": ("group.", "group here.", "group.", "club now."),
    "a word more behind": ("group.", "group. Here", "group.", "club."),
    "a capital": ("group.", "Group.", "group.", "club."),
    "one of two words": ("Thusrday group.", "Tuesday evening.", "group.", "evening!"),
}


@pytest.mark.parametrize("case", UNSEEN)
def test_words_that_somebody_else_wrote_unseen_are_a_conflict_that_names_both(machine, case):
    """What of the other's words is found again, the anchor does not show as they are."""
    old, ours, theirs_old, theirs = UNSEEN[case]
    made = again(*change(machine, old, ours), *change(machine, theirs_old, theirs, "Ben"))
    standings = made.replay.report.standings
    assert standings[-1].state is State.CONFLICT
    assert standings[-1].by in {s.decision.id for s in standings[:-1]}
    assert "Ana" in standings[-1].why
    assert "Ben" in standings[-1].why
    assert f"{ours} " in text_of(made)


@pytest.mark.parametrize("case", UNSEEN)
def test_words_that_somebody_else_wrote_and_one_has_seen_are_changed(machine, case):
    old, ours, _, theirs = UNSEEN[case]
    one = stamped(*change(machine, old, ours))
    made = compose(demo_aligned(), one, voiced=True, tagging=False)
    both = one + stamped(*change(made, ours.split()[-1], theirs, "Ben"), begin=len(one))
    made = compose(demo_aligned(), both, voiced=True, tagging=False)
    assert made.states[-1] == "kept"
    assert theirs in text_of(made)


def test_what_one_wrote_oneself_and_has_not_seen_is_superseded_whole(machine):
    made = again(*change(machine, "group.", "group here."), *change(machine, "group.", "club now."))
    assert made.states == ["superseded", "kept"]
    assert "club now. " in text_of(made)
    assert "here." not in text_of(made)


def test_what_somebody_else_made_of_ones_own_words_is_not_overwritten_unseen(machine):
    """Ana decides once more about what she saw first; Ben has changed her words since."""
    one = stamped(*change(machine, "Thusrday", "Thursday"))
    made = compose(demo_aligned(), one, voiced=True, tagging=False)
    two = stamped(*change(made, "Thursday", "Tuesday", "Ben"), begin=1)
    again_ = stamped(*change(machine, "Thusrday", "Friday"), begin=2)
    made = compose(demo_aligned(), one + two + again_, voiced=True, tagging=False)
    assert made.states == ["kept", "kept", "conflict"]
    assert made.replay.report.standings[2].by == two[0].id


def test_two_people_who_agree(machine):
    made = again(*change(machine, "Thusrday", "Thursday"), *change(machine, "Thusrday", "Thursday", "Ben"))
    assert made.states == ["kept", "already so"]


def test_the_same_person_changes_their_mind(machine):
    made = again(*change(machine, "Thusrday", "Tuesday"), *change(machine, "Thusrday", "Thursday"))
    assert made.states == ["superseded", "kept"]
    assert "Thursday group." in text_of(made)


def test_a_withdrawn_decision_and_a_withdrawn_withdrawal(machine):
    (one,) = stamped(*change(machine, "Thusrday", "Thursday"))
    (back,) = stamped(maker(machine).withdraw(one.id), begin=1)
    (forth,) = stamped(maker(machine).withdraw(back.id), begin=2)
    made = compose(demo_aligned(), (one, back), tagging=False)
    assert made.states == ["withdrawn", "kept"]
    assert "Thusrday" in text_of(made)
    made = compose(demo_aligned(), (one, back, forth), tagging=False)
    assert made.states == ["kept", "withdrawn", "kept"]
    assert "Thursday group." in text_of(made)


def test_the_time_of_words(machine):
    first, last = at_words(machine.transcript, "Thusrday group.")
    made = again(maker(machine).word_time(first, last, Span(8000, 8600)))
    assert made.transcript.span(first, last) == Span(8000, 8600)
    late = again(maker(machine).word_time(first, last, Span(8000, 9_000_000)))
    assert only(late).state is State.CONFLICT


def test_what_referred_to_words_moves_along(machine):
    aligned = demo_aligned()
    first, last = at_words(machine.transcript, "Thusrday group.")
    passages = (
        Passage(Span(0, 1), first, last, heard="x"),
        Passage(Span(0, 1), 30, 33),
        Passage(Span(0, 1), 40, 40),
    )
    report = replace(aligned.report, heard_differently=passages)
    decisions = stamped(*maker(machine).words(first, last, "quite another kind of meeting"))
    made = compose(replace(aligned, report=report), decisions, tagging=False)
    found = made.transcript.aligned
    assert [c.id for c in found.editor_cues] == [c.id for c in aligned.editor_cues]
    old = [aligned.tokens[c.first].text for c in aligned.editor_cues]
    assert [found.tokens[c.first].text for c in found.editor_cues] == old
    assert [(p.first, p.last) for p in found.report.heard_differently] == [(33, 36), (43, 43)]
    assert all(a.last == b.first for a, b in itertools.pairwise(found.editor_cues))


def test_a_cue_whose_words_all_go_is_gone_from_the_editors_too():
    tokens = tuple(
        Token(w, Span(k * 500, k * 500 + 400)) for k, w in enumerate(["one", "two", "three", "four"])
    )
    cues = (EditorCue(0, 2, Span(0, 1000)), EditorCue(2, 4, Span(1000, 2000), breaks=(3,)))
    aligned = Aligned(tokens, AlignmentReport(Verdict.IN_SYNC), cues)
    made = compose(aligned, tagging=False)
    made = compose(aligned, stamped(maker(made).delete(0, 2)), tagging=False)
    assert [(c.first, c.last, c.breaks) for c in made.transcript.aligned.editor_cues] == [(0, 2, (1,))]


def test_a_label_whose_words_all_go_is_not_given_to_somebody_else():
    tokens = tuple(Token(w, Span(k * 500, k * 500 + 400)) for k, w in enumerate(["Yes.", "So", "do", "I."]))
    cue = EditorCue(0, 4, Span(0, 2000), breaks=(1,), label_at=((0, "TOM"), (1, "ANN")))
    aligned = Aligned(tokens, AlignmentReport(Verdict.IN_SYNC), (cue,))
    made = compose(aligned, tagging=False)
    made = compose(aligned, stamped(maker(made).delete(0, 1)), tagging=False)
    assert [c.label_at for c in made.transcript.aligned.editor_cues] == [((0, "ANN"),)]


@given(st.lists(st.sampled_from("abc"), max_size=9), st.lists(st.sampled_from("abc"), max_size=9))
def test_differences_put_over_the_old_give_the_new(old, new):
    result, shift = list(old), 0
    found = differences(old, new)
    assert all(last > first for first, last, _ in found if old)
    for first, last, text in found:
        result[first + shift : last + shift] = text
        shift += len(text) - (last - first)
    assert result == new


# --- captions -----------------------------------------------------------------------------------------------------


def cue_of(made, text):
    first, _ = at_words(made.transcript, text)
    return next(c for c in made.transcript.captions.cues if c.first <= first < c.last)


def test_the_time_of_a_cue_holds_under_every_profile(machine):
    cue = cue_of(machine, "Come in, Colin.")
    decision = maker(machine).cue(cue.first, cue.last, CueOf(33_100, 35_600))
    for profile in ("training", "netflix", "bbc"):
        made = again(decision, settings=CaptionSettings(profile=profile, recue=True, max_line_chars=24))
        found = cue_of(made, "Come in, Colin.")
        assert (found.first, found.last, found.span) == (cue.first, cue.last, Span(33_100, 35_600))
        assert made.states == ["kept"]


def test_split_and_merge(machine):
    cue = cue_of(machine, "Sorry. The bus was,")
    at = cue.first + 1
    made = again(maker(machine).split(at, 37_500))
    parts = [c for c in made.transcript.captions.cues if cue.first <= c.first < cue.last]
    assert [(c.first, c.last) for c in parts] == [(cue.first, at), (at, cue.last)]
    assert parts[1].span.start_ms == 37_500
    merged = again(maker(machine).split(at, 37_500), maker(made, "Ben").merge(cue.first, cue.last))
    assert merged.states == ["kept", "kept"]
    assert (cue.first, cue.last) in [(c.first, c.last) for c in merged.transcript.captions.cues]


def test_a_cue_is_deleted_with_its_words(machine):
    cue = cue_of(machine, "We'll make a start.")
    made = again(maker(machine).delete(cue.first, cue.last))
    assert "make a start" not in text_of(made)
    assert len(made.transcript.captions.cues) == len(machine.transcript.captions.cues) - 1


def labelled(made, *texts):
    """The demo with nothing but these captions labelled, and what comes of it."""
    cues = [cue_of(made, text) for text in texts]
    editor = [EditorCue(c.first, c.last, c.span, label_at=((c.first, "DANIEL"),)) for c in cues]
    return compose(replace(demo_aligned(), editor_cues=tuple(editor)), voiced=True, tagging=False)


def test_a_name_stays_when_the_only_label_that_gave_it_goes(machine):
    """The machine knows the voice by the label alone."""
    made = labelled(machine, "We'll make a start.")
    first, last = at_words(made.transcript, "We'll make a start.")
    decisions = stamped(maker(made).delete(first, last), *maker(made).names_kept([(first, last)]))
    replay = Replay(Contents(decisions), DURATION_MS)
    aligned = replay.correct_words(made.transcript.aligned)
    voices = people(utterances.build(aligned), aligned.tokens)
    speaker = next(u.speaker for u in made.transcript.voices.utterances if u.first <= first < u.last)
    nameless = tuple(replace(s, name="") if s.id == speaker else s for s in voices.speakers)
    found = replay.correct_voices(replace(voices, speakers=nameless))
    assert found.speakers == tuple(
        replace(s, evidence=t.evidence) for s, t in zip(voices.speakers, found.speakers, strict=True)
    )
    assert [s.state for s in replay.report.standings] == [State.KEPT] * 2


def test_a_name_that_another_label_gives_too_needs_no_decision(machine):
    made = labelled(machine, "We'll make a start.", "So you came in by the door.")
    assert maker(made).names_kept([at_words(made.transcript, "We'll make a start.")]) == []


def test_who_says_nothing_else_is_not_named(machine):
    made = labelled(machine, "We'll make a start.")
    assert maker(made).names_kept([(0, len(made.transcript.tokens))]) == []


@pytest.mark.parametrize(
    ("heard", "instead"),
    [
        (
            "or the door. So you",
            "the So you",
        ),  # what stands before it now reads like its own end: "by the door."
        ("by the door. [laughter]", "by the door. um, [laughter]"),
        ("or the door. So you", "or the door. um, So you"),
    ],
)
def test_a_cue_that_goes_goes_though_its_neighbours_are_heard_otherwise(machine, heard, instead):
    cue = cue_of(machine, "So you came in by the door.")
    (decision,) = stamped(maker(machine).delete(cue.first, cue.last))
    aligned = demo_aligned()
    first, last = at_words(machine.transcript, heard)
    at = itertools.count(aligned.tokens[first].span.start_ms, 20)
    words_ = tuple(Token(text, Span(begin := next(at), begin + 20)) for text in instead.split())
    tokens = aligned.tokens[:first] + words_ + aligned.tokens[last:]
    made = compose(Aligned(tokens, AlignmentReport(Verdict.NO_SUBTITLES)), (decision,), tagging=False)
    assert made.states == ["kept"]
    assert "came in by the door" not in text_of(made)


def test_the_same_words_are_added_twice_in_a_row(machine):
    cue = cue_of(machine, "We'll make a start.")
    once = again(maker(machine).add(cue.first, "Well now.", Span(29_700, 29_730)))
    both = list(once.replay.contents.decisions)
    at = cue_of(once, "We'll make a start.").first
    made = again(*both, maker(once).add(at, "Well now.", Span(29_740, 29_770)))
    assert made.states == ["kept", "kept"]
    assert text_of(made).count("Well now.") == 2


def test_a_cue_is_added(machine):
    cue = cue_of(machine, "We'll make a start.")
    made = again(maker(machine).add(cue.first, "Good evening,\neverybody.", Span(28_000, 29_500), "DANIEL"))
    found = cue_of(made, "Good evening,")
    assert found.span == Span(28_000, 29_500)
    assert render.lines(found, made.transcript) == ["DANIEL: Good evening,", "everybody."]


def test_an_added_cue_that_the_machine_has_come_to_hear_is_not_there_twice(machine):
    first, last = at_words(machine.transcript, "We'll make a start.")
    tokens = demo_aligned().tokens
    deaf = Aligned(tokens[:first] + tokens[last:], AlignmentReport(Verdict.NO_SUBTITLES))
    made = compose(deaf, tagging=False)
    span = machine.transcript.span(first, last)
    (decision,) = stamped(maker(made).add(first, "We'll make a start.", span))
    assert compose(deaf, (decision,), tagging=False).states == ["kept"]
    hearing = compose(Aligned(tokens, AlignmentReport(Verdict.NO_SUBTITLES)), (decision,), tagging=False)
    assert hearing.states == ["already so"]
    assert text_of(hearing).count("make a start") == 1


def test_lines_labels_and_dashes_of_a_cue(machine):
    cue = cue_of(machine, "Come in, Colin.")
    value = CueOf(breaks=(2,), labels=((0, "Daniel"),), dashes=(0, 3), settings="{\\an8}")
    made = again(maker(machine).cue(cue.first, cue.last, value))
    found = cue_of(made, "Come in, Colin.")
    assert found.settings == "{\\an8}"
    assert (found.breaks, found.dashes) == ((found.first + 2,), (found.first, found.first + 3))
    assert render.lines(found, made.transcript)[0].startswith("-DANIEL: Come")


def test_a_cue_decided_before_its_words_were_corrected(machine):
    cue = cue_of(machine, "Thusrday")
    one = maker(machine).cue(cue.first, cue.last, CueOf(6800, 9100, (3,)))
    made = compose(demo_aligned(), stamped(one), voiced=True, tagging=False)
    more = change(made, "Thusrday group.", "little Thursday group.")
    made = again(one, *more)
    found = cue_of(made, "little Thursday")
    assert set(made.states) == {"kept"}
    assert found.span == Span(6800, 9100)
    assert [len(line) for line in render.lines(found, made.transcript)] == [22, 22]


def test_two_people_shape_the_same_caption_unseen(machine):
    cue = cue_of(machine, "Come in, Colin.")
    one = maker(machine, "Ana").cue(cue.first, cue.last, CueOf(33_100, 35_600))
    two = maker(machine, "Ben").cue(cue.first, cue.last, CueOf(33_200, 35_700))
    assert again(one, two).states == ["kept", "conflict"]
    seeing = Maker(again(one).transcript, again(one).replay, "Ben")
    knowing = seeing.cue(cue.first, cue.last, CueOf(33_200, 35_700))
    assert knowing.seen["decisions"] == [stamped(one)[0].id]
    assert again(one, knowing).states == ["kept", "kept"]
    mine = maker(machine, "Ana").cue(cue.first, cue.last, CueOf(33_200, 35_700))
    assert again(one, mine).states == ["kept", "kept"]


def test_a_machines_caption_gives_way_to_a_persons(machine):
    cues = machine.transcript.captions.cues
    cue, following = cues[3], cues[4]
    made = again(maker(machine).cue(cue.first, cue.last, CueOf(end_ms=following.span.start_ms + 400)))
    spans = [c.span for c in made.transcript.captions.cues]
    assert spans[3].end_ms == following.span.start_ms + 400 == spans[4].start_ms


# --- people, concepts, the rest --------------------------------------------------------------------------------------


def test_a_passage_is_given_to_somebody(machine):
    cue = cue_of(machine, "We'll make a start.")
    made = again(maker(machine).speaker(cue.first, cue.last, "Maya"))
    said = [u for u in made.transcript.voices.utterances if u.first < cue.last and cue.first < u.last]
    assert {u.speaker for u in said} == {"maya"}
    assert [s.name for s in made.transcript.voices.speakers] == ["Daniel Marsh", "Ruth Calder", "Maya"]
    assert len({u.id for u in made.transcript.voices.utterances}) == len(made.transcript.voices.utterances)
    assert again(maker(machine).speaker(cue.first, cue.last, "RUTH  calder")).states == ["already so"]


def test_a_person_is_renamed_everywhere(machine):
    made = again(maker(machine).person("s1", "Dan Marsh"))
    assert "DAN:" in srt.dumps(made.transcript)
    assert "DANIEL:" not in srt.dumps(made.transcript).replace("DANIEL: Welcome", "")
    assert made.transcript.voices.speakers[0].role == "therapist"


def test_a_person_is_found_by_what_they_say_not_by_their_id(machine):
    (decision,) = stamped(maker(machine).person("s1", "Dan Marsh"))
    from pipeline.edits import Contents, Replay

    replay = Replay(Contents((decision,)))
    replay.correct_words(demo_aligned())
    voices = machine.transcript.voices
    swapped = {"s1": "s2", "s2": "s1", None: None}
    strangers = tuple(replace(s, name=f"Person {n}") for n, s in enumerate(voices.speakers, 1))
    found = replay.correct_voices(
        replace(voices, speakers=strangers,
                utterances=tuple(replace(u, speaker=swapped[u.speaker]) for u in voices.utterances)),
    )  # fmt: skip
    assert [s.name for s in found.speakers] == ["Person 1", "Dan Marsh"]


def test_nobody_of_that_name(machine):
    from pipeline.edits.model import PersonIs

    assert only(again(Decision("", "Ana", PersonIs("s9", "Zoe")))).state is State.CONFLICT


def test_concepts_confirmed_rejected_added(machine):
    tag = machine.transcript.concepts.tags[0]
    reject = maker(machine).concept(tag.first, tag.last, tag.concept, "rejected")
    made = again(reject, tagging=True)
    assert made.states == ["kept"]
    assert tag not in made.transcript.concepts.tags
    confirm = maker(machine).concept(tag.first, tag.last, tag.concept, "confirmed")
    assert again(confirm, tagging=True).transcript.concepts == machine.transcript.concepts
    lost = again(confirm, tagging=False)
    assert [(t.concept, t.first, t.last) for t in lost.transcript.concepts.tags] == [
        (tag.concept, tag.first, tag.last)
    ]
    other = maker(machine, "Ben").concept(tag.first, tag.last, tag.concept, "rejected")
    assert again(confirm, other, tagging=True).states == ["kept", "conflict"]


VERDICTS = ("confirmed", "rejected", "added")


@pytest.mark.parametrize("who", ["Ana", "Ben"])
@pytest.mark.parametrize(("first", "then"), list(itertools.permutations(VERDICTS, 2)))
def test_a_verdict_that_is_changed_later_is_superseded(machine, first, then, who):
    tag = machine.transcript.concepts.tags[0]
    one = stamped(maker(machine).concept(tag.first, tag.last, tag.concept, first))
    made = compose(demo_aligned(), one, voiced=True, tagging=True)
    two = stamped(maker(made, who).concept(tag.first, tag.last, tag.concept, then), begin=1)
    made = compose(demo_aligned(), one + two, voiced=True, tagging=True)
    turns = (first == "rejected") != (then == "rejected")
    standings = made.replay.report.standings
    assert (standings[0].state is State.SUPERSEDED) == turns
    assert standings[0].by == (two[0].id if turns else "")
    assert standings[1].state is not State.SUPERSEDED


def test_an_added_tag_points_at_its_words(machine):
    first, last = at_words(machine.transcript, "the door.")
    made = again(maker(machine).concept(first, last, "ambivalence", "added"))
    (tag,) = made.transcript.concepts.tags
    utterance = next(u for u in made.transcript.voices.utterances if u.id == tag.utterance)
    text = made.transcript.text(utterance.first, utterance.last)
    assert text[tag.start_char : tag.end_char] == "the door."


def test_a_reviewed_video_says_by_whom_and_what_changed_since(machine):
    decision = maker(machine, "Dr. Ana Lytical").reviewed()
    made = again(decision)
    assert (made.transcript.grade, str(made.transcript.review)) == (
        Grade.SUBTITLES,
        "reviewed by Dr. Ana Lytical",
    )
    changed = compose(reheard(random.Random(1), demo_aligned()), stamped(decision), tagging=False)
    assert changed.transcript.grade is Grade.SUBTITLES
    assert not changed.transcript.review.holds and not changed.transcript.review.people
    assert (only(changed).state, only(changed).why) == (State.KEPT, changed.transcript.review.since)


# --- finding words --------------------------------------------------------------------------------------------------


class Item:
    def __init__(self, token):
        self.token = token


def items(text, step_ms=300):
    return [Item(Token(w, Span(k * step_ms, k * step_ms + 200))) for k, w in enumerate(text.split())]


@pytest.mark.parametrize(
    ("text", "anchor", "expected"),
    [
        ("a b c d", Anchor("c", 600, 800, "a b", "d"), (2, 3)),
        ("no no no no", Anchor("no", 600, 800, "no no", "no"), (2, 3)),
        ("A, b! c d", Anchor("a B", 0, 500, "", "C. D"), (0, 2)),
        ("x y a b c d", Anchor("c", 600, 800, "a b", "d"), (4, 5)),
        ("a b c d", Anchor("z", 600, 800, "a b", "d"), None),
        ("a b d", Anchor("c", 600, 800, "a b", "d"), None),
        ("q w c r t", Anchor("c", 60_000, 60_200, "a b", "d"), None),
        ("", Anchor("c", 600, 800), None),
        ("a b", Anchor("", 500, 550, "a b", ""), (2, 2)),
    ],
)
def test_words_are_found_where_they_were_meant(text, anchor, expected):
    found = anchors.find(items(text), anchor)
    assert (None if isinstance(found, anchors.Missing) else (found.first, found.last)) == expected


def test_a_far_word_without_the_same_neighbours_is_another_word():
    text = " ".join(f"w{k}" for k in range(400)).replace("w300 ", "needle ")
    near = anchors.find(items(text), Anchor("needle", 0, 200, "p q r", "s t u"))
    assert isinstance(near, anchors.Missing)
    told = anchors.find(items(text), Anchor("needle", 0, 200, "w298 w299", "w301 w302"))
    assert (told.first, told.last) == (300, 301)


@given(st.lists(st.sampled_from(["yes", "no", "well,", "I"]), min_size=1, max_size=40), st.data())
def test_every_anchor_finds_its_own_words(spoken, data):
    here = items(" ".join(spoken))
    first = data.draw(st.integers(0, len(here) - 1))
    last = data.draw(st.integers(first + 1, len(here)))
    anchor = anchors.make([i.token for i in here], first, last)
    found = anchors.find(here, anchor)
    assert (found.first, found.last, found.agreement) == (first, last, 2.0)


# --- everything together ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fifty(tmp_path_factory):
    return computed_once(
        tmp_path_factory,
        "fifty",
        lambda: decide_at_random(random.Random(52), demo_aligned(), 4 * len(ALL_KINDS), tagging=True),
    )


@pytest.mark.parametrize("change_", CHANGES)
def test_fifty_decisions_of_every_kind_and_none_is_lost(change_, fifty):
    assert {d.kind for d in fifty} == set(KINDS)
    aligned, captioned, tagging = changed(change_, random.Random(change_))
    made = compose(aligned, fifty, captioned, voiced=True, tagging=tagging)
    machine = compose(aligned, (), captioned, voiced=True, tagging=tagging).transcript
    found = fates(made, machine)
    assert [d for d, _ in found] == list(fifty)
    assert [d for d, fate in found if fate in ("lost", "waiting")] == []
    kept = {d.kind for d, fate in found if fate == "kept"}
    assert len([1 for _, fate in found if fate == "kept"]) > len(fifty) / 2
    if not change_.startswith("recognizer"):
        assert kept == set(KINDS)
        # A review of all words no longer fits where a correction that it saw was withdrawn after it.
        assert {s.decision.kind for s in made.replay.report.conflicts} <= {"reviewed"}


@settings(max_examples=examples(12), deadline=None)
@given(st.integers(0, 10**9))
def test_replay_is_deterministic_and_merging_commutes(seed):
    rng = random.Random(seed)
    machine = compose(demo_aligned(), voiced=True, tagging=False)
    decisions = stamped(
        *itertools.chain.from_iterable(
            random_decisions(rng, machine, who, rng.choice(sorted(RANDOM))) for who in ("Ana", "Ben") * 6
        )
    )
    one = compose(demo_aligned(), decisions, voiced=True, tagging=False)
    two = compose(demo_aligned(), decisions, voiced=True, tagging=False)
    assert one.transcript == two.transcript
    assert one.replay.report == two.replay.report
    check(one.transcript)


untrusted = st.builds(
    lambda text, before, after, start, value: sealed(
        Decision("2026-01-01T00:00:00.000000Z", "Eve", Words(value), Anchor(text, start, start + 100, before, after))
    ),
    st.text(min_size=1).filter(str.split), st.text(), st.text(), st.integers(0, 10**6), st.text(max_size=60),
)  # fmt: skip


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(untrusted, max_size=4, unique_by=lambda d: d.id))
def test_no_foreign_decision_breaks_a_run(decisions):
    made = compose(demo_aligned(), tuple(decisions), tagging=False)
    assert len(made.replay.report.standings) == len(decisions)


def test_what_a_run_says(machine):
    made = again(*change(machine, "Thusrday", "Thursday"), *change(machine, "Thusrday", "Tuesday", "Ben"))
    assert made.replay.report.summary() == "1 decision kept, 1 conflict"
    (need,) = needs(made.replay.report, "media/demo.mp4")
    assert need == "1 decision no longer fits, at 0:07: vignette edits conflicts media/demo.mp4"
    assert "Tuesday" not in need


def test_two_equal_captions_added_in_places_that_look_alike(machine):
    """Each is its own, though the words before both are the same."""
    common = [k for k, t in enumerate(machine.transcript.tokens) if t.text == "the"][:2]
    made = machine
    decisions = ()
    for at in common:
        start = made.transcript.tokens[at].span.start_ms
        decisions += stamped(maker(made).add(at, "Mm hm.", Span(start - 30, start)), begin=len(decisions))
        made = compose(demo_aligned(), decisions, voiced=True, tagging=False)
    assert made.states == ["kept", "kept"]
    assert text_of(made).count("Mm hm.") == 2
