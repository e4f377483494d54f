"""The waveform's peaks, made once for a recording and kept among its artefacts under the digest of what they were made of."""

from __future__ import annotations

import json
import threading

from pipeline.files import replacing
from pipeline.media import digest, facts
from pipeline.media.peaks import PEAKS_PER_S, peaks
from pipeline.run.jobs import Job
from pipeline.run.store import MEDIA_DIGEST, Store

_FILE = "peaks.bin"
# Raised where the bytes mean something else.
_VERSION = 1
_lock = threading.Lock()


def waveform(job: Job) -> bytes:
    """Peaks as the page draws them: pairs of signed bytes, the lowest and the highest of every hundredth of a second.

    The first call for a recording decodes its sound, which takes some seconds for a long film. Raises MediaError, OutputError.
    """
    store = Store.of(job.out, job.name)
    path = store.folder / _FILE
    with _lock:  # one at a time: decoding takes a processor and a film's worth of memory
        made_of = _made_of(job, store)
        try:
            head, _, data = path.read_bytes().partition(b"\n")
            if json.loads(head) == made_of and len(data) % 2 == 0:
                return data
        except (OSError, ValueError):
            pass
        track, language = job.settings.audio_track, job.settings.language
        data = peaks(facts.decode_audio(job.media, track=track, language=language).samples).tobytes()
        store.make()
        with replacing(path) as part:
            part.write_bytes(json.dumps(made_of).encode() + b"\n" + data)
        return data


def _made_of(job: Job, store: Store) -> dict[str, object]:
    return {
        "version": _VERSION, "per_second": PEAKS_PER_S, "recording": digest.digest(job.media, store.folder / MEDIA_DIGEST),
        "track": job.settings.audio_track, "language": job.settings.language,
    }  # fmt: skip
