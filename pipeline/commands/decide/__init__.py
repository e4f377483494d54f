"""Decisions that people ask for, one act at a time; the command line and the review page call the same functions.

- `acts`: one function for each thing that can be decided
- `desk`: where an act is made, and how it is written down
- `targets`: which words, captions, parts, speakers and concepts are meant
- `times`: times as people write them
- `suggested`: readings of the second ear, taken over
- `needs`: what needs a person next
- `settling`: the commands that settle it
- `listing`: what was decided, and what became of it
- `taken_back`: undo and redo
- `request`: the options of the earlier `vignette decide`
"""
