"""Decisions about one caption after the other: each is written down at once, and none is applied to other words or lost."""

import random
import threading
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import edits
from pipeline.commands.decide.caption_text import text_of
from pipeline.commands.decide.desk import Desk as OneDesk
from pipeline.edits.maker import Maker
from pipeline.edits.model import CueOf, sealed
from pipeline.review.apart import are_apart
from pipeline.review.sitting import Sitting
from pipeline.run.preview import Preview
from tests.support.edit_makers import ALL_KINDS, WITHDRAW, compose, demo_aligned, random_decisions, stamped
from tests.support.review_pages import place_of


def decisions(desk):
    return edits.read(desk.journal).decisions


def reworded(cue, word="indeed"):
    first, *rest = cue["text"].split("\n")
    return "\n".join([f"{first} {word}", *rest])


@pytest.fixture
def seen(desk):
    """The recording as it was looked at once, with captions of one line in it that lie apart."""
    return desk.sheet()


def plain(sheet, count):
    """Captions of one line, not next to one another."""
    found = [c for c in sheet["cues"] if "\n" not in c["text"] and len(c["text"].split()) > 2]
    return found[::2][:count]


# --- at the page's door -----------------------------------------------------------------------------------------------


def test_captions_are_corrected_one_after_the_other_from_one_look(desk, seen):
    chosen = plain(seen, 3)
    for cue in chosen:
        answer = desk.act("text", revision=seen["revision"], **place_of(cue), text=reworded(cue))
        assert answer.status_code == 200, answer.text
    after = desk.sheet()
    assert not [d for d in after["doubts"] if d["kind"] == "conflict"]
    assert [c["text"].count("indeed") for c in after["cues"]].count(1) == len(chosen) == len(decisions(desk))
    for cue in chosen:
        now = next(c for c in after["cues"] if c["id"] == cue["id"])
        assert now["text"].split() == reworded(cue).split()


def test_a_caption_that_was_changed_since_is_looked_at_again(desk, seen):
    cue = plain(seen, 1)[0]
    assert desk.act("text", revision=seen["revision"], **place_of(cue), text=reworded(cue)).status_code == 200
    late = desk.act("text", revision=seen["revision"], **place_of(cue), text=reworded(cue, "never"))
    assert late.status_code == 409 and len(decisions(desk)) == 1


def test_what_another_decided_since_is_looked_at_whatever_it_is_about(desk, seen):
    one, other = plain(seen, 2)
    desk.act("text", who="Ben", revision=seen["revision"], **place_of(one), text=reworded(one))
    late = desk.act("text", revision=seen["revision"], **place_of(other), text=reworded(other))
    assert late.status_code == 409 and [d.who for d in decisions(desk)] == ["Ben"]


@pytest.mark.parametrize("kind", ["join", "delete", "speaker", "cue"])
def test_what_moves_more_than_words_is_looked_at_before_and_behind(desk, seen, kind):
    one, other = plain(seen, 2)
    values = {"speaker": {"name": "Maya"}, "cue": {"start_ms": one["start_ms"], "end_ms": one["end_ms"] - 40}}
    done = desk.act(kind, revision=seen["revision"], **place_of(one), **values.get(kind, {}))
    assert done.status_code == 200, done.text
    count = len(decisions(desk))
    late = desk.act("text", revision=seen["revision"], **place_of(other), text=reworded(other))
    assert late.status_code == 409
    again = desk.sheet()
    cue = next(c for c in again["cues"] if c["id"] == other["id"])
    assert (
        desk.act("text", revision=again["revision"], **place_of(cue), text=reworded(cue)).status_code == 200
    )
    back = desk.act(kind, revision=again["revision"], **place_of(one), **values.get(kind, {}))
    assert back.status_code == 409 and len(decisions(desk)) == count + 1


def test_undo_takes_back_what_was_seen_and_nothing_else(desk, seen):
    one, other = plain(seen, 2)
    first = desk.did("text", **place_of(one), text=reworded(one))
    now = next(c for c in first["cues"] if c["id"] == other["id"])
    desk.act("text", revision=first["revision"], **place_of(now), text=reworded(now))
    assert desk.act("undo", revision=first["revision"]).status_code == 409
    desk.did("undo")
    assert "indeed" in desk.cue(one["text"].split()[0])["text"]
    assert sum("indeed" in c["text"] for c in desk.sheet()["cues"]) == 1


def test_the_whole_is_not_signed_over_what_came_since(desk, seen):
    cue = plain(seen, 1)[0]
    desk.act("text", revision=seen["revision"], **place_of(cue), text=reworded(cue))
    assert desk.act("review", revision=seen["revision"], whole=True).status_code == 409


def test_a_decision_is_on_the_disk_while_a_look_is_taken(desk, seen, monkeypatch):
    one, other = plain(seen, 2)
    begun, go_on, looked = threading.Event(), threading.Event(), Sitting._looked

    def slow(self, journal):
        begun.set()
        assert go_on.wait(60)
        return looked(self, journal)

    monkeypatch.setattr(Sitting, "_looked", slow)
    desk.act("text", revision=seen["revision"], **place_of(one), text=reworded(one))
    sitting = desk.library.sitting(desk.id)
    looking = threading.Thread(target=sitting.look)
    looking.start()
    try:
        assert begun.wait(60)
        answer = desk.act("text", revision=seen["revision"], **place_of(other), text=reworded(other))
        assert answer.status_code == 200 and len(decisions(desk)) == 2 and looking.is_alive()
    finally:
        go_on.set()
        looking.join()
    assert sum("indeed" in c["text"] for c in desk.sheet()["cues"]) == 2


def test_the_lines_of_a_caption_are_kept_though_another_was_corrected_meanwhile(desk, seen, monkeypatch):
    one, other = plain(seen, 2)
    words = one["text"].split()
    lines = "\n".join([" ".join([*words[:2], "indeed"]), " ".join(words[2:])])
    then = OneDesk.then

    def meanwhile(self, made):
        monkeypatch.setattr(OneDesk, "then", then)
        answer = desk.act("text", revision=seen["revision"], **place_of(other), text=reworded(other))
        assert answer.status_code == 200, answer.text
        return then(self, made)

    monkeypatch.setattr(OneDesk, "then", meanwhile)
    done = desk.act("text", revision=seen["revision"], **place_of(one), text=lines)
    assert done.status_code == 200, done.text
    assert [d.kind for d in decisions(desk)] == ["words", "words", "cue"]
    assert next(c for c in desk.sheet()["cues"] if c["id"] == one["id"])["text"] == lines
    desk.did("undo")  # the last thing that was begun, whole
    assert next(c for c in desk.sheet()["cues"] if c["id"] == one["id"])["text"] == lines


def test_a_journal_that_lost_a_line_is_looked_at_again(desk, seen):
    one, other = plain(seen, 2)
    after = desk.did("text", **place_of(one), text=reworded(one))
    desk.journal.write_bytes(b"")
    cue = next(c for c in after["cues"] if c["id"] == other["id"])
    late = desk.act("text", revision=after["revision"], **place_of(cue), text=reworded(cue))
    assert late.status_code == 409 and not decisions(desk)


# --- which decisions keep apart ------------------------------------------------------------------------------------------


def previewed(made, aligned):
    return Preview(made.transcript, made.replay, (), aligned)


WORDS = ("no", "No,", "well", "I", "know", "it")


def echoing(rng):
    """The demo with few different words, so that each stands in many places."""
    aligned = demo_aligned()
    return replace(aligned, tokens=tuple(replace(t, text=rng.choice(WORDS)) for t in aligned.tokens))


@given(st.randoms(use_true_random=False), st.booleans())
def test_what_keeps_apart_comes_to_the_same_as_each_by_itself(rng, echoes):
    aligned = echoing(rng) if echoes else demo_aligned()
    start = compose(aligned, tagging=False)
    maker, cues = Maker(start.transcript, start.replay, "Ana"), start.transcript.captions.cues
    at = rng.randrange(len(cues) - 1)
    other = rng.choice([at + 1, rng.randrange(len(cues))])
    wanted, made = [[t.text for t in start.transcript.tokens]], []
    for cue in (cues[at], cues[other]):
        first = rng.randrange(cue.first, cue.last)
        last = rng.randrange(first, cue.last) + 1
        new = rng.choices(WORDS, k=rng.randrange(1, last - first + 3))
        made.append(maker.words(first, last, " ".join(new)))
        by = len(wanted[-1]) - len(wanted[0]) if cue.first >= cues[at].last else 0
        wanted.append([*wanted[-1][: first + by], *new, *wanted[-1][last + by :]])
    earlier = stamped(*made[0])
    if not all(made) or not are_apart(made[1], earlier, previewed(start, aligned)):
        return
    alone = compose(aligned, earlier, tagging=False)
    if [t.text for t in alone.transcript.tokens] != wanted[1]:
        return  # where there are few words, one act may take one for another by itself
    found = compose(aligned, stamped(*made[0], *made[1]), tagging=False)
    assert [t.text for t in found.transcript.tokens] == wanted[2]
    assert "conflict" not in found.states


@given(st.randoms(use_true_random=False))
def test_only_words_lines_and_watching_keep_apart_and_only_from_other_captions(rng):
    aligned = demo_aligned()
    start = compose(aligned, voiced=True, tagging=False)
    kinds = [k for k in ALL_KINDS if k != WITHDRAW]
    one, other = (random_decisions(rng, start, "Ana", rng.choice(kinds)) for _ in range(2))
    if not (one and other and are_apart(other, stamped(*one), previewed(start, aligned))):
        return
    assert {d.kind for d in (*one, *other)} <= {"words", "cue", "reviewed"}

    def touched(made):
        said = [(c, start.transcript.span(c.first, c.last)) for c in start.transcript.captions.cues]
        return {
            c.first
            for c, span in said
            for d in made
            if d.anchor.start_ms < span.end_ms and span.start_ms < d.anchor.end_ms
        }

    assert touched(one) and touched(one).isdisjoint(touched(other))


def test_words_whose_surroundings_were_rewritten_are_not_taken_for_others_that_look_like_them():
    """Found at random: before "well", "I I" became "no it", and another "well" stood in surroundings like the old ones."""
    found = 0
    for seed in range(600):
        rng = random.Random(seed)
        aligned = echoing(rng)
        start = compose(aligned, tagging=False)
        maker, cues = Maker(start.transcript, start.replay, "Ana"), start.transcript.captions.cues
        at = rng.randrange(len(cues) - 1)
        one, other = cues[at], cues[at + 1]
        came = maker.words(one.first, one.last, " ".join(["zebra"] * (one.last - one.first)))
        meant = maker.words(other.first, other.first + 1, "Otherwise")
        both = stamped(*came, *meant)
        then = compose(aligned, both, tagging=False)
        goes_wrong = then.transcript.tokens[other.first].text != "Otherwise"
        if goes_wrong:
            found += 1
            assert not are_apart(meant, both[:-1], previewed(start, aligned))
        if found == 3:
            return
    assert found, "this shows nothing any more"


def test_lines_keep_apart_and_times_do_not():
    aligned = demo_aligned()
    start = compose(aligned, tagging=False)
    maker, (one, other) = Maker(start.transcript, start.replay, "Ana"), start.transcript.captions.cues[3:5]
    words = maker.words(other.first, other.first + 1, "Otherwise")
    lines = maker.cue(one.first, one.last, CueOf(breaks=(1,)))
    times = maker.cue(one.first, one.last, CueOf(one.span.start_ms, one.span.end_ms + 40))
    assert are_apart(words, [lines], previewed(start, aligned)) and not are_apart(
        words, [times], previewed(start, aligned)
    )
    gone = maker.words(one.first, one.first + 1, "")
    assert not are_apart(words, [sealed(d) for d in gone], previewed(start, aligned))
    assert text_of(one, start.transcript)
