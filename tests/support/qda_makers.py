"""Projects as other programs of qualitative research write them, made by hand from the standard."""

from __future__ import annotations

import uuid
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

XMLNS = "urn:QDA-XML:project:1.0"


def guid(name: str) -> str:
    """A GUID made of a name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"test:{name}"))


def project(
    codes: Iterable[str], sources: str, origin: str = "QualCoder", users: Iterable[str] = ("Ana",)
) -> str:
    """A project's XML; codes are called by their names, `sources` is XML."""
    people = "".join(f'<User guid="{guid(u)}" name={quoteattr(u)}/>' for u in users)
    book = "".join(f'<Code guid="{guid(c)}" name={quoteattr(c)} isCodable="true"/>' for c in codes)
    return (
        f'<?xml version="1.0" encoding="utf-8"?><Project xmlns="{XMLNS}" name="p" origin="{origin}"><Users>{people}</Users>'
        f"<CodeBook><Codes>{book}</Codes></CodeBook><Sources>{sources}</Sources></Project>"
    )


def coding(code: str, who: str = "Ana") -> str:
    return f'<Coding guid="{uuid.uuid4()}" creatingUser="{guid(who)}"><CodeRef targetGUID="{guid(code).upper()}"/></Coding>'


def text_source(
    name: str, text: str, coded: Iterable[tuple[int, int, str]], inline: bool = False, **more: Any
) -> str:
    """A source of text, its passages coded by positions; its text stands in the file `{guid}.txt` or inline."""
    chosen = "".join(
        f'<PlainTextSelection guid="{uuid.uuid4()}" name={quoteattr(more.get("named", ""))} startPosition="{a}" '
        f'endPosition="{b}">{coding(code)}</PlainTextSelection>'
        for a, b, code in coded
    )
    path = "" if inline else f' plainTextPath="internal://{guid(name)}.txt"'
    held = f"<PlainTextContent>{escape(text, {chr(13): '&#13;'})}</PlainTextContent>" if inline else ""
    return f'<TextSource guid="{guid(name)}" name={quoteattr(name)}{path}>{held}{chosen}</TextSource>'


def video_source(name: str, coded: Iterable[tuple[int, int, str]]) -> str:
    """A recording whose time is coded."""
    chosen = "".join(
        f'<VideoSelection guid="{uuid.uuid4()}" begin="{a}" end="{b}">{coding(code)}</VideoSelection>'
        for a, b, code in coded
    )
    return f'<VideoSource guid="{guid(name)}" name={quoteattr(name)} path="relative:///{name}">{chosen}</VideoSource>'


def saved(
    path: Path, xml: str | bytes, texts: Mapping[str, str | bytes] | None = None, folder: str = "sources"
) -> Path:
    """The archive of a project; texts by the name of their source."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", xml)
        for name, text in (texts or {}).items():
            archive.writestr(f"{folder}/{guid(name)}.txt", text)
    return path


def edited(path: Path, change: Any) -> Path:
    """A project with its XML changed by `change(root)`, everything else as it was."""
    with zipfile.ZipFile(path) as archive:
        held = {n: archive.read(n) for n in archive.namelist()}
    root = ElementTree.fromstring(held["project.qde"])
    change(root)
    held["project.qde"] = ElementTree.tostring(root)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in held.items():
            archive.writestr(name, data)
    return path
