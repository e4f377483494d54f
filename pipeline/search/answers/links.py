"""Media fragment links: into the recording at the time of a hit, or else into its transcript."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.formats.document.reader import find
from pipeline.search.answers.clips import recording_of
from pipeline.search.answers.results import Moment, Results


def linked(results: Results, folder: Path, media: Path) -> Results:
    """The results with a link for every moment: into its recording in `media`, or else into its transcript in `folder`.

    A recording is linked as `file:///.../talk.mp4#t=61.250`, seconds as W3C media fragments have them, a transcript as
    `file:///.../talk.json#u12`, which names the utterance.
    """
    videos = {m.video for hit in results.hits for m in hit.moments}
    recordings = {video: recording_of(video, media) for video in videos}
    transcripts: dict[str, Path] = {}
    if None in recordings.values():
        transcripts = {path.stem: path for path in reversed(find(folder))}

    def link(moment: Moment) -> str:
        if recording := recordings[moment.video]:
            return f"{_uri(recording)}#t={moment.start_ms // 1000}.{moment.start_ms % 1000:03}"
        transcript = transcripts.get(moment.video)
        return f"{_uri(transcript)}#{moment.utterance}" if transcript else ""

    hits = tuple(
        replace(hit, moments=tuple(replace(m, link=link(m)) for m in hit.moments)) for hit in results.hits
    )
    return replace(results, hits=hits)


def _uri(path: Path) -> str:
    return path.absolute().as_uri()
