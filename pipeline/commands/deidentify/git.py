"""Keep a file out of version control: its path among those that this clone alone ignores (`.git/info/exclude`)."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path


def keep_out(path: Path) -> bool:
    """Have the repository that a file lies in ignore it; whether anything was written. What cannot be written stays as it is."""
    real = path.resolve()
    root = next((folder for folder in real.parents if (folder / ".git").exists()), None)
    with suppress(OSError, UnicodeDecodeError):
        exclude = root and _exclude_of(root)
        if root and exclude:
            line = re.sub(r"([\\*?\[\] !#])", r"\\\1", f"/{real.relative_to(root).as_posix()}")
            held = exclude.read_text("utf-8") if exclude.is_file() else ""
            if line not in held.splitlines():
                exclude.parent.mkdir(exist_ok=True)
                exclude.write_text(
                    f"{held}{'' if not held or held.endswith(chr(10)) else chr(10)}{line}\n", "utf-8"
                )
                return True
    return False


def _exclude_of(root: Path) -> Path | None:
    """The list of a clone, which its other working trees share."""
    place = root / ".git"
    if place.is_file():
        told = place.read_text("utf-8").removeprefix("gitdir:").strip()
        place = (root / told).resolve()
        common = place / "commondir"
        place = (place / common.read_text("utf-8").strip()).resolve() if common.is_file() else place
    return place / "info" / "exclude" if place.is_dir() else None
