"""Furniture of a script: what stands on its pages and nobody says - its head, page numbers, running heads, the imprint.

What a line is follows from its words and from its place in the whole file: a head stands above the first turn, a page number
comes again and rises, a running head stands beside page numbers. A refrain is no running head. In doubt the words stay.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from pipeline.formats.readers import names, sounds, stamps
from pipeline.formats.readers.labels import is_all_caps
from pipeline.formats.readers.script_line import ScriptLine, spoken
from pipeline.transcript.subtitles import Apart

# What the head of a transcript calls its parts; each alone on its line, or in front of a colon.
_KEYS = (
    r"transcript|transcription|full transcript|verbatim transcript|interview transcript|meeting transcript|"
    r"audio(?: ?file)?|video(?: ?file)?|media(?: ?file)?|recording|audio recording|download(?: .{1,20})?|"
    r"summary(?: keywords)?|key ?words|speakers?|participants?|attendees|present|invited|attachments|meeting records|"
    r"details|(?:meeting )?notes|overview|outline|action items|(?:suggested )?next steps|takeaways|contents|"
    r"date(?: of .{1,20})?|time|duration|length|recorded(?: on| by)?|location|place|file(?: ?name)?|project|subject|"
    r"title|language|transcriber|transcriptionist|transcribed(?: by| on)?|created(?: on| at| by)?|moderators?|hosts?|"
    r"interviewers?|interviewees?|respondents?|informants?|narrators?|source|participant id|version|"
    r"duration of .{1,20}|transcription (?:software|model|date)"
)
_ALONE = re.compile(rf"(?P<key>{_KEYS})", re.I)
_WITH_VALUE = re.compile(rf"(?P<key>{_KEYS}|speaker \d+)\s*:\s*(?P<value>\S.*)", re.I)
_ROLE_KEYS = re.compile(
    r"\W{0,9}(?:moderator|host|interviewer|interviewee|respondent|informant|narrator|speaker)s?\b", re.I
)
_MEDIA_FILE = re.compile(
    r"\S.{0,120}\.(?:mp[34]|m4[av]|wav|mov|mkv|avi|webm|ogg|opus|flac|aac|wma|wmv|docx?|txt|vtt|srt)", re.I
)
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    rf"(?:{_MONTH} \d{{1,2}}|\d{{1,2}}\.? {_MONTH}|{_MONTH})(?:st|nd|rd|th)?,? \d{{4}}"
    r"|\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}",
    re.I,
)
_BESIDE_DATE = re.compile(
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b|\d{1,2}:\d\d(?::\d\d)?|[ap]\.?m\b\.?|\b(?:gmt|utc|[a-z]{2,3}t)\b"
    r"|\bat\b|\d+ ?(?:hours?|minutes?|mins?|seconds?|secs?|[hms])\b|[\W_]",
    re.I,
)
_DURATION = re.compile(r"(?:\d{1,3} ?(?:hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)\b[ ,]*){1,3}", re.I)
_IMPRINT = re.compile(
    r"\W{0,9}(?:end of (?:the )?(?:transcript(?:ion)?|recording|audio|tape|file)|(?:transcript(?:ion)?|recording) ends?"
    r"|(?:transcription|meeting|recording) ended after \S+.{0,4}"
    r"|this (?:editable )?transcript(?:ion)? (?:was|is|has been) .{0,60}(?:generated|created|produced|made)\b.{0,200}"
    r"|people can also change the text after it was created\.?"
    r"|(?:transcript )?(?:generated|created|exported|powered|made) (?:by|with|from|using) .{0,40}"
    r"(?:\.(?:ai|com|io|app)|transcri\w*|whisper\w*).{0,40}"
    r"|(?:transcribed|transcription) (?:by|with|using) .{1,80}|transcript provided by .{1,80}"
    # What services write into the files and pages that they make: Sonix, Fathom, YouTube's transcript panel.
    r"|sonix is the world.s .{1,200}|automatically convert your .{1,40} files? to text\b.{0,200}"
    r"|view recording [-–—] \d{1,4} (?:secs?|mins?|hours?).{0,40}|search (?:in video|transcript))\W{0,9}",
    re.I,
)
_LANGUAGE_OF_PLAYER = re.compile(r"[^\W\d_]{3,20} \(auto-generated\)", re.I)
_STARTED = re.compile(r".{1,60}\b(?:started|stopped) (?:the )?transcription\W{0,9}(?:\d[\d:]*)?")
_PAGE_OF = re.compile(r"\W{0,9}(?:page|p\.?|pg\.?)?\s*(\d{1,4})\s*(?:of|/)\s*(\d{1,4})\W{0,9}", re.I)
_PAGE = re.compile(r"\W{0,9}(?:page|p\.|pg\.?)\s*(\d{1,4})\W{0,9}|[-–—|]\s?(\d{1,4})\s?[-–—|]", re.I)
_NUMBER = re.compile(r"(\d{1,4})")
_MARGIN = re.compile(r"\s*(\d{1,5})(?:\t|[ ]{2,}|(?<=\d\d\d)\s+)(?=\S)")
_PAGE_WITHIN = re.compile(
    r"\b(?:page|p\.|pg\.?)\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?\b|\b\d{1,4} of \d{1,4}\b", re.I
)

_MAX_TITLE_WORDS = 12  # a longer line is no title
_MIN_NUMBERED = 4  # lines; fewer numbers may be steps that somebody counts
_MIN_CHAPTERS = 3  # as YouTube wants them
_MS_A_TITLE_WORD = 5000  # nobody speaks so slowly
_MAX_TITLES = 3  # lines in which a title above labelled speech is looked for
_MIN_WORDS_A_PAGE = 10  # between bare numbers; less is somebody who counts


def mark_pages(lines: Sequence[ScriptLine]) -> None:
    """Set page numbers and running heads apart."""
    open_ = spoken(lines)
    for pattern, least in ((_PAGE_OF, 2), (_PAGE, 2), (_NUMBER, 3)):
        numbered = [
            (n, int(next(filter(None, m.groups()))))
            for n, line in enumerate(open_)
            if (m := pattern.fullmatch(line.text.strip()))
        ]
        if len(numbered) >= least and _are_pages(open_, numbered, bare=pattern is _NUMBER):
            for n, _ in numbered:
                open_[n].apart = Apart.PAGE
    for line in open_:
        if (
            line is open_[-1]
            and (m := _PAGE_OF.fullmatch(line.text.strip()))
            and "of" in line.text
            and m[1] == m[2]
        ):
            line.apart = Apart.PAGE
    _mark_running_heads(lines)


def _are_pages(lines: Sequence[ScriptLine], numbered: Sequence[tuple[int, int]], bare: bool) -> bool:
    """Whether numbers alone on their lines count pages: they rise, bare ones by one each, with text between them."""
    for (at, number), (after, following) in pairwise(numbered):
        words = sum(len(line.text.split()) for line in lines[at + 1 : after])
        if (
            following <= number
            or not words
            or (bare and (following != number + 1 or words < _MIN_WORDS_A_PAGE))
        ):
            return False
    return True


def _mark_running_heads(lines: Sequence[ScriptLine]) -> None:
    """A line that comes again beside page numbers or where pages end; one that holds its page's number."""
    filled = [line for line in lines if line.written.strip()]
    places: dict[str, list[int]] = defaultdict(list)
    for n, line in enumerate(filled):
        if line.open:
            places[re.sub(r"\d+", "#", _PAGE_WITHIN.sub("#", line.text)).casefold().strip()].append(n)
    for again in places.values():
        with_page = [n for n in again if _PAGE_WITHIN.search(filled[n].text)]
        pages = [int(re.findall(r"\d+", _PAGE_WITHIN.findall(filled[n].text)[-1])[0]) for n in with_page]
        if any(a >= b for a, b in pairwise(pages)):
            with_page = []  # somebody reads from a page, again and again
        beside = [n for n in again if _is_at_page_edge(filled, n)]
        for marks in (with_page, beside):
            title = again[0] == 0 and 0 not in marks  # what stands above every page, above the first of them
            short = len(filled[again[0]].text.split()) <= _MAX_TITLE_WORDS
            if short and len(marks) > 1 and len(marks) + title == len(again):
                for n in again:
                    filled[n].apart = Apart.PAGE


def _is_at_page_edge(lines: Sequence[ScriptLine], at: int) -> bool:
    return lines[at].page_edge or any(
        line.apart is Apart.PAGE for line in (*lines[max(0, at - 1) : at], *lines[at + 1 : at + 2])
    )


def take_line_numbers(lines: Sequence[ScriptLine]) -> None:
    """Take off numbers in the margin: every line begins with one, by one higher than the line before."""
    open_ = spoken(lines)
    found = [m for line in open_ if (m := _MARGIN.match(line.text))]
    numbers = [int(m[1]) for m in found]
    counted = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False
    if len(found) == len(open_) >= _MIN_NUMBERED and counted:
        for line, match in zip(open_, found, strict=True):
            line.text = line.text[match.end() :]


def mark_imprints(lines: Sequence[ScriptLine]) -> None:
    """Set apart who transcribed it, where it ends, and credits, line by line, so that none takes its neighbours along."""
    for line in spoken(lines):
        text = line.text.strip()
        if (
            _IMPRINT.fullmatch(text)
            or _STARTED.fullmatch(text)
            or (sounds.is_credit(text) and not _with_value(text))
        ):
            line.apart = Apart.IMPRINT
    _mark_below_player(lines)


def _mark_below_player(lines: Sequence[ScriptLine]) -> None:
    """Set apart what is copied along from below YouTube's transcript: its language, and the names of lists of videos."""
    open_ = spoken(lines)
    stamped = [n for n, line in enumerate(open_) if stamps.at(line.text.strip())]
    below = range(stamped[-1] + 1, len(open_)) if stamped else range(0)
    first = next((n for n in below if _LANGUAGE_OF_PLAYER.fullmatch(open_[n].text.strip())), len(open_))
    for line in open_[first:]:
        if len(line.text.split()) <= _MAX_TITLE_WORDS:
            line.apart = Apart.IMPRINT


def mark_head(lines: Sequence[ScriptLine], turned: bool, labelled: bool) -> None:
    """Set the head apart: lines above the first turn that name the file, its date, its people and its parts.

    `turned` says that names stand above or beside the turns, so that speech stands below one; `labelled` that nearly all
    paragraphs begin with a label: then a title alone above them is none of the speech either.
    """
    below = below_transcript(lines) if turned or labelled else list(lines)
    for line in spoken(lines[: len(lines) - len(below)]):
        line.apart = Apart.HEAD
    top = _above_first_turn(below)
    told = turned or labelled
    section, all_caps = False, is_all_caps(line.text for line in lines if line.open)
    for n, line in enumerate(top):
        text, key = line.text.strip(), _alone(line.text)
        near = (*top[max(0, n - 1) : n], *top[n + 1 : n + 2])
        beside = any(_with_value(other.text) for other in near)
        alone = line.opens and (n + 1 == len(top) or top[n + 1].opens)
        alone = alone or (n == 0 and any(_is_known(other, True, True) for other in near))
        title = _is_title(text) and not all_caps and (turned or (labelled and alone and n < _MAX_TITLES))
        if key and (told or (alone and _is_transcript_key(text))):
            section = not _is_transcript_key(text)
        elif _is_known(line, beside, surrounded=told or beside):
            section = False
        elif not (title or line.heading or (section and (turned or _is_title(text)))):
            return
        if not line.heading:
            line.apart = Apart.HEAD


def below_transcript(lines: Sequence[ScriptLine]) -> list[ScriptLine]:
    """The lines below the line "Transcript" where notes stand above it, under titles of their own; all lines where none do."""
    begins = next((n for n, line in enumerate(lines) if line.begins), len(lines))
    keys = [n for n, line in enumerate(lines[:begins]) if line.open and _alone(line.text)]
    last = max((n for n in keys if _is_transcript_key(lines[n].text)), default=0)
    return list(lines[last + 1 :] if keys and keys[0] < last else lines)


def _is_transcript_key(text: str) -> bool:
    """Whether the line says that the transcript itself begins below it."""
    match = _alone(text)
    return match is not None and match["key"].casefold().endswith(("transcript", "transcription"))


def mark_contents(lines: Sequence[ScriptLine]) -> None:
    """Set apart a list of chapters: titles with their times in a row, the first at 0:00, too few words for the time."""
    open_ = spoken(lines)
    found = [stamps.at(line.text.strip()) for line in open_]
    for first, stamp in enumerate(found):
        if stamp is None or stamp.starts_ms:
            continue
        last = next((n for n in range(first, len(open_)) if found[n] is None), len(open_))
        times = [s.starts_ms for s in found[first:last] if s]
        titles = [line.text.split()[1:] for line in open_[first:last]]
        short = all(0 < len(t) <= _MAX_TITLE_WORDS and t[-1][-1] not in ".?!" for t in titles)
        spare = sum(map(len, titles)) * _MS_A_TITLE_WORD <= times[-1]
        if (
            len(times) >= _MIN_CHAPTERS
            and len(times) < len(open_)
            and times == sorted(times)
            and short
            and spare
        ):
            for line in open_[first:last]:
                line.apart = Apart.HEAD
            return


def mark_dates(lines: Sequence[ScriptLine]) -> None:
    """Note which lines are a date: its year or time is neither a stamp nor a part of a name."""
    for line in spoken(lines):
        line.dated = bool(_DATE.search(line.text)) and not re.search(
            r"[^\W\d_]", _BESIDE_DATE.sub("", _DATE.sub("", line.text))
        )


def _above_first_turn(lines: Sequence[ScriptLine]) -> list[ScriptLine]:
    below = (line.begins or line.cell or (line.labelled and not _with_value(line.text)) for line in lines)
    first = next((n for n, starts in enumerate(below) if starts), len(lines))
    return spoken(lines[:first])


def could_be_head(line: ScriptLine) -> bool:
    """Whether a line above the first turn could be part of a head."""
    return line.heading or bool(_alone(line.text)) or _is_known(line, True, True) or _is_title(line.text)


def _is_known(line: ScriptLine, adjacent: bool, surrounded: bool) -> bool:
    """Whether the line's own words say that it belongs to a head; `adjacent` says that such a line stands beside it."""
    text = line.text.strip()
    if _MEDIA_FILE.fullmatch(text) or (surrounded and (line.dated or _DURATION.fullmatch(text))):
        return True
    match = _with_value(text)
    if match is None or not surrounded or match["value"][-1] in "?!…" or match["value"][0].islower():
        return False
    if _ROLE_KEYS.match(text):
        return adjacent and " " in match["value"].strip() and names.is_sure(match["value"].strip())
    return match["value"][-1] != "." and len(match["value"].split()) <= 3 * _MAX_TITLE_WORDS


def _is_title(text: str) -> bool:
    words = text.split()
    return len(words) <= _MAX_TITLE_WORDS and text.rstrip()[-1] not in '.?!…,;:"”' and words[0][0].isupper()


def _alone(text: str) -> re.Match[str] | None:
    """The part of a head that the line names, and nothing else but signs around it."""
    return _ALONE.fullmatch(_without_signs(_without_signs(text)[::-1])[::-1])


def _with_value(text: str) -> re.Match[str] | None:
    """The part of a head that the line names with its value: "Date: 6 January"."""
    return _WITH_VALUE.fullmatch(_without_signs(text).rstrip())


def _without_signs(text: str) -> str:
    """The text from its first letter or digit on."""
    return text[next((n for n, c in enumerate(text) if c.isalnum()), len(text)) :]
