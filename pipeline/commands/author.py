"""The author of decisions, as remembered on this machine: a line in the user's configuration folder (XDG)."""

from __future__ import annotations

import os
from pathlib import Path

from pipeline.errors import OutputError, UsageError
from pipeline.files import read_regular, write_atomic

# A journal takes names of at most so many characters.
MAX_NAME_CHARS = 200
_FOLDER, _FILE = "vignette", "name"


def config_folder() -> Path:
    """The folder of this user's configuration: `$XDG_CONFIG_HOME/vignette`, else `~/.config/vignette`.

    A relative path in the variable is ignored, as the XDG Base Directory specification asks.
    """
    wanted = Path(os.environ.get("XDG_CONFIG_HOME") or "")
    return (wanted if wanted.is_absolute() else Path("~/.config").expanduser()) / _FOLDER


def remembered() -> str | None:
    """The name remembered on this machine, None without one. Raises UsageError for a file that holds no name."""
    path = config_folder() / _FILE
    try:
        return checked(read_regular(path).decode("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, UsageError):
        raise UsageError(f"{path} holds no name", "remove it, or say who decides with --by NAME") from None


def remember(name: str) -> Path:
    """Remember a name on this machine, and return where. Raises OutputError."""
    path = config_folder() / _FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            path, f"cannot be written: {error.strerror}", "say who decides with --by NAME"
        ) from error
    write_atomic(path, f"{name}\n", "say who decides with --by NAME")
    return path


def checked(name: str) -> str:
    """The name in one line without outer spaces. Raises UsageError for none, or what is no name."""
    plain = " ".join(name.split())
    if not plain or not plain.isprintable() or len(plain) > MAX_NAME_CHARS:
        raise UsageError("--by needs a name", f"one line of at most {MAX_NAME_CHARS} characters")
    return plain
