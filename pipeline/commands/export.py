"""Export: transcripts in other tools' formats, made of their public documents; a run is not needed, and nothing is heard anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.commands.guarded_file import GuardedFile
from pipeline.errors import DocumentError, NotCaptioned, UsageError
from pipeline.formats.document import captions, reader
from pipeline.formats.taken import TAKEN
from pipeline.formats.writers.exports import FORMATS, Aspect, Format, export

# What other names a format goes by.
_ALIASES = {
    "imsc": "ttml", "imsc1": "ttml", "dfxp": "ttml", "ebuttd": "ebu-tt-d", "ebu-ttd": "ebu-tt-d", "elan": "eaf",
    "praat": "textgrid", "word": "docx", "chapters": "youtube", "utterances": "csv", "words": "csv-words",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was exported, and what it does not hold or holds otherwise."""

    path: Path
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The file as plain JSON values."""
        return {"file": str(self.path), "notes": list(self.notes)}


def format_named(name: str) -> Format:
    """An export format by its name, or another that people call it by. Raises UsageError."""
    plain = name.strip().lower().lstrip(".")
    found = FORMATS.get(_ALIASES.get(plain, plain))
    if found is None:
        raise UsageError(f"there is no format '{name}'", f"choose from {', '.join(FORMATS)}")
    return found


def export_all(
    names: Sequence[str], format: Format, folder: Path, target: Path | None = None, overwrite: bool = False
) -> list[Written]:
    """Export transcripts; `names` are recordings, transcripts or their bare names, whose documents lie in `folder`.

    The files go into `folder`, or one to `target`. Nothing is written where one of them cannot be: all are read and composed
    first. Raises UsageError, NotCaptioned, DocumentError, OutputError.
    """
    if target is not None and len(names) != 1:
        raise UsageError("-o names one file, and several transcripts are exported", "leave it out")
    made = []
    for path in dict.fromkeys(document_of(name, folder) for name in names):
        read = captions.parse(reader.bytes_of(path), path)
        draft = ".draft" if read.document.draft else ""
        end = format.end.format(lang=_plain(read.document.lang))
        place = target or path.with_name(f"{path.stem}{draft}{end}")
        guarded = GuardedFile(place, "export", path, "name another with -o", overwrite)
        guarded.check()
        made.append((guarded, export(read, format)))
    for guarded, exported in made:
        guarded.write(exported.content)
    return [Written(guarded.path, exported.notes) for guarded, exported in made]


def _plain(lang: str) -> str:
    """A language as part of a file's name: a document is not trusted."""
    return "".join(c for c in lang if c.isalnum() or c == "-") or "en"


def document_of(name: str, folder: Path) -> Path:
    """The public document that a name means: the document itself, or that of a recording. Raises NotCaptioned."""
    given = Path(name)
    if given.suffix.lower() == ".json" and (given.is_file() or not (folder / given.name).is_file()):
        if not given.is_file():
            raise DocumentError(given, "does not exist", "name a transcripts/NAME.json")
        return given
    for stem in dict.fromkeys((given.stem if given.suffix else given.name, given.name)):
        beside = folder / f"{stem}.json"
        if beside.is_file():
            return beside
    if given.is_dir():
        raise UsageError(f"'{given}' is a folder", "name one recording or transcript in it")
    problem = f"there is no transcript of it in {folder}"
    raise NotCaptioned(given, problem, f"run: vignette run {given}" if given.is_file() else "check the name")


def formats_as_json() -> dict[str, Any]:
    """What is written, with what each keeps and loses, and what is read."""
    written = [
        {
            "format": f.name, "what": f.what, "file": f"NAME{f.end.format(lang='en')}",
            "keeps": [str(a) for a in Aspect if a in f.keeps],
            "loses": [*map(str, f.left_out), *([f.loses] if f.loses else [])], "times": f.resolution,
        }
        for f in FORMATS.values()
    ]  # fmt: skip
    taken = {
        t.name: {
            "what": t.what, "files": [f"NAME{end}" for end in t.ends], "as": t.role,
            "keeps": [str(a) for a in Aspect if a in t.keeps], "loses": [t.loses] if t.loses else [],
        }
        for t in TAKEN
    }  # fmt: skip
    return {"written": written, "read": taken}


def formats_as_text() -> str:
    """The formats as people read them, a paragraph for each."""
    lines = ["Written by 'vignette export NAME --to FORMAT':"]
    for f in FORMATS.values():
        lost = [*map(str, f.left_out), *([f.loses] if f.loses else [])]
        lines += [
            f"  {f.name:<10} {f.what}",
            f"             keeps {', '.join(a for a in Aspect if a in f.keeps)} (times to {f.resolution})",
            f"             loses {', '.join(lost)}",
        ]
    lines += [
        f"  {'refi-qda':<10} a project for NVivo, ATLAS.ti, MAXQDA, QualCoder: 'vignette export-qda'",
        f"  {'junit':<10} findings for build servers: 'vignette check FILE --format junit'",
        "",
        "Read:",
    ]
    for t in TAKEN:
        lines += [
            f"  {t.name:<10} {t.what} ({', '.join(t.ends)}), as {t.role}",
            f"             keeps {', '.join(a for a in Aspect if a in t.keeps)}",
            *([f"             loses {t.loses}"] if t.loses else []),
        ]
    return "\n".join(lines)
