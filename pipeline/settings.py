"""Layered settings: every choice a user can make, defaults < vignette.toml < the video's sidecar < command line.

A setting is one field of its stage's group: its name with its unit, type, default and bounds serve TOML and `--set` alike.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le

from pipeline.errors import SettingsError, nearest
from pipeline.part_kinds import KnownKind
from pipeline.roles import meant_role
from pipeline.stage_settings import (
    STRICT,
    AlignSettings,
    CaptionSettings,
    PictureSettings,
    SpeakerSettings,
    TranscribeSettings,
    VerifySettings,
    WhisperSettings,
)
from pipeline.timing import parse_timecode

__all__ = [
    "AlignSettings",
    "CaptionSettings",
    "PartAt",
    "Person",
    "PictureSettings",
    "Settings",
    "SpeakerSettings",
    "TranscribeSettings",
    "VerifySettings",
    "WhisperSettings",
    "known_keys",
    "load",
    "read_toml",
]


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the roster; `also_known_as` lists what the subtitles may call them.

    `enrol` shows their voice: a file beside the video ("jax.wav") or a range of the recording itself ("0:12-0:20").
    """

    __pydantic_config__ = STRICT
    name: str
    role: str = ""
    also_known_as: tuple[str, ...] = ()
    enrol: str = ""


@dataclass(frozen=True, slots=True)
class PartAt:
    """A part of the video as a person wants it: it begins at `start` (h:mm:ss), with this kind and title where they are given;
    `exists` false takes away the boundary found there."""

    __pydantic_config__ = STRICT
    start: str
    kind: Literal["", KnownKind] = ""
    title: str = ""
    exists: bool = True

    @property
    def start_ms(self) -> int:
        return parse_timecode(self.start)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one recording: what its sidecar says about the video, and one group per stage.

    `expected_duration` is h:mm:ss; `subtitles`, `turns` (another diarization, as RTTM) and `heard` (another recognizer, as JSON)
    are paths beside the video or absolute; `terms` are words and names to expect;
    `private` is explained in `pipeline.privacy`.
    """

    __pydantic_config__ = STRICT
    title: str = ""
    isbn: tuple[str, ...] = ()
    credits: str = ""
    language: str = "en"
    expected_duration: str = ""
    subtitles: str = ""
    heard: str = ""
    turns: str = ""
    audio_track: Annotated[int, Ge(0), Le(99)] = 0
    private: bool = True
    learning_objectives: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    vignettes: tuple[PartAt, ...] = ()
    transcribe: TranscribeSettings = field(default_factory=TranscribeSettings)
    align: AlignSettings = field(default_factory=AlignSettings)
    verify: VerifySettings = field(default_factory=VerifySettings)
    picture: PictureSettings = field(default_factory=PictureSettings)
    speakers: SpeakerSettings = field(default_factory=SpeakerSettings)
    captions: CaptionSettings = field(default_factory=CaptionSettings)

    @property
    def expected_duration_ms(self) -> int | None:
        """The running time the sidecar announces, None when it says nothing."""
        return parse_timecode(self.expected_duration) if self.expected_duration else None

    @property
    def names(self) -> tuple[str, ...]:
        """The recognizer's vocabulary hints: people, what they are called, terms; each once."""
        people = (name for p in self.people for name in (p.name, *p.also_known_as))
        return tuple(dict.fromkeys([*people, *self.terms]))


def load(project_file: Path | None, sidecar: Path | None, overrides: tuple[str, ...] = ()) -> Settings:
    """Settings for one recording from the files that exist, in rising order of precedence.

    `overrides` are `key=value` strings as given to `--set` ("captions.max_lines=1"). Each layer is checked by itself, so that a
    mistake is reported with the place where it stands. Raises SettingsError.
    """
    merged: dict[str, Any] = {}
    for where, table in _layers(project_file, sidecar, overrides):
        _validated(table, where)
        merged = _overlaid(merged, table)
    return _validated(merged, "the settings together")


def _layers(
    project_file: Path | None, sidecar: Path | None, overrides: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in (project_file, sidecar):
        if path is not None and path.is_file():
            yield str(path), read_toml(path)
    for override in overrides:
        yield "--set", _parse_override(override)


def read_toml(path: Path) -> dict[str, Any]:
    """The file's tables. Raises SettingsError with the place of a syntax error."""
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SettingsError(str(path), "", f"is not UTF-8 text (byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(str(path), "", f"is not valid TOML: {error}") from error
    except (ValueError, RecursionError):
        raise SettingsError(str(path), "", "holds a number too long or tables too deep to read") from None
    except OSError as error:
        raise SettingsError(str(path), "", f"cannot be read: {error.strerror}") from error


def _parse_override(text: str) -> dict[str, Any]:
    key, equals, value = text.partition("=")
    if not equals or not re.fullmatch(r"\s*\w+(\.\w+){0,7}\s*", key):
        raise SettingsError("--set", text, "is not of the form key=value, like captions.max_lines=1")
    try:
        parsed: Any = tomllib.loads(f"value = {value.strip()}")["value"]
    except (ValueError, RecursionError):
        parsed = value.strip()  # a bare word is a string: --set transcribe.recognizer=sphinx
    for name in reversed(key.strip().split(".")):
        parsed = {name: parsed}
    table: dict[str, Any] = parsed
    return table


def _overlaid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` put over `below`: tables are merged, everything else (lists too) is replaced."""
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        result[key] = (
            _overlaid(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
        )
    return result


def _validated(table: Mapping[str, Any], where: str) -> Settings:
    from pydantic import ValidationError

    try:
        # Through JSON, because there an array may become a tuple while strings still never become numbers.
        settings: Settings = _adapter().validate_json(json.dumps(table, default=str), strict=True)
    except ValidationError as error:
        # A key that is missing is often one that is misspelt: that says more.
        first = min(error.errors(), key=lambda found: found["type"] == "missing")
        raise _explained(first, table, where) from None
    _check_meaning(settings, where)
    return settings


@cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Settings)


def _check_meaning(settings: Settings, where: str) -> None:
    """What a type cannot say."""
    try:
        _ = settings.expected_duration_ms
    except ValueError as error:
        raise SettingsError(where, "expected_duration", f"is not a duration: {error}") from None
    starts: set[int] = set()
    for number, wish in enumerate(settings.vignettes):
        key = f"vignettes.{number}.start"
        try:
            start_ms = wish.start_ms
        except ValueError as error:
            raise SettingsError(where, key, f"is not a time: {error}") from None
        if start_ms in starts:
            raise SettingsError(where, key, f"is {wish.start}, where another part begins: give each its own")
        starts.add(start_ms)
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", settings.language):
        raise SettingsError(where, "language", f"must be a language tag like 'en', not '{settings.language}'")
    for number, person in enumerate(settings.people, 1):
        if meant := meant_role(person.role):
            raise SettingsError(where, f"people {number} ({person.name}).role", "is no known role", meant)
    shortest, longest = settings.captions.min_duration_ms, settings.captions.max_duration_ms
    if shortest is not None and longest is not None and shortest > longest:
        raise SettingsError(where, "captions.min_duration_ms", "is larger than captions.max_duration_ms")


def _explained(error: Mapping[str, Any], table: Mapping[str, Any], where: str) -> SettingsError:
    """pydantic's validation error as a SettingsError of one sentence."""
    key = _spoken(error["loc"], table)
    if error["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        return SettingsError(where, key, "is no setting", _nearest(error["loc"]))
    if error["type"] == "missing":
        return SettingsError(where, key, "is missing")
    message = error["msg"].removeprefix("Input should be ").removeprefix("a ")
    return SettingsError(where, key, f"must be {message}, not {error['input']!r}")


def _spoken(place: Sequence[str | int], table: Mapping[str, Any]) -> str:
    """The dotted key of a place; entries of a list are counted from 1 and named: "people 2 (Jax Beatty).role"."""
    words: list[str] = []
    value: Any = table
    for part in place:
        if isinstance(part, str):
            words.append(part)
            value = value.get(part) if isinstance(value, Mapping) else None
            continue
        value = value[part] if isinstance(value, Sequence) else None
        name = value.get("name") if isinstance(value, Mapping) else None
        words[-1] += f" {part + 1}" + (f" ({name})" if isinstance(name, str) else "")
    return ".".join(words)


def _nearest(place: Sequence[str | int]) -> str:
    """The known key most like this one: by its whole path first, then by its last part alone."""
    if any(isinstance(part, int) for part in place):  # in an entry of a list, and people alone have keys
        return next(iter(nearest(str(place[-1]), [f.name for f in fields(Person)])), "")
    key = ".".join(map(str, place))
    known = list(known_keys())
    if exact := key_called(key.rsplit(".", 1)[-1]):
        return exact
    leaves = {k.rsplit(".", 1)[-1]: k for k in reversed(known)}
    leaf = nearest(key.rsplit(".", 1)[-1], leaves, likeness=0.7)
    near = nearest(key, known) or [leaves[found] for found in leaf]
    return next(
        iter(near or nearest(key, [k for k in known if k.startswith(f"{place[0]}.")], likeness=0)), ""
    )


def key_called(leaf: str) -> str:
    """The dotted key whose last part is `leaf`, the first of several: "captions.profile" of "profile"; "" for none."""
    return next((key for key in known_keys() if key.rsplit(".", 1)[-1] == leaf), "")


def known_keys(group: Any = None, prefix: str = "") -> Iterator[str]:
    """Every dotted key that may be set."""
    for item in fields(group or Settings()):
        value = getattr(group or Settings(), item.name)
        key = prefix + item.name
        yield from known_keys(value, f"{key}.") if is_dataclass(value) else (key,)
