"""The handover of outcomes between machines: a sealed file in the recording's own folder, gone once it is read.

An outcome quotes what was said, and such words are nobody's who does not see the folder. The seal is a key that one run alone
knows: what somebody else put there is never unpickled.
"""

from __future__ import annotations

import hashlib
import hmac
import pickle
from contextlib import suppress

from pipeline.files import write_atomic
from pipeline.run.outcome import Outcome
from pipeline.run.store import Store

HANDED_OVER = "outcome"


def hand_over(store: Store, outcome: Outcome, seal: bytes) -> None:
    """Leave an outcome for whoever gave the work out. Raises OutputError."""
    data = pickle.dumps(outcome)
    store.make()
    write_atomic(store.folder / HANDED_OVER, _sign(data, seal) + data)


def taken(store: Store, seal: bytes) -> Outcome | None:
    """The outcome that was left under this seal, taken away; None where there is none."""
    path = store.folder / HANDED_OVER
    with suppress(OSError):
        held = path.read_bytes()
        path.unlink()
        size = hashlib.sha256().digest_size
        if hmac.compare_digest(held[:size], _sign(held[size:], seal)):
            found = pickle.loads(held[size:])
            return found if isinstance(found, Outcome) else None
    return None


def _sign(data: bytes, seal: bytes) -> bytes:
    return hmac.new(seal, data, hashlib.sha256).digest()
