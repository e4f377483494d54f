"""A reader of REFI-QDA projects written from the standard alone (Project.xsd, 18 March 2019): it knows nothing of our writer.

`STRUCTURE` holds the facts of the schema as a table: for each type its children in their order ("+" at least one, "*" any
number, "?" at most one, none exactly one, "a|b" a choice) and its attributes ("!" where they must be there). `validate` holds a
project to it, `read` gives what a program that keeps to the standard finds in an archive.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

XMLNS = "urn:QDA-XML:project:1.0"
_MADE = "creatingUser creationDateTime modifyingUser modifiedDateTime"
_TEXT = (
    "Description? PlainTextContent? PlainTextSelection* Coding* NoteRef* VariableValue*",
    f"guid! name richTextPath plainTextPath {_MADE}",
)
_SOURCE = f"guid! name path currentPath {_MADE}"
_REF = ("", "targetGUID!")
_SELECTION = "Description? Coding* NoteRef*"
_AREA = "firstX! firstY! secondX! secondY!"
STRUCTURE = {
    "Project": (
        "Users? CodeBook? Variables? Cases? Sources? Notes? Links? Sets? Graphs? Description? NoteRef*",
        "name! origin creatingUserGUID creationDateTime modifyingUserGUID modifiedDateTime basePath",
    ),
    "Users": ("User+", ""),
    "User": ("", "guid! name id"),
    "CodeBook": ("Codes", ""),
    "Codes": ("Code+", ""),
    "Code": ("Description? NoteRef* Code*", "guid! name! isCodable! color"),
    "Cases": ("Case+", ""),
    "Case": ("Description? CodeRef* VariableValue* SourceRef* SelectionRef*", "guid! name"),
    "Variables": ("Variable+", ""),
    "Variable": ("Description?", "guid! name! typeOfVariable!"),
    "VariableValue": (
        "VariableRef TextValue|BooleanValue|IntegerValue|FloatValue|DateValue|DateTimeValue?", "",
    ),
    "Sets": ("Set+", ""),
    "Set": ("Description? MemberCode* MemberSource* MemberNote*", "guid! name!"),
    "Sources": ("TextSource|PictureSource|PDFSource|AudioSource|VideoSource+", ""),
    "TextSource": _TEXT,
    "PlainTextSelection": (_SELECTION, f"guid! name startPosition! endPosition! {_MADE}"),
    "PictureSource": ("Description? TextDescription? PictureSelection* Coding* NoteRef* VariableValue*", _SOURCE),
    "PictureSelection": (_SELECTION, f"guid! name {_AREA} {_MADE}"),
    "PDFSource": ("Description? PDFSelection* Representation? Coding* NoteRef* VariableValue*", _SOURCE),
    "PDFSelection": ("Description? Representation? Coding* NoteRef*", f"guid! name page! {_AREA} {_MADE}"),
    "AudioSource": ("Description? Transcript* AudioSelection* Coding* NoteRef* VariableValue*", _SOURCE),
    "AudioSelection": (_SELECTION, f"guid! name begin! end! {_MADE}"),
    "VideoSource": ("Description? Transcript* VideoSelection* Coding* NoteRef* VariableValue*", _SOURCE),
    "VideoSelection": (_SELECTION, f"guid! name begin! end! {_MADE}"),
    "Transcript": (
        "Description? PlainTextContent? SyncPoint* TranscriptSelection* NoteRef*",
        f"guid! name richTextPath plainTextPath {_MADE}",
    ),
    "TranscriptSelection": (_SELECTION, f"guid! name fromSyncPoint toSyncPoint {_MADE}"),
    "SyncPoint": ("", "guid! timeStamp position"),
    "Coding": ("CodeRef NoteRef*", "guid! creatingUser creationDateTime"),
    "Notes": ("Note+", ""),
    "Note": _TEXT,
    "Links": ("Link+", ""),
    "Link": ("NoteRef*", "guid! name direction color originGUID targetGUID"),
    "Graphs": ("Graph+", ""),
    "Graph": ("Vertex* Edge*", "guid! name"),
    "Vertex": ("", "guid! representedGUID name firstX! firstY! secondX secondY shape color"),
    "Edge": ("", "guid! representedGUID name sourceVertex! targetVertex! color direction lineStyle"),
    **dict.fromkeys(
        ("NoteRef", "CodeRef", "SourceRef", "SelectionRef", "VariableRef", "MemberCode", "MemberSource", "MemberNote"), _REF
    ),
}  # fmt: skip
# Elements that hold text alone, and its form.
TEXTS = {
    "Description": r"(?s).*", "PlainTextContent": r"(?s).*", "TextValue": r"(?s).*", "BooleanValue": "true|false|0|1",
    "IntegerValue": r"[+-]?\d+", "FloatValue": r"[+-]?(\d+\.?\d*|\.\d+)", "DateValue": r"-?\d{4,}-\d\d-\d\d.*",
    "DateTimeValue": r"-?\d{4,}-\d\d-\d\dT.*",
}  # fmt: skip
_GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
GUIDS = frozenset((
    "guid", "targetGUID", "creatingUser", "creatingUserGUID", "modifyingUser", "modifyingUserGUID", "fromSyncPoint",
    "toSyncPoint", "originGUID", "representedGUID", "sourceVertex", "targetVertex",
))  # fmt: skip
_INTEGERS = (
    "begin", "end", "timeStamp", "position", "startPosition", "endPosition", "page", "firstX", "firstY", "secondX", "secondY",
)  # fmt: skip
FORMS = {
    **dict.fromkeys(GUIDS, rf"{_GUID}|\{{{_GUID}\}}"),
    **dict.fromkeys(_INTEGERS, r"[+-]?\d+"),
    **dict.fromkeys(("creationDateTime", "modifiedDateTime"), r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"),
    "isCodable": "true|false|0|1",
    "color": "#([A-Fa-f0-9]{6}|[A-Fa-f0-9]{3})",
    "typeOfVariable": "Text|Boolean|Integer|Float|Date|DateTime",
    "direction": "Associative|OneWay|Bidirectional",
    "shape": "Person|Oval|Rectangle|RoundedRectangle|Star|LeftTriangle|RightTriangle|UpTriangle|DownTriangle|Note",
    "lineStyle": "dotted|dashed|solid",
}  # fmt: skip


def local(element: Element) -> str:
    """An element's name; it must be of the standard's namespace."""
    namespace, _, name = element.tag[1:].partition("}")
    assert namespace == XMLNS, element.tag
    return name


def validate(element: Element) -> None:
    """Children, their order and number, attributes and their types, as the schema has them."""
    name = local(element)
    if name in TEXTS:
        assert not len(element) and not element.keys(), name
        assert re.fullmatch(TEXTS[name], element.text or ""), (name, element.text)
        return
    children, attributes = STRUCTURE[name]
    pattern = "".join(
        f"(?:(?:{c.rstrip('?*+')}) ){c[-1] if c[-1] in '?*+' else ''}" for c in children.split()
    )
    found = "".join(f"{local(c)} " for c in element)
    assert re.fullmatch(pattern, found), (name, found)
    assert not (element.text or "").strip(), name
    assert set(element.keys()) <= {a.rstrip("!") for a in attributes.split()}, (name, element.keys())
    assert {a[:-1] for a in attributes.split() if a.endswith("!")} <= set(element.keys()), name
    for attribute, value in element.items():
        assert re.fullmatch(FORMS.get(attribute, r"(?s).*"), value.strip()), (name, attribute, value)
    if name in ("Transcript", "TextSource", "Note"):  # a comment of the schema: either, not both
        inline = any(local(c) == "PlainTextContent" for c in element)
        assert inline != bool(element.get("plainTextPath")), name
    for child in element:
        validate(child)


class Code(NamedTuple):
    """A code as a program shows it."""

    name: str
    above: tuple[str, ...]
    definition: str
    colour: str
    codable: bool


class Coded(NamedTuple):
    """A coded passage: the source, the code's name, its words ("" for a stretch of the recording), its times, who coded it."""

    source: str
    code: str
    text: str
    start_ms: int
    end_ms: int
    who: str


class Project(NamedTuple):
    """What a program finds in a project; cases and sets with the names of what they refer to."""

    codes: list[Code]
    cases: dict[str, list[str]]
    sets: dict[str, tuple[list[str], list[str]]]
    coded: list[Coded]
    texts: dict[str, str]


def read(path: Path) -> Project:
    """A project's archive as a program reads it: valid, every reference followed, every text opened by its path."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        root = ElementTree.fromstring(archive.read("project.qde"))
        files = {n: archive.read(n) for n in archive.namelist() if n != "project.qde"}
    validate(root)
    _check_references(root)
    return _Project(root, files).found()


def _check_references(root: Element) -> None:
    guids = Counter(e.get("guid", "").lower() for e in root.iter() if e.get("guid"))
    assert [g for g, n in guids.items() if n > 1] == []
    for element in root.iter():
        for key, value in element.items():
            assert key not in GUIDS - {"guid"} or value.lower() in guids, (element.tag, key)


class _Project:
    def __init__(self, root: Element, files: dict[str, bytes]) -> None:
        self.root, self.files = root, files
        self.by_guid = {e.get("guid"): e for e in root.iter() if e.get("guid")}

    def every(self, name: str, within: Element | None = None) -> list[Element]:
        return [e for e in (self.root if within is None else within).iter() if local(e) == name]

    def target(self, ref: Element) -> Element:
        return self.by_guid[ref.get("targetGUID")]

    def found(self) -> Project:
        codes = [c for top in self.every("Codes") for one in top for c in self.codes(one, ())]
        cases = {
            case.get("name", ""): [self.target(r).get("name", "") for r in case if local(r) == "SourceRef"]
            for case in self.every("Case")
        }
        assert len(cases) == len(self.every("Case")), "two cases of one name"
        sets = {
            s.get("name", ""): tuple(
                [self.target(m).get("name", "") for m in s if local(m) == kind]
                for kind in ("MemberCode", "MemberSource")
            )
            for s in self.every("Set")
        }
        texts: dict[str, str] = {}
        coded = [
            c
            for kind in ("VideoSource", "AudioSource")
            for s in self.every(kind)
            for c in self.coded(s, texts)
        ]
        return Project(codes, cases, sets, coded, texts)  # type: ignore[arg-type]

    def codes(self, code: Element, above: tuple[str, ...]) -> list[Code]:
        name = code.get("name", "")
        definition = next((d.text or "" for d in code if local(d) == "Description"), "")
        own = Code(name, above, definition, code.get("color", ""), code.get("isCodable") in ("true", "1"))
        return [own, *(c for b in code if local(b) == "Code" for c in self.codes(b, (*above, name)))]

    def coded(self, source: Element, texts: dict[str, str]) -> list[Coded]:
        found = []
        name = source.get("name", "")
        for transcript in self.every("Transcript", source):
            text = self.text(transcript)
            texts[name] = text
            for selection in self.every("TranscriptSelection", transcript):
                first, last = (self.by_guid[selection.get(k)] for k in ("fromSyncPoint", "toSyncPoint"))
                begin, end = (int(p.get("position", "")) for p in (first, last))
                times = (int(p.get("timeStamp", "")) for p in (first, last))
                assert 0 <= begin < end <= len(text)
                found += [
                    Coded(name, code, text[begin:end], *times, who) for code, who in self.codings(selection)
                ]
        for kind in ("VideoSelection", "AudioSelection"):
            for selection in self.every(kind, source):
                span = int(selection.get("begin", "")), int(selection.get("end", ""))
                assert 0 <= span[0] <= span[1]
                found += [Coded(name, code, "", *span, who) for code, who in self.codings(selection)]
        return found

    def codings(self, selection: Element) -> list[tuple[str, str]]:
        return [
            (self.target(coding[0]).get("name", ""), self.by_guid[coding.get("creatingUser")].get("name", ""))
            for coding in selection
            if local(coding) == "Coding"
        ]

    def text(self, element: Element) -> str:
        path = element.get("plainTextPath", "")
        assert path.startswith("internal://"), path
        return self.files[f"Sources/{path.removeprefix('internal://')}"].decode("utf-8")
