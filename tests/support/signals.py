"""Processes that tests start get every signal as a process started from a shell does.

Whoever runs the tests under `nohup` or in the background ignores SIGINT or SIGHUP, and a process inherits what is ignored.
It does not inherit what is handled: so where the tests' own process ignores a signal, it handles it, by doing nothing.
"""

import signal
import threading
from types import FrameType


def pass_on_nothing() -> None:
    """From now on no child ignores a signal because we do; we go on ignoring it."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, _do_nothing)


def _do_nothing(number: int, frame: FrameType | None) -> None:
    """As ignored as before."""
