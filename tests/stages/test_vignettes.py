"""The parts of the video: recordings made of utterances and shots by hand, whose division is known."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import PartAt
from pipeline.stages import vignettes
from pipeline.stages.vignettes import boundaries
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Picture,
    ScreenText,
    Shot,
    Speaker,
    Token,
    Utterance,
    Verdict,
    Voices,
)
from pipeline.transcript import parts as parts_
from pipeline.transcript.headings import Heading
from pipeline.transcript.parts import SAYS_SO, WHOLE_TITLE

ROLES = {"tom": "therapist", "ann": "commentator", "joe": "client", "may": "client"}
CARD_BOX = (0.3, 0.4, 0.4, 0.12)


class Reel:
    """Lays utterances and cards one after another."""

    def __init__(self):
        self.now_ms = 0
        self.tokens, self.utterances, self.shots, self.texts = [], [], [], []

    def say(self, who, text, pause_ms=400):
        first = len(self.tokens)
        for word in text.split():
            self.tokens.append(Token(word, Span(self.now_ms, self.now_ms + 300)))
            self.now_ms += 300
        self.utterances.append(Utterance(first, len(self.tokens), who, f"u{len(self.utterances) + 1}"))
        self.now_ms += pause_ms

    def card(self, title, look="card"):
        start = self.now_ms
        self.now_ms += 2500
        self.shots.append(Shot(Span(start, self.now_ms), 0, look))
        if title:
            self.texts.append(ScreenText(Span(start, self.now_ms), title, CARD_BOX, 0.99))

    def talk(self, turns=12):
        for n in range(turns):
            self.say(
                ("tom", "joe", "may")[n % 3], "I went there and it was as it had always been on a monday"
            )

    def parts(self, given=(), seen=True, headings=()):
        aligned = Aligned(tuple(self.tokens), AlignmentReport(Verdict.IN_SYNC))
        people = tuple(Speaker(who, who.title(), role) for who, role in ROLES.items())
        voices = Voices(people, (), tuple(self.utterances))
        picture = Picture(tuple(self.shots), tuple(self.texts)) if seen else Picture()
        return vignettes.run(aligned, voices, picture, self.now_ms + 1000, given, headings=headings).parts


def film():
    """An introduction, a scene, a comment without a card, a scene, a closing; and where each begins."""
    reel, starts = Reel(), [0]
    reel.card("Introduction")
    for _ in range(3):
        reel.say("tom", "Welcome to this programme in which you will see a group of people at work")
    for title in ("Vignette 1", "The door"):
        starts.append(reel.now_ms)
        reel.card(title)
        reel.talk()
        if title == "Vignette 1":
            starts.append(reel.now_ms)
            for _ in range(4):
                reel.say("ann", "Let me pause the group there and notice how little was said by anybody")
    starts.append(reel.now_ms)
    reel.card("Closing")
    for _ in range(2):
        reel.say("tom", "We have come to the end and thank you for watching all of it")
    return reel, starts


def test_a_film_falls_into_its_parts():
    reel, starts = film()
    parts = reel.parts()
    assert [p.kind for p in parts] == ["introduction", "vignette", "commentary", "vignette", "closing"]
    assert all(abs(p.span.start_ms - at) <= 400 for p, at in zip(parts, starts, strict=True))
    assert [p.id for p in parts] == ["introduction", "vignette-1", "commentary", "vignette-2", "closing"]
    assert [p.title for p in parts] == ["Introduction", "Vignette 1", "Commentary", "The door", "Closing"]
    assert set(parts[1].cast) == {"tom", "joe", "may"} and parts[2].cast == ("ann",)


def test_a_boundary_names_its_evidence_and_is_sure_of_a_card():
    parts = film()[0].parts()
    assert 'a card: "The door"' in parts[3].evidence
    assert parts[3].confidence > 0.9
    assert "opening words" in parts[2].evidence


def test_without_a_picture_voices_and_words_find_the_comment():
    parts = film()[0].parts(seen=False)
    assert "commentary" in [p.kind for p in parts]


def headed_talk():
    """Three scenes with the same people, without cards and pauses; and where each begins."""
    reel, starts = Reel(), []
    for _ in range(3):
        starts.append(reel.now_ms)
        reel.talk()
    return reel, starts


def test_headings_in_the_text_begin_parts_and_title_them():
    reel, starts = headed_talk()
    assert len(reel.parts()) == 1
    headings = [Heading("Vignette 1", starts[0], True), Heading("Vignette 2: the door", starts[1], True),
                Heading("Session 3", starts[2], True)]  # fmt: skip
    parts = reel.parts(headings=headings)
    assert [p.title for p in parts] == ["Vignette 1", "Vignette 2: the door", "Session 3"]
    assert [p.span.start_ms for p in parts] == starts
    assert 'a heading in the text: "Session 3"' in parts[2].evidence


def test_a_heading_alone_does_not_divide_what_one_person_says_in_one_go():
    """The sound contradicts it: nobody stops, and nobody else speaks."""
    reel = Reel()
    reel.talk()
    for _ in range(4):
        reel.say("joe", "and then I went on as I had always done until it was over", pause_ms=100)
    at_ms = reel.now_ms
    for _ in range(4):
        reel.say("joe", "and then I went on as I had always done until it was over", pause_ms=100)
    assert len(reel.parts(headings=[Heading("THE NEXT DAY", at_ms, False)])) == 1


def test_a_heading_names_the_kind_of_its_part():
    """The therapist, who talks in the scenes too, speaks to the viewer."""
    reel, starts = Reel(), []
    reel.talk()
    starts.append(reel.now_ms)
    for _ in range(4):
        reel.say("tom", "What was said here is that it was as it had always been on a monday")
    starts.append(reel.now_ms)
    reel.talk()
    parts = reel.parts(headings=[Heading("Discussion", starts[0], True), Heading("Scene 2", starts[1], True)])
    assert [p.kind for p in parts] == ["vignette", "commentary", "vignette"]


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        (
            "he looked away when she named the price and nobody asked them",
            ["vignette", "commentary", "vignette"],
        ),
        ("yeah well i told you i would and you know i did", ["vignette", "vignette"]),
    ],
)
def test_words_to_the_viewer_tell_a_commentary_by_one_of_the_cast(words, kinds):
    """Without a card, by the therapist, who talks in the scenes too."""
    reel = Reel()
    reel.talk()
    reel.now_ms += 6000
    for _ in range(6):
        reel.say("tom", words)
    reel.card("Scene 2")
    reel.talk()
    assert [p.kind for p in reel.parts()] == kinds


def test_a_card_says_more_than_a_heading():
    reel, starts = film()
    parts = reel.parts(headings=[Heading("SCENE TWO", starts[3] + 2500, True)])
    assert parts[3].title == "The door" and 'a heading in the text: "SCENE TWO"' in parts[3].evidence


def test_a_plain_conversation_is_one_part():
    reel = Reel()
    reel.talk(20)
    reel.now_ms += 11_000  # a long silence is no boundary: in a group it is part of the work
    reel.talk(20)
    (part,) = reel.parts()
    assert part.kind == "other" and part.span == Span(0, reel.now_ms + 1000)


def test_nothing_said_is_no_part():
    assert Reel().parts() == ()


def test_the_sidecar_wins():
    reel, starts = film()
    wishes = [
        PartAt("0:00", "introduction", "Hello"),
        PartAt(f"0:{starts[1] // 1000 + 1:02}" if starts[1] < 58_000 else "0:00", title="First scene"),
    ]
    parts = reel.parts(wishes)
    assert parts[0].title == "Hello" and parts[1].title == "First scene"
    assert parts[1].evidence == ("a person says so",)


def test_the_sidecar_takes_a_boundary_away_and_adds_one():
    reel, starts = film()
    at = lambda ms: f"{ms // 60000}:{ms // 1000 % 60:02}"  # noqa: E731
    less = reel.parts([PartAt(at(starts[2]), exists=False)])
    assert [p.kind for p in less] == ["introduction", "vignette", "vignette", "closing"]
    middle = (starts[1] + starts[2]) // 2
    more = reel.parts([PartAt(at(middle), "commentary", "Aside")])
    assert len(more) == 6
    assert any(p.title == "Aside" and abs(p.span.start_ms - middle) < 6000 for p in more)


WISHES = st.lists(st.tuples(st.integers(0, 200), st.booleans()), max_size=4, unique_by=lambda w: w[0])


def clocked(at_s):
    return f"{at_s // 60}:{at_s % 60:02}"


@given(
    st.lists(st.tuples(st.sampled_from(["tom", "ann", "joe", None]), st.integers(0, 9000)), max_size=30),
    WISHES,
)
def test_parts_cover_the_recording_and_what_is_found_cuts_no_utterance(turns, wishes):
    reel = Reel()
    for who, pause_ms in turns:
        if pause_ms > 6000:
            reel.card("Vignette 1")
        reel.say(who, "welcome let me pause here", pause_ms)
    parts = reel.parts([PartAt(clocked(s), exists=keep) for s, keep in wishes])
    assert bool(parts) == bool(turns)
    ends = [p.span.end_ms for p in parts]
    assert [p.span.start_ms for p in parts] == [0, *ends[:-1]][: len(parts)]
    assert not parts or ends[-1] == reel.now_ms + 1000
    starts = {p.span.start_ms for p in parts if p.evidence != (SAYS_SO,)}
    for u in reel.utterances:
        inside = Span(reel.tokens[u.first].span.start_ms + 1, reel.tokens[u.last - 1].span.end_ms)
        assert not any(s in inside for s in starts)


@given(WISHES)
def test_every_given_part_begins_exactly_where_it_is_given(wishes):
    """However near to each other, to the beginning and to what was found."""
    reel, _ = film()
    parts = reel.parts([PartAt(clocked(s), "commentary", f"Part {s}", keep) for s, keep in wishes])
    given_ = [(p.span.start_ms, p.title) for p in parts if p.evidence == (SAYS_SO,)]
    kept = sorted(s for s, keep in wishes if keep)
    inside = [(s * 1000, f"Part {s}") for s in kept if s * 1000 < reel.now_ms + 1000]
    assert given_[: len(inside)] == inside
    assert len(given_) == len(kept)


@pytest.mark.parametrize("starts", [["0:00", "0:04", "0:08"], ["0:50", "0:58", "1:05"], ["0:07"], ["0:00.5", "0:01", "0:09.999"],
                                    ["1:05", "0:50", "0:58"]])  # fmt: skip
def test_given_parts_that_stand_close_together_are_all_kept(starts):
    reel = Reel()
    reel.talk(30)
    parts = reel.parts([PartAt(at, title=f"From {at}") for at in starts])
    kept = {p.title: p.span.start_ms for p in parts if p.title.startswith("From ")}
    assert kept == {f"From {at}": PartAt(at).start_ms for at in starts}
    assert parts[0].span.start_ms == 0 and parts[0].title != WHOLE_TITLE


def test_the_found_boundary_nearest_to_a_given_one_moves_there_and_no_other():
    reel, starts = film()
    at = starts[2] // 1000
    parts = reel.parts(
        [PartAt(clocked(at - 4), title="Before"), PartAt(clocked(at + 1), title="The comment")]
    )
    assert [p.title for p in parts] == [
        "Introduction",
        "Vignette 1",
        "Before",
        "The comment",
        "The door",
        "Closing",
    ]
    assert [p.kind for p in parts][2:4] == ["vignette", "commentary"]


def test_the_beginning_of_the_recording_cannot_be_taken_away():
    reel, _ = film()
    assert reel.parts([PartAt("0:00", exists=False)])[0] == reel.parts()[0]
    assert reel.parts([PartAt("0:03", exists=False)])[0] == reel.parts()[0]


def test_cohesion_dips_where_the_words_change():
    one = [parts_.Said(Span(n * 3000, n * 3000 + 2000), "a", "boats harbour sails water") for n in range(20)]
    two = [
        parts_.Said(Span(n * 3000, n * 3000 + 2000), "a", "bread oven flour butter") for n in range(20, 40)
    ]
    depths = boundaries.cohesion_depths(one + two)
    assert max(range(40), key=depths.__getitem__) == 20


@pytest.mark.parametrize("text,kind", [("Welcome to the group", "introduction"), ("Let me pause the group there", "commentary"),
                                       ("Thank you for watching", "closing")])  # fmt: skip
def test_opening_words_say_the_kind(text, kind):
    assert kind in boundaries._openings([parts_.Said(Span(0, 1000), "a", text)], 0)


def test_a_card_that_is_shown_again_opens_no_second_part_of_its_title():
    reel = Reel()
    reel.say("tom", "Welcome to our film in which you will see what happened")
    for title in ("The door", "The shop"):
        reel.card(title)
        reel.talk(12)
        reel.card(title)  # as a reminder, within the scene
        reel.talk(12)
    titles = [p.title for p in reel.parts()]
    assert titles == ["Introduction", "The door", "The shop"]


def test_cards_that_only_name_a_kind_come_again_and_their_parts_are_told_apart():
    reel = Reel()
    reel.say("tom", "Welcome to our film in which you will see what happened")
    for title in ("The door", "Discussion", "The shop", "Discussion"):
        reel.card(title)
        reel.talk(12)
    assert [p.title for p in reel.parts()] == [
        "Introduction",
        "The door",
        "Discussion",
        "The shop",
        "Discussion (2)",
    ]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["vignette", "commentary", "introduction"]),
            st.sampled_from(["", "Vignette 2", "vignette 1", "Discussion", "Discussion (2)", "Commentary"]),
        ),
        max_size=8,
    )
)
def test_no_two_parts_bear_one_title(rows):
    named = parts_.named(
        [
            parts_.Part("", kind, title, Span(n * 1000, n * 1000 + 1000))
            for n, (kind, title) in enumerate(rows)
        ]
    )
    assert len({p.title.casefold() for p in named}) == len(named)
    assert len({p.id for p in named}) == len(named)
    first = {title.casefold(): n for n, (_, title) in reversed([*enumerate(rows)]) if title}
    assert all(named[n].title == rows[n][1] for n in first.values())


def test_titles_that_a_person_gave_stay_whatever_others_are_called():
    given = [
        parts_.Part("", "vignette", "Again", Span(n * 1000, n * 1000 + 1000), evidence=(SAYS_SO,))
        for n in range(2)
    ]
    assert [p.title for p in parts_.named(given)] == ["Again", "Again"]


def test_a_last_remark_before_a_card_is_no_commentary():
    """People greet one another behind the card; who speaks before it only says goodbye."""
    reel = Reel()
    for title, one, other in (("The door", "tom", "joe"), ("The shop", "tom", "may")):
        reel.card(title)
        for n in range(12):
            reel.say((one, other)[n % 2], "I went there and it was as it had always been on a monday")
        reel.now_ms += 4000
        reel.say("joe", "Sounds good.", 4000)
        reel.card("") if title == "The shop" else None
    assert [p.kind for p in reel.parts()] == ["vignette", "vignette"]


@pytest.mark.parametrize(
    ("pause_ms", "greeted"), [(300, True), (boundaries.MIN_PAUSE_MS + 100, False)], ids=["at once", "later"]
)
def test_a_greeting_counts_where_it_is_said(pause_ms, greeted):
    said = [
        parts_.Said(Span(0, 1000), "a", "Sounds good."),
        parts_.Said(Span(1000 + pause_ms, 3000 + pause_ms), "b", "Hello, good to see you."),
    ]
    assert boundaries._greeted(said, 0) is greeted
    assert boundaries._greeted(said, 1)


def test_music_between_two_casts_is_evidence_for_a_part():
    reel = Reel()
    for who in (("tom", "joe"), ("tom", "may")):
        for n in range(8):
            reel.say(who[n % 2], "I went there and it was as it had always been on a monday")
        reel.now_ms += 3000
    gap = reel.utterances[8].first
    plays = Span(reel.tokens[gap - 1].span.end_ms + 500, reel.tokens[gap].span.start_ms - 500)
    aligned = Aligned(tuple(reel.tokens), AlignmentReport(Verdict.IN_SYNC))
    given = (aligned, Voices((), (), tuple(reel.utterances)), Picture(), reel.now_ms)
    assert len(vignettes.run(*given).parts) == 1
    _, second = vignettes.run(*given, music=(plays,)).parts
    assert second.span.start_ms == reel.tokens[gap].span.start_ms
    assert "music plays" in second.evidence


def test_a_short_commentary_without_a_card_is_found_by_whom_nobody_answers():
    reel = Reel()
    for n in range(3):
        reel.card(f"Scene {n + 1}")
        reel.talk(15)
        reel.say("zoe", "they all looked at the floor and then at one another for a while " * 3, 900)
    parts = vignettes.run(
        Aligned(tuple(reel.tokens), AlignmentReport(Verdict.IN_SYNC)),
        Voices((), (), tuple(reel.utterances)),
        Picture(tuple(reel.shots), tuple(reel.texts)),
        reel.now_ms,
    ).parts
    assert [p.kind for p in parts] == ["vignette", "commentary"] * 3 or [p.kind for p in parts] == [
        *["vignette", "commentary"] * 2, "vignette", "closing",
    ]  # fmt: skip


def test_chapters_carry_titles_that_cannot_break_the_file(tmp_path):
    from pipeline.formats.writers import chapters_vtt
    from pipeline.transcript import Part, Parts
    from tests.run.test_outputs import transcript

    made = replace(
        transcript("One."), parts=Parts((Part("vignette-1", "vignette", "A --> B\n& <C>", Span(0, 61_500)),))
    )
    assert chapters_vtt.dumps(made) == (
        "WEBVTT\n\nvignette-1\n00:00:00.000 --> 00:01:01.500\nA --&gt; B &amp; &lt;C&gt;\n"
    )
