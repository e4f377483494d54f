"""The command line: parsing of arguments, printing of answers, exit statuses; what a command does is in `pipeline.commands`.

- `app`: the application, and how failures are reported
- `options`: options and answers that commands share
- `usage`: wrong usage, in our words
- `console`: progress and outcome of a run on a terminal
- `run`, `align`, `check`, `fix`, `edits`, `mux`, `search`, `concepts`, `models`, `doctor`, `forget`: the commands

Modules of commands import what they do only when called, so that `--help` answers at once.
"""
