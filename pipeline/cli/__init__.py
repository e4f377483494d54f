"""The command line: parsing of arguments, printing of answers, exit statuses; what a command does is in `pipeline.commands`.

- `app`: the application, and how failures are reported
- `command`: how a plain function becomes a command, with examples and old spellings
- `session`: what one call knows of itself
- `options`: options and answers that commands share
- `usage`: wrong usage, in our words
- `console`: progress and outcome of a run on a terminal
- `run`, `status`, `align`, `check`, `fix`, `mux`, `search`, `concepts`, `models`, `doctor`, `forget`: the commands
- `edits`: one command for each thing that a person can decide
- `old`: commands as earlier versions called them

Modules of commands import what they do only when called, so that `--help` answers at once.
"""
