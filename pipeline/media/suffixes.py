"""How the names of recordings end."""

from __future__ import annotations

# What is taken for a recording when a folder is searched; a file that is named outright may end in anything.
_PICTURES = (
    ".mp4",
    ".m4v",
    ".mov",
    ".mkv",
    ".webm",
    ".avi",
    ".ts",
    ".m2ts",
    ".mts",
    ".mpg",
    ".mpeg",
    ".wmv",
    ".flv",
    ".ogv",
    ".3gp",
)
_SOUNDS = (".mp3", ".m4a", ".aac", ".wav", ".flac", ".ogg", ".opus", ".oga", ".wma", ".aiff", ".aif", ".mka")
SUFFIXES = frozenset((*_PICTURES, *_SOUNDS))
