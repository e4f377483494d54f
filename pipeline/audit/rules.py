"""The table of rules: adding a rule is one row here, one function beside it and one test.

A row says what is measured and in which unit, where the limit stands (the name of a field of `Profile`), how
much a finding matters in each profile (a profile that is not named does not ask), where the standard says so,
how to mend it, which facts the rule needs, and whether a program could mend it or only a person judge it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pipeline.audit import against_sound, attribution, layout, meaning, pace, synchrony, wording
from pipeline.audit.model import Facts, Hit, Severity, Topic, View

# The letters of the table.
I = Severity.INFO  # noqa: E741
W = Severity.WARNING
E = Severity.ERROR
# The names of all profiles (`pipeline.profiles.PROFILES`).
ALL_PROFILES = ("training", "netflix", "bbc", "dcmp", "wcag-fcc")


@dataclass(frozen=True)
class Rule:
    """One row. `severity` is one for all profiles, or one for each profile that asks."""

    id: str
    measures: str
    unit: str
    find: Callable[[View], Iterable[Hit]]
    severity: Severity | dict[str, Severity]
    source: str | dict[str, str] = ""
    mend: str = ""
    limit: str = ""
    needs: tuple[str, ...] = ()
    fixable: bool = False
    needs_person: bool = False
    topic: Topic = Topic.FORM

    def severity_in(self, profile: str) -> Severity | None:
        """How much a finding matters in a profile; None when the profile does not ask."""
        return self.severity.get(profile) if isinstance(self.severity, dict) else self.severity

    def source_in(self, profile: str) -> str:
        """The clause behind the rule in a profile."""
        return self.source.get(profile, "Vignette") if isinstance(self.source, dict) else self.source

    @property
    def against_recording(self) -> bool:
        """Whether it compares captions with the recording, so that they are judged where a time map of the file puts them."""
        return bool(self.needs)

    def lacks(self, facts: Facts) -> str:
        """The fact that the rule needs and does not have, "" when it can look; "a|b" needs one of them."""
        for need in self.needs:
            if not any(facts.knows(one) for one in need.split("|")):
                return need
        return ""


def _flaws(rule: str) -> Callable[[View], Iterator[Hit]]:
    """The function of a rule whose findings the scan of the bytes has made."""

    def find(view: View) -> Iterator[Hit]:
        cues = {c.number: c for c in view.cues}
        for flaw in view.document.flaws:
            if flaw.rule == rule:
                cue = cues.get(flaw.cue) if flaw.cue else None
                yield Hit(flaw.message, cue, flaw.measured or None, severity=flaw.severity, line=flaw.line)

    return find


def _severities(default: Severity, **others: Severity | None) -> dict[str, Severity]:
    """A severity for every profile but those given another, or None to leave
    them out; the - of a profile's name is written _."""
    table = dict.fromkeys(ALL_PROFILES, default)
    for name, severity in others.items():
        if severity is None:
            table.pop(name.replace("_", "-"))
        else:
            table[name.replace("_", "-")] = severity
    return table


# The sources of the table: Netflix's three guides (TTSG is the Timed Text Style Guide), WebVTT, the quality rule of the
# Federal Communications Commission, and the criterion of the Web Content Accessibility Guidelines on captions.
N_GEN = "Netflix General Requirements"
N_TIM = "Netflix Subtitle Timing Guidelines"
N_EN = "Netflix English (USA) TTSG"
VTT = "W3C WebVTT"
FCC = "47 CFR 79.1(j)(2)"
W122 = "WCAG 2.2 §1.2.2"
SHOT_MEND = "Move the time to the cut."

RULES: tuple[Rule, ...] = (
    # Meaning
    Rule("meaning-changed", "words shown", "", meaning.changed_meaning, E, f"{FCC}(i)",
         "Listen, and write what is said.", needs=("words",), needs_person=True, topic=Topic.MEANING),
    Rule("heard-differently", "what was heard", "", meaning.heard_differently, I, f"{FCC}(i)",
         "Listen again.", needs=("differing",), needs_person=True, topic=Topic.MEANING),
    Rule("word-unknown", "word", "", meaning.unknown_words, W, f"{FCC}(i)",
         "Listen, and write the word that is said.", needs_person=True, topic=Topic.MEANING),
    Rule("spelling-names", "word", "", meaning.misspelled_names, I, f"BBC §2.5; {FCC}(i)",
         "Check the spelling.",
         needs=("names",), needs_person=True, topic=Topic.MEANING),
    # Layout
    Rule("max-chars-line", "longest line", "chars", layout.line_length,
         {"training": W, "netflix": E, "bbc": E, "dcmp": E},
         {"netflix": f"{N_EN} I.2", "bbc": "BBC §3.1", "dcmp": "DCMP Captioning Guidelines (older text)"},
         "Break the line elsewhere, or divide the caption.", "max_line_chars", fixable=True),
    Rule("max-lines", "lines with text", "lines", layout.line_count, _severities(E, dcmp=W, wcag_fcc=W),
         {"netflix": f"{N_GEN} §4", "bbc": "BBC §3.3", "dcmp": "DCMP (as restated by others)",
         "wcag-fcc": f"{FCC}(iv)"},
         "Divide the caption.", "max_lines", fixable=True),
    Rule("needless-break", "both lines joined", "chars", layout.needless_break, {"netflix": I}, f"{N_GEN} §4",
         "Put both lines on one.", "max_line_chars", fixable=True),
    Rule("line-break-bad", "words torn apart", "", layout.bad_breaks, _severities(I, wcag_fcc=None),
         {"netflix": f"{N_GEN} §4", "bbc": "BBC §3.4", "dcmp": "DCMP Captioning Key, Text"},
         "Break after punctuation, before a conjunction or before a preposition.", fixable=True),
    Rule("line-balance", "chars of the shorter line", "chars", layout.balance, {"training": I, "netflix": I,
         "bbc": I},
         {"netflix": f"{N_GEN} §4", "bbc": "BBC §3.5"}, "Break nearer to the middle.", fixable=True),
    Rule("position", "cue settings", "", layout.position, I, f"{N_GEN} §5; BBC §10; {FCC}(iv)",
         "Look whether the caption covers a face or text.", needs_person=True),
    # Reading speed and duration
    Rule("reading-speed-cps", "characters a second", "chars/s", pace.reading_speed_chars,
         {"training": W, "netflix": W, "wcag-fcc": I},
         {"netflix": f"{N_EN}; how reading speed is measured", "wcag-fcc": f"{FCC}(iv), no number"},
         "Let it stay longer, or divide it with its neighbour; never cut words.", "max_chars_per_s",
         fixable=True),
    Rule("reading-speed-wpm", "words a minute", "words/min", pace.reading_speed_words,
         {"training": I, "bbc": W, "dcmp": W}, {"bbc": "BBC §4", "dcmp": "DCMP Presentation Rate"},
         "Let it stay longer, or divide it with its neighbour; never cut words.", "max_words_per_minute",
         fixable=True),
    Rule("min-duration", "time on screen", "ms", pace.min_duration, {"training": W, "netflix": E, "bbc": W,
         "dcmp": W},
         {"netflix": f"{N_GEN} §1", "bbc": "BBC §4.1", "dcmp": "DCMP Captioning Guidelines (older text)"},
         "Let it stay longer, or join it with its neighbour.", "min_duration_ms", fixable=True),
    Rule("max-duration", "time on screen", "ms", pace.max_duration, {"training": W, "netflix": E},
         {"netflix": f"{N_GEN} §1"}, "Let it go sooner, or divide it.", "max_duration_ms", fixable=True),
    Rule("lingers", "time after the last word", "ms", synchrony.lingers, I,
         f"{N_TIM} §1; BBC §5.2; {FCC}(ii)", "Let it go sooner.", "linger_ms", ("words",)),
    Rule("consistent-speed", "ratio of neighbours' speeds", "x", pace.consistent_speed, {"bbc": I}, "BBC §4.4",
         "Even out the times."),
    # Gaps, overlaps, shots
    Rule("min-gap", "gap to the next", "ms", pace.min_gap, {"netflix": W},
         f"{N_GEN} §3 (older text); {N_TIM}",
         "Let it go two frames before the next.", fixable=True),
    Rule("chain-gap", "gap to the next", "ms", pace.chain_gap, {"netflix": I}, N_TIM,
         "Close the gap to two frames, or open it to half a second.", fixable=True),
    Rule("jerky-gap", "gap to the next", "ms", pace.jerky_gap, {"bbc": W}, "BBC §4.5",
         "Close the gap, or open it to a second or more.", fixable=True),
    Rule("overlap", "time on screen together", "ms", pace.overlap, E, f"BBC §5.6; {FCC}(iv)",
         "Let the first go when the second comes.", fixable=True),
    Rule("order", "start before an earlier caption's", "ms", lambda v: [*_flaws("order")(v),
         *pace.file_order(v)], W,
         "players sort by start", "Sort the captions by time."),
    Rule("shot-in", "distance from a cut", "frames", pace.shot_in, {"netflix": I}, N_TIM, SHOT_MEND,
         needs=("shots",)),
    Rule("shot-out", "distance from a cut", "frames", pace.shot_out, {"netflix": I}, N_TIM, SHOT_MEND,
         needs=("shots",)),
    Rule("shot-cross", "cuts inside", "cuts", pace.shot_cross, {"netflix": I, "bbc": I},
         {"netflix": f"{N_GEN} (older text)", "bbc": "BBC §6.3"}, "Divide the caption at the cut.",
         needs=("shots",)),
    # Against the sound
    Rule("out-of-sync", "greatest displacement", "ms", synchrony.out_of_sync, E, "BBC §5; 47 CFR 79.1(j)(2)(ii)",
         "Time the whole file anew before single captions are judged.", topic=Topic.HEADLINE),
    Rule("sync-early", "caption before its first word", "ms", synchrony.early, W,
         f"{N_TIM}; BBC §5.2; {FCC}(ii)", "Start it on its first word.", "early_ms", ("words|speech",), topic=Topic.SYNCHRONY),
    Rule("sync-late", "caption after its first word", "ms", synchrony.late, W,
         f"{N_TIM}; BBC §5.4; {FCC}(ii)", "Start it on its first word.", "late_ms", ("words|speech",), topic=Topic.SYNCHRONY),
    Rule("drift", "trend of the onset error", "ms/h", synchrony.drift, E, "Vignette",
         "Re-time the file: the frame rate or the clock is wrong.", needs=("words|speech",), topic=Topic.SYNCHRONY),
    Rule("uncaptioned-speech", "speech without caption", "ms", against_sound.uncaptioned, _severities(W, bbc=E,
         wcag_fcc=E),
         {"netflix": f"{N_EN} I.1", "bbc": "BBC §5.3", "wcag-fcc": f"{W122}, F8; {FCC}(iii)"},
         "Caption what is said, or show who is speaking.", needs=("words|speech",), needs_person=True, topic=Topic.COMPLETENESS),
    Rule("text-missing", "words without caption", "words", against_sound.missing_words, W,
         f"{W122}, F8; {FCC}(iii)",
         "Add the words.", needs=("words",), needs_person=True, topic=Topic.COMPLETENESS),
    Rule("text-added", "words not in the transcript", "words", against_sound.added_words, W, f"{FCC}(i)",
         "Listen whether they are said.", needs=("words",), needs_person=True, topic=Topic.COMPLETENESS),
    Rule("caption-without-speech", "speech during the caption", "ms", against_sound.without_speech, W, f"{FCC}(i)",
         "Listen whether this is said here.", needs=("words|speech",), needs_person=True, topic=Topic.COMPLETENESS),
    Rule("empty-stretch", "time without caption", "ms", against_sound.empty_stretch, I, "BBC §13.5",
         "Say what is heard, or that there is a long pause.", needs=("words|speech",), needs_person=True),
    Rule("low-confidence", "least confidence of a word", "", against_sound.low_confidence, I, "WAI Captions/Subtitles",
         "Listen again.", needs=("words",), needs_person=True),
    # Speakers and sounds
    Rule("speaker-missing", "changes of speaker not shown", "changes", attribution.unmarked_change, _severities(W, wcag_fcc=E),
         f"{W122}; BBC §7; DCMP Language Mechanics", "Name the speaker, or begin each line with a dash.",
         needs=("words",)),
    Rule("speakers-absent", "captions that name anybody", "", wording.no_speakers, W, f"{W122}; BBC §7",
         "Name the speakers where they change.", needs_person=True),
    Rule("speaker-wrong", "name shown", "", attribution.wrong_speaker, W, f"{FCC}(i)", "Listen who speaks.",
         needs=("words",), needs_person=True),
    Rule("speaker-label-style", "label", "", wording.label_style, _severities(I, wcag_fcc=None),
         {"netflix": "Subtitle Edit's reading of Netflix", "bbc": "BBC §7.8",
         "dcmp": "DCMP Language Mechanics"},
         "Write all labels in one style."),
    Rule("dialogue-dash", "dashes", "", wording.dash_style, _severities(I, dcmp=None, wcag_fcc=None),
         {"netflix": f"{N_EN}, Dual Speakers", "bbc": "BBC §7.3"}, "Begin each speaker's line with a dash."),
    Rule("two-speakers-one-line", "speakers on a line", "speakers", wording.two_speakers_on_a_line, _severities(W, netflix=E,
         bbc=I),
         {"netflix": f"{N_EN}, Dual Speakers", "bbc": "BBC §7.1"}, "Give each speaker a line."),
    Rule("non-speech-missing", "sound captions", "", wording.no_sounds, W, f"{W122}, F8",
         "Caption laughter, crying, doors, music and long silences that matter.", needs_person=True),
    Rule("sound-missing", "sounds without caption", "", against_sound.missing_sounds, W, f"{W122}, F8",
         "Add the sound.", needs=("words",), needs_person=True),
    Rule("non-speech-style", "sound caption", "", wording.sound_style, {"netflix": I, "bbc": I, "dcmp": I,
         "training": I},
         {"netflix": N_EN, "bbc": "BBC §17.2", "dcmp": "DCMP Language Mechanics"},
         "Write all sounds in the profile's style."),
    Rule("inaudible", "mark", "", wording.inaudible, W, "BBC §13.3",
         "Listen again; if it stays so, say what makes it so.",
         needs_person=True),
    Rule("music", "music sign", "", wording.music, I, "BBC §16.5", "Begin and end sung words with ♪."),
    # Style
    Rule("italics", "tags out of place", "tags", wording.italics, _severities(I), N_EN, "Close the tag."),
    Rule("shouting-caps", "words in capitals running", "words", wording.all_capitals, _severities(I, wcag_fcc=None,
         netflix=None),
         {"bbc": "BBC §11.2", "dcmp": "DCMP Captioning Key, Text"}, "Use capitals for shouting only."),
    Rule("ellipsis-char", "ellipsis", "", wording.ellipsis, {"netflix": I, "bbc": I},
         {"netflix": f"{N_EN} I.3", "bbc": "BBC §14"}, "Write the ellipsis as the profile does.",
         fixable=True),
    Rule("ellipsis-continuation", "ellipsis at a division", "", wording.ellipsis_at_split, {"netflix": I,
         "bbc": I},
         {"netflix": f"{N_EN} I.3", "bbc": "BBC §14.3"}, "Leave the ellipsis out."),
    Rule("interruption-mark", "mark", "", wording.interruption, {"bbc": I}, "BBC §14.2.4",
         "End it with three dots."),
    Rule("numbers-1-10", "digits", "", wording.small_numbers, {"netflix": I},
         "Netflix, as checked by Subtitle Edit", "Spell the number out."),
    Rule("number-starts-sentence", "digits", "", wording.leading_number, {"netflix": I, "bbc": I},
         {"netflix": "Netflix, as checked by Subtitle Edit", "bbc": "BBC §18.1"}, "Spell the number out."),
    Rule("profanity-censored", "mask", "", wording.censored, W, "BBC §2.11; DCMP", "Write what is said.",
         needs_person=True),
    Rule("filler-policy", "share of fillers", "%", wording.fillers, I, "BBC §14.1",
         "Decide once whether fillers stay; in therapy they usually should.", needs_person=True),
    Rule("repeat-loop", "times in a row", "times", wording.repeats, W, "Vignette",
         "Listen: recognizers loop.",
         needs_person=True),
    # Characters and file format
    Rule("captions-absent", "captions", "", wording.no_captions, E, f"{W122}, F8; {FCC}(iii)",
         "Caption the recording."),
    Rule("empty-cue", "visible characters", "chars", wording.empty, W, "Vignette", "Remove the caption."),
    Rule("whitespace", "spaces", "", wording.whitespace, I, "Vignette", "Remove the spaces.", fixable=True),
    Rule("glyph", "character", "", wording.glyphs, _severities(I), f"{N_GEN} §3; BBC §9.3", "Use another character."),
    Rule("past-end", "end", "ms", pace.past_end, E, "Vignette", "Let it end with the recording.",
         needs=("duration_ms",), fixable=True),
    Rule("lang", "language", "", wording.no_language, W, "HTML <track srclang>; WCAG 2.2",
         "State the language."),
    Rule("encoding-utf8", "encoding", "", _flaws("encoding-utf8"), E, f"{VTT} §4; BBC §18",
         "Save the file as UTF-8."),
    Rule("bom", "byte order mark", "", _flaws("bom"), I, "some SRT players", "Save the file without it."),
    Rule("mojibake", "characters", "", _flaws("mojibake"), W, "Vignette",
         "Restore the text from its source."),
    Rule("vtt-signature", "first line", "", _flaws("vtt-signature"), E, f"{VTT} §6.1", "Begin with WEBVTT."),
    Rule("vtt-header-blank", "line after the header", "", _flaws("vtt-header-blank"), E, f"{VTT} §4.1",
         "Add a blank line."),
    Rule("vtt-timestamp", "timing line", "", _flaws("vtt-timestamp"), E, f"{VTT}, timestamp",
         "Write mm:ss.mmm --> mm:ss.mmm.", fixable=True),
    Rule("end-after-start", "duration", "ms", _flaws("vtt-end-after-start"), E, f"{VTT}, cue timings",
         "Let it end after it starts."),
    Rule("vtt-start-order", "start before an earlier cue's", "ms", _flaws("vtt-start-order"), E,
         f"{VTT}, cue timings",
         "Sort the cues by start."),
    Rule("vtt-arrow-in-text", "arrow", "", _flaws("vtt-arrow-in-text"), E, f"{VTT}, cue text",
         "Write --&gt;."),
    Rule("vtt-blank-line-in-cue", "lost text", "", _flaws("vtt-blank-line-in-cue"), E, f"{VTT} §4.1",
         "Remove the blank line.", fixable=True),
    Rule("rolling-text", "cues that repeat", "cues", _flaws("rolling-text"), W, "Vignette",
         "Let each line stand once.", fixable=True),
    Rule("vtt-escape", "character", "", _flaws("vtt-escape"), E, f"{VTT}, cue text span",
         "Write &amp; or &lt;.",
         fixable=True),
    Rule("vtt-id-unique", "id", "", _flaws("vtt-id-unique"), W, f"{VTT}, identifier",
         "Give each cue its own id."),
    Rule("vtt-inner-timestamp", "time", "", _flaws("vtt-inner-timestamp"), W, f"{VTT}, cue timestamp",
         "Let inner times rise inside the cue."),
    Rule("vtt-voice", "voice", "", _flaws("vtt-voice"), W, f"{VTT}, voice span", "Name the speaker."),
    Rule("vtt-style-region", "block", "", _flaws("vtt-style-region"), W, f"{VTT} §4.1",
         "Move it above the first cue."),
    Rule("srt-number", "number", "", _flaws("srt-number"), I, "SubRip practice", "Number from 1."),
    Rule("srt-timestamp", "timing line", "", _flaws("srt-timestamp"), E, "SubRip practice",
         "Write hh:mm:ss,mmm --> hh:mm:ss,mmm.", fixable=True),
    Rule("srt-tags", "tag", "", _flaws("srt-tags"), W, "SubRip practice", "Use i, b, u and font only."),
)  # fmt: skip
