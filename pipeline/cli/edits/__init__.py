"""`vignette edits`: one command for each thing that a person can decide about a recording.

- `group`: the group, and the decorator of its acts
- `looking`: list, conflicts, next
- `many`: take, adopt, merge, waive: many decisions at once
- `words`: text, time, speaker, concept, style
- `captions`: cue, split, join, delete, add
- `video`: person, part, review
- `history`: undo, redo
"""

from pipeline.cli.edits import captions, history, looking, many, video, words

__all__ = ["captions", "history", "looking", "many", "video", "words"]
