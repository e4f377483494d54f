"""The ffmpeg program, driven through ffmpeg-python: the system's, or else the imageio-ffmpeg wheel's."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from pipeline.errors import MediaError, OutputError, UsageError
from pipeline.files import why_unwritable
from pipeline.processes import IN_CHILD
from pipeline.progress import Progress, silent


def ffmpeg_binary() -> Path:
    """The ffmpeg to run; raises UsageError when there is neither one on the PATH nor the wheel's."""
    on_path = shutil.which("ffmpeg")
    if on_path:
        return Path(on_path)
    try:
        import imageio_ffmpeg

        return Path(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):  # RuntimeError: a wheel without a program, as on an unusual platform
        raise UsageError(
            "ffmpeg was not found, neither on the PATH nor in the package imageio-ffmpeg",
            "install ffmpeg, or run: pip install imageio-ffmpeg",
        ) from None


def file_url(path: Path) -> str:
    """The name under which libav opens exactly this file.

    Without the `file:` in front a leading dash is read as an option, and "concat:a" or "http:b" as a protocol.
    """
    return f"file:{path.absolute()}"


def run_ffmpeg(node: Any, path: Path, progress: Progress = silent, duration_ms: int = 0) -> None:
    """Run what an ffmpeg-python output `node` describes, overwriting its output.

    `path` is the recording that is worked on; the MediaError that is raised when ffmpeg fails names it, and an
    OutputError the folder where it may not write. With `duration_ms`,
    how long the output will be, `progress` is told how far it is; what that raises stops ffmpeg.
    """
    import ffmpeg

    # Without -nostdin ffmpeg reads the terminal, and a key pressed meanwhile would stop it.
    quiet = node.global_args("-nostdin", "-hide_banner", "-loglevel", "error")
    if duration_ms:
        quiet = quiet.global_args("-nostats", "-progress", "pipe:1")
    with tempfile.TemporaryFile() as errors:  # a pipe that nobody reads meanwhile would stop it when full
        try:
            command = ffmpeg.compile(quiet, cmd=str(ffmpeg_binary()), overwrite_output=True)
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
                preexec_fn=IN_CHILD,
            )  # fmt: skip
        except OSError as error:
            raise MediaError(
                path, f"ffmpeg could not be started: {error.strerror}", "run: vignette doctor"
            ) from None
        with process:
            try:
                for line in process.stdout or ():
                    name, _, value = line.strip().partition(b"=")
                    if duration_ms and name == b"out_time_us" and value.isdigit():
                        progress(min(1.0, int(value) / 1000 / duration_ms))
            except BaseException:
                process.kill()
                raise
        errors.seek(0)
        told = errors.read()
    if process.returncode:
        reason = _reason(told)
        raise _unwritable(reason, path) or MediaError(
            path, f"ffmpeg could not work on it: {reason}", "check that it plays, or copy it anew"
        )


# How an operating system calls what keeps a file from being written -> its number.
_UNWRITABLE = {
    os.strerror(n): n for n in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT)
}


def _unwritable(reason: str, recording: Path) -> OutputError | None:
    """The error for a reason that lies in the place of the output and not in the recording; None for any other."""
    name, _, why = reason.removeprefix("file:").rpartition(": ")
    number = _UNWRITABLE.get(why)
    if number is None or (name and Path(name) == recording.absolute()):
        return None
    where = Path(name).parent if Path(name).is_absolute() else Path("what ffmpeg makes of " + str(recording))
    return OutputError(where, *why_unwritable(OSError(number, why), "name another place"))


# What ffmpeg adds after the line that names the cause, in lower case.
_CONSEQUENCES = ("conversion failed", "error opening output file", "error opening input file", "exiting")


def _reason(stderr: bytes) -> str:
    """The last line that tells a cause, without ffmpeg's `[aac @ 0x55d0]` in front."""
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    causes = [line for line in lines if not line.lower().startswith(_CONSEQUENCES)]
    last = (causes or lines or ["it gave no reason"])[-1]
    while last.startswith("[") and "] " in last:
        last = last.split("] ", 1)[1]
    return last
