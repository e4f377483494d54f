"""Adoption of a mended caption file: `vignette edits adopt` turns what a person changed in it into decisions.

- `adopt`: the whole of it, and what it comes to
- `shown_file`: a mended file parsed into what it shows
- `plausibility`: whether the file can be a mend of our captions at all
- `tool_save`: what an editor does to a file that it merely saves, taken back: `rounding` of times, `typography`
- `diff`: the words of two files compared
- `word_changes`: differences in words as decisions
- `styles`: words that look otherwise, as decisions
- `rewrite`: captions replaced whole, where words were moved past others
- `trial`: decisions tried before they are written
- `baseline`: a caption file as a transcript, to try decisions on

All of it works on values; only `adopt.adopt` writes.
"""
