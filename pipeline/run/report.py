"""The run's closing report: what was used, what that means for quality, and what still needs a person."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.edits.answered import Answered
from pipeline.edits.replay import Replay
from pipeline.errors import counted
from pipeline.timing import Span, clock
from pipeline.transcript import (
    AlignmentReport,
    Grade,
    Kind,
    Passage,
    Speaker,
    Suggestion,
    TextSource,
    TimeSource,
    Transcript,
)

# From this confidence (0 to 1) on a word's time counts as found in the sound; below, it is more likely wrong than right.
MIN_TIME_CONFIDENCE = 0.5


def quality(
    transcript: Transcript,
    reworded: bool = False,
    repaired: bool = False,
    unverified: bool = False,
    unusable: Sequence[str] = (),
) -> tuple[str, ...]:
    """Quality notes: what was used and what to expect of it, one sentence each.

    `reworded` says that decisions changed, added or removed words, `repaired` that the subtitles were not taken just as they
    are written, of which notes tell, `unverified` that the settings ask for no second ear; `unusable` says why a Whisper that is
    here cannot be it.
    """
    return (
        *_about_sound(transcript),
        *_about_text(transcript, reworded, repaired),
        *_about_witness(transcript, unverified, unusable),
        *_about_speakers(transcript),
        *transcript.aligned.report.summary,
    )


def _about_sound(transcript: Transcript) -> tuple[str, ...]:
    if transcript.heard.regions:
        return ()
    return ("there is no speech in this recording: the files are valid and empty",)


def _about_text(transcript: Transcript, reworded: bool, repaired: bool) -> tuple[str, ...]:
    if not transcript.tokens:
        return ()
    heard, subtitles = transcript.heard, transcript.provenance.get("subtitles", "")
    if transcript.grade is Grade.DRAFT and not transcript.is_draft:
        return (
            "the words are what PocketSphinx believed to hear, and a person has gone over all of them since",
        )
    if transcript.is_draft:
        return (
            "there are no subtitles and no Whisper weights: the words are what PocketSphinx, which is small and was told "
            "nothing, believed to hear. Expect a third of them or more to be wrong; do not publish this",
        )
    if transcript.grade is Grade.MACHINE and (file := transcript.provenance.get("heard")):
        return (
            f"the words are what {heard.model} heard ({file}); names and quiet talk are where it errs most",
        )
    if transcript.grade is Grade.MACHINE:
        return (f"the words are Whisper's ({heard.model}); names and quiet talk are where it errs most",)
    corrected = reworded or any(t.text_source is TextSource.HUMAN for t in transcript.tokens)
    absent = sum(t.kind is Kind.ABSENT for t in transcript.tokens)
    kept = "read with the repairs told above" if repaired else "unchanged"
    if absent:
        kept += f" but for {counted(absent, 'word')} that the recording does not contain"
    if corrected:
        kept += f" {'and' if absent else 'but for'} what people decided"
    return (f"the words are those of {subtitles}, {kept}; {_timed_share(transcript)}",)


def _about_witness(transcript: Transcript, unverified: bool, unusable: Sequence[str]) -> tuple[str, ...]:
    """What the second witness heard, and what that says of the whole."""
    found = transcript.verification
    if transcript.grade is not Grade.SUBTITLES or not transcript.tokens:
        return ()
    if not found.witness and unverified:
        return ("no second ear has listened, as was asked (verify.mode = none)",)
    if not found.witness and unusable:
        return (f"no second ear has listened: {'; '.join(unusable)}",)
    if not found.witness:
        return (
            "no second ear has listened: with Whisper's weights ('vignette models fetch tiny.en') a run hears what is doubtful "
            "and a sample of the rest",
        )
    model = found.witness.removeprefix("whisper/").rsplit("/", 2)[0]
    low, high = (round(100 * share) for share in found.interval)
    sample = (
        f"; in a random sample {low} to {high} %" if found.sampled_words and (low, high) != (0, 100) else ""
    )
    cleared = sum(check.cleared for check in found.checked)
    doubts = f"; it cleared {cleared} of {len(found.checked)} doubts" if found.checked else ""
    left = (
        f", and {found.not_heard} {'was' if found.not_heard == 1 else 'were'} not heard for want of budget"
        if found.not_heard
        else ""
    )
    return (
        f"a second ear (Whisper {model}, which did not know the text) heard {found.heard_words} of the words and agreed with "
        f"{100 * found.agreed_words // max(1, found.heard_words)} % of them{sample}{doubts}{left}",
    )


def _about_speakers(transcript: Transcript) -> tuple[str, ...]:
    voices = transcript.voices
    count = len(voices.speakers)
    if not voices.encoder or not count:
        return ()
    named = sum(bool(s.evidence) for s in voices.speakers)
    unsure = sum(u.uncertain for u in voices.utterances)
    marked = (
        f"; in {unsure} of {counted(len(voices.utterances), 'utterance')} it is not certain who speaks"
        if unsure
        else ""
    )
    by_name = "named" if named == count else f"{named} of them by name" if named else "not named"
    return (f"{counted(count, 'speaker')}, {by_name}{marked}",)


def _unnamed(nameless: Sequence[Speaker]) -> tuple[str, ...]:
    """A sentence about speakers without a name, with a time at which to listen to each of the first few."""
    if not nameless:
        return ()
    heard = ", ".join(f"{s.id} at {clock(s.clips[0].start_ms)}" if s.clips else s.id for s in nameless[:4])
    more = f" and {len(nameless) - 4} more" if len(nameless) > 4 else ""
    return (
        f"nobody says who {heard}{more} is: label them in the subtitles, show them with 'enrol' in the "
        "sidecar, or name one with 'vignette edits person MEDIA ID --name NAME'",
    )


def _timed_share(transcript: Transcript) -> str:
    """The percentage of words whose time was found in the sound rather than interpolated."""
    words = [t for t in transcript.tokens if t.kind is Kind.WORD]
    if not words:
        return "none of it is a word whose time could be found in the sound"
    sure = sum(
        t.confidence >= MIN_TIME_CONFIDENCE and t.time_source is not TimeSource.INTERPOLATED for t in words
    )
    share = 100 * sure / len(words)
    if sure == len(words):
        return "100 % of their times were found in the sound"
    return f"{min(share, 99):.0f} % of their times were found in the sound, the rest lie between neighbours"


def needs_person(transcript: Transcript, replay: Replay | None = None) -> tuple[str, ...]:
    """Open questions that no machine can settle, one sentence each, most important first; none that somebody answered.

    `replay` is the one that the transcript came out of.
    """
    needs = []
    answered = Answered(transcript, replay or Replay())
    report = answered.open_report()
    absent = tuple(p for p in report.text_without_speech if _is_absent(p, transcript))
    if transcript.is_draft and transcript.tokens:
        needs.append(
            "better words: put the subtitles beside the recording (NAME.en.srt), or fetch a better ear with "
            "'vignette models fetch small.en', and run again"
        )
    needs += alignment_issues(report, absent)
    if marks := [
        t.span
        for k, t in enumerate(transcript.tokens)
        if t.kind is Kind.UNCLEAR and answered.is_unclear(k, t)
    ]:
        one = "1 mark stands" if len(marks) == 1 else f"{len(marks)} marks stand"
        needs.append(f"{one} for speech that was not understood: {at_times(marks)}")
    needs += _suggested([s for s in transcript.verification.suggestions if answered.is_open(s)])
    needs += _review_to_renew(transcript)
    nameless = [s for s in transcript.voices.speakers if not s.evidence and answered.is_unnamed(s)]
    return (*needs, *_unnamed(nameless if transcript.tokens else ()))


def _review_to_renew(transcript: Transcript) -> list[str]:
    """That what a person reviewed is otherwise now, with the first times of it."""
    review = transcript.review
    if review is None or review.holds:
        return []
    where = f", {at_times([Span(t, t) for t in review.places_ms])}" if review.places_ms else ""
    return [f"{review}{where}: watch it and say so again, 'vignette edits review MEDIA'"]


def _suggested(found: Sequence[Suggestion]) -> tuple[str, ...]:
    """A sentence about the suggested readings."""
    if not found:
        return ()
    count = f"{len(found)} reading{'s are' if len(found) > 1 else ' is'} suggested by a second ear"
    return (f"{count}: {at_times([s.span for s in found])}",)


def alignment_issues(report: AlignmentReport, absent: tuple[Passage, ...] = ()) -> list[str]:
    """Alignment issues that a person should look at, one sentence for each kind, with the first times of each.

    `absent` are those of the passages without speech that no caption shows.
    """
    issues = []
    for passages, one, many in (
        (report.speech_without_text, "stretch of speech has no text", "stretches of speech have no text"),
        (
            absent,
            "passage of text is not in the recording, and no caption shows it",
            "passages of text are not in the recording, and no caption shows them",
        ),
        (
            tuple(p for p in report.text_without_speech if p not in absent),
            "passage of text is spoken nowhere",
            "passages of text are spoken nowhere",
        ),
        (
            report.heard_differently,
            "passage sounds different from its text",
            "passages sound different from their text",
        ),
        (
            report.not_confirmed,
            "passage could not be confirmed by ear",
            "passages could not be confirmed by ear",
        ),
    ):
        if passages:
            count = counted(len(passages), one, many)
            issues.append(f"{count}: {at_times([p.span for p in passages])}")
    return issues


def _is_absent(passage: Passage, transcript: Transcript) -> bool:
    """Whether any token of a passage was found to be absent from the sound, so that no caption shows it."""
    return any(t.kind is Kind.ABSENT for t in transcript.tokens[passage.first : passage.last])


def at_times(spans: Sequence[Span], shown: int = 3) -> str:
    """The start times of the first `shown` spans, in words: "at 0:12, 1:30 and 4 more (all in the JSON)"."""
    times = ", ".join(clock(s.start_ms) for s in spans[:shown])
    more = len(spans) - shown
    return f"at {times}" + (f" and {more} more (all in the JSON)" if more > 0 else "")
