"""REFI-QDA 1.5 export (`.qdpx`): transcripts with synchronised times and concept codes for qualitative data analysis tools.

A project is a ZIP file with `project.qde` (XML, namespace urn:QDA-XML:project:1.0; its element names and
their order follow the standard's Project.xsd of 18 March 2019, www.qdasoftware.org) and a folder `Sources`
with the transcripts as plain text, named by GUID. Positions count Unicode characters from 0, times
milliseconds. GUIDs are made from names, so that the same transcripts give the same project whenever they are
exported, but for its date.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pipeline.concepts import codebook
from pipeline.concepts.codebook import Code, Codebook
from pipeline.errors import DocumentError, IndexFileError, OutputError, counted
from pipeline.files import read_regular, replacing, why_unreadable, why_unwritable
from pipeline.formats.document import reader
from pipeline.formats.document.reader import Document, Tag
from pipeline.part_kinds import KNOWN_KINDS
from pipeline.search.answers.clips import recording_of
from pipeline.search.quotes import Quote
from pipeline.search.refi_colours import BESIDE, colours_of
from pipeline.search.refi_names import Names, cast_of
from pipeline.search.refi_quotes import QuoteWriter
from pipeline.search.refi_text import PlainTranscript, guid_of

# The XML namespace of the standard's Project.xsd.
NAMESPACE = "urn:QDA-XML:project:1.0"
# The attribute `origin` of a project, by which an export of ours is told from another program's.
ORIGIN = "Vignette"
# Bytes: the standard allows larger files only outside of the project.
_MAX_INTERNAL_BYTES = 2**31 - 1
# Date of every archive member, the earliest that ZIP can hold: equal inputs give equal bytes.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Exported:
    """The result of an export: documents, coded passages, what had to be left out, and the paths of the transcripts in it."""

    path: Path
    documents: int
    codings: int
    skipped: tuple[DocumentError, ...] = ()
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The export as plain JSON values."""
        skipped = [e.facts() for e in self.skipped]
        counts = {"documents": self.documents, "codings": self.codings}
        return {"path": str(self.path), **counts, "skipped": skipped, "notes": list(self.notes)}

    def __str__(self) -> str:
        held = f"{counted(self.documents, 'transcript')}, {counted(self.codings, 'coded passage')}"
        lines = [f"{self.path}: {held}"]
        return "\n".join(
            [*lines, *(f"skipped: {e}" for e in self.skipped), *(f"note: {n}" for n in self.notes)]
        )


def export(
    folder: Path,
    target: Path,
    media: Path,
    with_media: bool = False,
    codes: Codebook | None = None,
    now: datetime | None = None,
    kept: Sequence[Quote] = (),
) -> Exported:
    """Write the transcripts of a folder as one project; recordings are looked for in `media`.

    `kept` are quotes that people kept: coded by their collections, with their memos as notes.

    Raises IndexFileError when the folder holds no transcript, OutputError when the target cannot be written
    or is a project that another program saved.
    """
    found, skipped = _read(folder)
    if not found:
        raise IndexFileError(folder, "holds no transcript", "name the folder with --transcripts")
    _refuse_foreign(target)
    project = _Project(codes or codebook.load(), media, with_media, now or datetime.now(UTC), kept)
    try:
        with replacing(target) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            project.write(archive, found)
    except OSError as error:
        raise OutputError(target, *why_unwritable(error, "choose another place")) from error
    return Exported(target, len(found), project.codings, tuple(skipped), tuple(project.notes), tuple(found))


def _read(folder: Path) -> tuple[dict[str, Document], list[DocumentError]]:
    found: dict[str, Document] = {}
    skipped: list[DocumentError] = []
    for path in reader.find(folder) if folder.is_dir() else ():
        try:
            found[path.relative_to(folder).as_posix()] = reader.parse(read_regular(path), path)
        except DocumentError as error:
            skipped.append(error)
        except OSError as error:
            skipped.append(DocumentError(path, *why_unreadable(error)))
    return found, skipped


def _refuse_foreign(target: Path) -> None:
    """Raise OutputError when the file at `target` is not a project that we wrote."""
    if target.exists() and not _is_ours(target):
        raise OutputError(
            target, "is there already and was not written by us", "choose another name, or move it away"
        )


def _is_ours(target: Path) -> bool:
    try:
        with zipfile.ZipFile(target) as archive, archive.open("project.qde") as qde:
            return ElementTree.parse(qde).getroot().get("origin") == ORIGIN
    except (OSError, KeyError, zipfile.BadZipFile, ElementTree.ParseError):
        return False


@dataclass
class _Project:
    """One export; collects what the archive needs while the XML is built."""

    codes: Codebook
    media: Path
    with_media: bool
    now: datetime
    kept: Sequence[Quote] = ()
    codings: int = 0
    notes: list[str] = field(default_factory=list)
    inside: dict[str, str | Path] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    codes_named: Names = field(default_factory=Names)
    colours: Mapping[str, str] = field(default_factory=dict)

    def write(self, archive: zipfile.ZipFile, found: Mapping[str, Document]) -> None:
        """Write the project and its sources; equal inputs give equal bytes."""
        ElementTree.register_namespace("", NAMESPACE)
        root = self.project(found)
        ElementTree.indent(root)
        _store(archive, "project.qde", ElementTree.tostring(root, "utf-8", xml_declaration=True))
        for name, content in self.inside.items():
            if isinstance(content, Path):
                archive.write(content, f"Sources/{name}", zipfile.ZIP_STORED)
            else:
                _store(archive, f"Sources/{name}", content.encode())

    def project(self, found: Mapping[str, Document]) -> ElementTree.Element:
        made = {"creatingUserGUID": guid_of("user"), "creationDateTime": self.date}
        root = ElementTree.Element(
            _tag("Project"), {"name": "Vignette transcripts", "origin": ORIGIN, **made}
        )
        users = _add(root, "Users")
        _add(users, "User", guid=guid_of("user"), name=ORIGIN)
        for who in self.quotes.people():
            _add(users, "User", guid=guid_of("user", who), name=who)
        self.codebook(root, found)
        role = guid_of("variable", "role")
        _add(_add(root, "Variables"), "Variable", guid=role, name="Role", typeOfVariable="Text")
        self.cases(root, found, role)
        sources = _add(root, "Sources")
        for name, document in found.items():
            self.source(sources, name, document)
        self.quotes.notes(root)
        self.sets(root, found)
        return root

    @cached_property
    def quotes(self) -> QuoteWriter:
        return QuoteWriter(self.kept, _add, self.date)

    @property
    def date(self) -> str:
        return self.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def made(self) -> dict[str, str]:
        return {"creatingUser": guid_of("user"), "creationDateTime": self.date}

    def codebook(self, root: ElementTree.Element, found: Mapping[str, Document]) -> None:
        """The concepts under their broader ones, and a code for each kind of vignette."""
        used = {t.concept for d in found.values() for u in d.utterances for t in u.tags}
        codes = {**{c: Code(c) for c in sorted(used)}, **self.codes.codes}
        self.colours = colours_of(codes)
        parent = _add(_add(root, "CodeBook"), "Codes")
        for code in codes.values():
            if not code.broader or code.broader not in codes:
                self.code(parent, code, codes, ())
        above = self.codes_named.unique("Part of the video", "Vignette")
        kinds = _add(parent, "Code", guid=guid_of("kinds"), name=above, isCodable="false", color=BESIDE)
        given = {s.kind for d in found.values() for s in d.scenes} - {*KNOWN_KINDS}
        for kind in (*KNOWN_KINDS, *sorted(given)):
            name = self.codes_named.unique(kind, "part")
            _add(kinds, "Code", guid=guid_of("kind", kind), name=name, isCodable="true", color=BESIDE)
        self.quotes.codes(parent, self.codes_named)

    def code(
        self, parent: ElementTree.Element, code: Code, codes: Mapping[str, Code], above: tuple[str, ...]
    ) -> None:
        name, colour = self.codes_named.unique(code.label or code.id, code.id), self.colours[code.id]
        element = _add(
            parent, "Code", guid=guid_of("code", code.id), name=name, isCodable="true", color=colour
        )
        if code.definition:
            _add(element, "Description").text = code.definition
        for below in codes.values():
            if below.broader == code.id and below.id not in (*above, code.id):
                self.code(element, below, codes, (*above, code.id))

    def cases(self, root: ElementTree.Element, found: Mapping[str, Document], role: str) -> None:
        """Each person as one case with a role, who refers to every recording that they are in."""
        people = cast_of(found)
        if not people:
            return
        cases = _add(root, "Cases")
        for person in people:
            case = _add(cases, "Case", guid=guid_of("case", *person.key), name=person.name)
            if person.roles:
                value = _add(case, "VariableValue")
                _add(value, "VariableRef", targetGUID=role)
                _add(value, "TextValue").text = ", ".join(person.roles)
            for name in person.recordings:
                _add(case, "SourceRef", targetGUID=guid_of("source", name))

    def sets(self, root: ElementTree.Element, found: Mapping[str, Document]) -> None:
        """The parts as sets: for each kind its code and the recordings that have such a part."""
        kinds = sorted({scene.kind for document in found.values() for scene in document.scenes})
        if not kinds:
            return
        sets = _add(root, "Sets")
        for kind in kinds:
            one = _add(sets, "Set", guid=guid_of("set", kind), name=f"With {kind}")
            _add(one, "MemberCode", targetGUID=guid_of("kind", kind))
            for name, document in found.items():
                if any(scene.kind == kind for scene in document.scenes):
                    _add(one, "MemberSource", targetGUID=guid_of("source", name))

    def source(self, parent: ElementTree.Element, name: str, document: Document) -> None:
        """A recording with its transcript and, as selections of the picture or sound, its vignettes."""
        recording = recording_of(document.name, self.media)
        kind = "Video" if document.has_picture else "Audio"
        shown = self.names.unique(
            recording.name if recording else document.name, Path(name).parent.as_posix()
        )
        place = {"path": self.path(name, document, recording)}
        element = _add(
            parent, f"{kind}Source", guid=guid_of("source", name), name=shown, **place, **self.made
        )
        if document.title or document.draft:
            said = f"{document.title}{' (draft, not verified)' if document.draft else ''}".strip()
            _add(element, "Description").text = said
        self.transcript(element, name, document)
        for scene in document.scenes:
            span = {"begin": str(scene.start_ms), "end": str(scene.end_ms)}
            guid = guid_of("scene", name, scene.id)
            title = scene.title or f"{scene.kind} {scene.number}"
            selection = _add(element, f"{kind}Selection", guid=guid, name=title, **span, **self.made)
            self.coding(selection, guid_of("kind", scene.kind), guid)

    def path(self, name: str, document: Document, recording: Path | None) -> str:
        """Where the recording is found: inside of the project, or by its name alone. Where it lies on this machine is nobody
        else's business: projects are handed on.
        """
        if recording is None:
            self.notes.append(
                f"there is no recording of '{document.name}' in '{self.media}'; the tool will ask for it"
            )
            return f"relative:///{document.name}"
        if self.with_media and recording.stat().st_size <= _MAX_INTERNAL_BYTES:
            inside = f"{guid_of('media', name)}{recording.suffix}"
            self.inside[inside] = recording
            return f"internal://{inside}"
        if self.with_media:
            self.notes.append(
                f"{recording} is larger than 2 GiB and stays outside of the project, as the standard asks"
            )
        return f"relative:///{recording.name}"

    def transcript(self, parent: ElementTree.Element, name: str, document: Document) -> None:
        text = PlainTranscript(name, document, self.quotes.of(document.name))
        file = f"{guid_of('text', name)}.txt"
        self.inside[file] = text.content
        title = self.names.unique(f"{document.name}.txt", Path(name).parent.as_posix())
        where = {"plainTextPath": f"internal://{file}", "name": title}
        element = _add(parent, "Transcript", guid=guid_of("transcript", name), **where, **self.made)
        for position, time_ms in text.sync_points():
            guid = text.guid_at(position)
            _add(element, "SyncPoint", guid=guid, position=str(position), timeStamp=str(time_ms))
        for number, (tag, first, last) in enumerate(text.selections):
            guid = guid_of("selection", name, str(number))
            between = {"fromSyncPoint": text.guid_at(first), "toSyncPoint": text.guid_at(last)}
            chosen = text.content[first:last]
            selection = _add(element, "TranscriptSelection", guid=guid, name=chosen, **between, **self.made)
            _add(selection, "Description").text = _reason(tag) + (
                "; draft, not verified" if document.draft else ""
            )
            self.coding(selection, guid_of("code", tag.concept), guid)
        for code, selection, guid in self.quotes.selections(element, text):
            self.coding(selection, code, guid)

    def coding(self, parent: ElementTree.Element, code: str, of: str) -> None:
        coding = _add(parent, "Coding", guid=guid_of("coding", of), **self.made)
        _add(coding, "CodeRef", targetGUID=code)
        self.codings += 1


def _reason(tag: Tag) -> str:
    manner = f"; {', '.join(sorted(tag.flags))}" if tag.flags else ""
    by = f"found by the rule: {tag.rule}" if tag.rule else "found by Vignette"
    return f"{by}; confidence {tag.confidence:.2f}{manner}"


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: ElementTree.Element, element: str, /, **attributes: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, _tag(element), attributes)


def _store(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Put bytes into an archive without the time of day."""
    info = zipfile.ZipInfo(name, _ZIP_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    archive.writestr(info, content)
