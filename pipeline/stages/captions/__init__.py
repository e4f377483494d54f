"""captions(tokens, turns, shots, profile) -> cues: divide what was said into captions worth publishing.

`run` is the whole surface. Inside: `script` lays out what is known about every place where a cue or a line
could end, `division` finds the cheapest division of all, `keeping` decides which of the editor's cues stay,
`times` gives every cue its span: `sweep` says until when it stays, `moving` settles where people talk densely.
"""

from pipeline.stages.captions.build import run

__all__ = ["run"]
