"""REFI-QDA projects read: the passages that people coded elsewhere, each with its code, its words, and its time where it has one.

What a program makes of a transcript differs: some keep it as the transcript of a recording with points of synchronisation, some
make a text of its own of it, some code the recording's time. Positions count Unicode characters from 0 (the standard), though
some programs count line breaks or rare characters as two: of these ways of counting the one counts in which most passages
are what their names say. Times are milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from pipeline.errors import DocumentError, foreign
from pipeline.formats.document.fields import clean
from pipeline.formats.readers.xml_tree import Element
from pipeline.search.refi_archive import Archive

_MAX_PASSAGES = 200_000  # a code on every second word of ten days of talk. Chosen.
_MAX_CHARS = 50_000_000  # of all coded passages together: a day of talk under some fifty codes. Chosen.
_MAX_WORD_CHARS = 100  # so far a passage is widened to whole words. Chosen.
_MAX_SPACES = 1000  # around a passage, which are not its own. Chosen.
_MAX_MS = 1 << 40
_CONTEXT_CHARS = 120  # before and after a passage, by which it is told from others of the same words
_SOURCES = ("TextSource", "VideoSource", "AudioSource")


@dataclass(frozen=True, slots=True)
class ReadCode:
    """A code of the project; `above` are the GUIDs and names of those that it stands under."""

    guid: str
    name: str
    above: frozenset[str] = frozenset()


NO_CODE = ReadCode("", "")


@dataclass(frozen=True, slots=True)
class Passage:
    """A coded passage: `text` is whole words ("" where only a time was coded), between `before` and `after`; `begins_line` says
    that nothing stands before it in its line. Times are None where the project has none; `who` coded it, "" for nobody named.
    """

    code: ReadCode
    source: str
    text: str = ""
    before: str = ""
    after: str = ""
    begins_line: bool = False
    start_ms: int | None = None
    end_ms: int | None = None
    who: str = ""


@dataclass(frozen=True, slots=True)
class ReadSource:
    """A source of the project: every name and path that it and its transcripts go by, their GUIDs, and its passages."""

    names: tuple[str, ...]
    guids: frozenset[str]
    passages: tuple[Passage, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadProject:
    """What is taken of a project: the program that wrote it, and its sources with what is coded in them."""

    origin: str
    sources: tuple[ReadSource, ...]


def read(path: Path) -> ReadProject:
    """The codings of a project. Raises DocumentError for what is no project, damaged, or made to fill the memory."""
    archive = Archive(path)
    try:
        with foreign(path, DocumentError):
            return _Reader(archive).project()
    finally:
        archive.close()


@dataclass
class _Reader:
    archive: Archive
    count: int = 0
    chars: int = 0
    codes: dict[str, ReadCode] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)

    def project(self) -> ReadProject:
        root = self.archive.root
        self.users = {_guid(u): clean(u.get("name")) for u in root.all("User")}
        for book in root.below("CodeBook"):
            for codes in book.below("Codes"):
                self.take_codes(codes, frozenset())
        sources = [s for held in root.below("Sources") for s in held.below(*_SOURCES)]
        return ReadProject(clean(root.get("origin")), tuple(map(self.source, sources)))

    def take_codes(self, parent: Element, above: frozenset[str]) -> None:
        for element in parent.below("Code"):
            code = ReadCode(_guid(element), clean(element.get("name")), above)
            self.codes[code.guid] = code
            self.take_codes(element, above | {code.guid, code.name})

    def source(self, element: Element) -> ReadSource:
        texts = [element] if element.name == "TextSource" else [*element.below("Transcript")]
        all_of_it = (element, *texts) if texts != [element] else (element,)
        keys = ("name", "path", "currentPath", "plainTextPath", "richTextPath")
        names = [clean(e.get(key)) for e in all_of_it for key in keys if e.get(key)]
        name = next(iter(names), "")
        problems: list[str] = []
        passages = [p for text in texts for p in self.of_text(text, name, problems)]
        for selection in element.below("VideoSelection", "AudioSelection"):
            start_ms, end_ms = _whole(selection.get("begin")), _whole(selection.get("end"))
            passages += self.coded(selection, Passage(NO_CODE, name, start_ms=start_ms, end_ms=end_ms))
        guids = frozenset(_guid(e) for e in all_of_it)
        return ReadSource(tuple(dict.fromkeys(names)), guids, tuple(passages), tuple(problems))

    def of_text(self, element: Element, source: str, problems: list[str]) -> Iterator[Passage]:
        """The passages of a text, by positions in it."""
        selections = [*element.below("PlainTextSelection", "TranscriptSelection")]
        if not any(True for s in selections for _ in s.below("Coding")):
            return
        content = self.content(element)
        if content is None:
            problems.append(f"the text of '{source}' is not in the project")
            return
        points = {
            _guid(p): (_whole(p.get("position")), _whole(p.get("timeStamp")))
            for p in element.below("SyncPoint")
        }
        placed = [(s, *_placed(s, points)) for s in selections]
        named = [(s.get("name"), a, b) for s, a, b, _, _ in placed if a is not None and b is not None]
        text, place = _as_counted(content, named)
        for selection, a, b, start_ms, end_ms in placed:
            words = ("", "", "", False)
            if a is not None and b is not None and a <= b:
                words = _whole_words(text, place(a), place(b))
            self.chars += len(words[0])
            if self.chars > _MAX_CHARS:
                raise DocumentError(
                    self.archive.path, "codes far more text than there is", "divide the project"
                )
            yield from self.coded(selection, Passage(NO_CODE, source, *words, start_ms, end_ms))

    def content(self, element: Element) -> str | None:
        for inline in element.below("PlainTextContent"):
            return inline.text
        path = element.get("plainTextPath")
        return self.archive.text(path.partition("://")[2] or path) if path else None

    def coded(self, selection: Element, passage: Passage) -> Iterator[Passage]:
        """The passage for each code of a selection."""
        for coding in selection.below("Coding"):
            self.count += 1
            if self.count > _MAX_PASSAGES:
                problem = f"holds more than {_MAX_PASSAGES:,} codings"
                raise DocumentError(self.archive.path, problem, "divide the project")
            who = self.users.get(_plain_guid(coding.get("creatingUser") or selection.get("creatingUser")), "")
            for ref in coding.below("CodeRef"):
                target = _plain_guid(ref.get("targetGUID"))
                yield replace(passage, code=self.codes.get(target, ReadCode(target, "")), who=who)


Times = tuple[int | None, int | None]


def _placed(
    selection: Element, points: Mapping[str, Times]
) -> tuple[int | None, int | None, int | None, int | None]:
    """The positions of a selection, and its times, as far as the project says them."""
    if selection.name == "PlainTextSelection":
        return _whole(selection.get("startPosition")), _whole(selection.get("endPosition")), None, None
    first = points.get(_plain_guid(selection.get("fromSyncPoint")), (None, None))
    last = points.get(_plain_guid(selection.get("toSyncPoint")), (None, None))
    return first[0], last[0], first[1], last[1]


def _as_counted(content: str, named: list[tuple[str, int, int]]) -> tuple[str, Callable[[int], int]]:
    """The text, and what gives the place in it of a position as the program counted it: see the module."""
    ways: list[tuple[str, Callable[[int], int]]] = [(content, lambda at: at)]
    if "\r\n" in content:
        ways.append((content.replace("\r\n", "\n"), lambda at: at))
    elif "\n" in content:  # XML itself makes one character of two
        ways.append((content.replace("\n", "\r\n"), lambda at: at))
    if any(ord(c) > 0xFFFF for c in content):
        units: list[int] = [n for n, c in enumerate(content) for _ in range(2 if ord(c) > 0xFFFF else 1)]
        ways.append((content, lambda at: units[at] if 0 <= at < len(units) else len(content)))

    def fitting(way: tuple[str, Callable[[int], int]]) -> int:
        text, place = way
        begins = ((name, text[place(a) : min(place(b), place(a) + 2 * len(name))]) for name, a, b in named)
        return sum(bool(name) and _begins_alike(text, name) for name, text in begins)

    return max(ways, key=fitting)  # the first of equals


def _begins_alike(text: str, name: str) -> bool:
    """Whether a passage is what its name says, which programs cut and tidy."""
    one, other = "".join(text.split()), "".join(name.rstrip(".…").split())
    return bool(one) and one.startswith(other[: max(1, min(len(one), len(other)))])


def _whole_words(text: str, first: int, last: int) -> tuple[str, str, str, bool]:
    """The passage `[first, last)` widened to whole words, what is around it, and whether it begins its line."""
    first, last = max(0, min(first, len(text))), max(0, min(last, len(text)))
    first = min(last, first + _spaces(text[first : min(last, first + _MAX_SPACES)]))
    last = max(first, last - _spaces(text[max(first, last - _MAX_SPACES) : last][::-1]))
    if first == last:
        return "", "", "", False
    left, right = max(0, first - _MAX_WORD_CHARS), min(len(text), last + _MAX_WORD_CHARS)
    while first > left and not text[first - 1].isspace():
        first -= 1
    while last < right and not text[last].isspace():
        last += 1
    before, after = text[max(0, first - _CONTEXT_CHARS) : first], text[last : last + _CONTEXT_CHARS]
    begins = not before.rpartition("\n")[2].strip()
    return text[first:last], before, after, begins


def _spaces(text: str) -> int:
    """How many spaces a text begins with."""
    return len(text) - len(text.lstrip())


def _whole(value: str) -> int | None:
    """A whole number of the XML, None for anything else."""
    plain = value.strip()
    if not plain.isascii() or not plain.isdecimal() or len(plain) > 15 or int(plain) > _MAX_MS:
        return None
    return int(plain)


def _guid(element: Element) -> str:
    return _plain_guid(element.get("guid"))


def _plain_guid(guid: str) -> str:
    """A GUID as it is compared: the standard allows braces and both cases."""
    return guid.strip("{}").lower()


def stem_of(name: str) -> str:
    """The last part of a source's name or path, without its suffix."""
    return PurePosixPath(name.replace("\\", "/")).stem
