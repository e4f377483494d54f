"""The commands without a terminal: values in, values and files out; `pipeline.cli` wraps each for the command line.

- `align`: new times in a file's own cues
- `check`: an audit of caption files
- `fix`: mends of audit findings, as a diff and as a file
- `waive`, `waive_many`: audit findings that people accept
- `recording`: the recording as evidence for an audit
- `decide`: acts: decisions asked for one act at a time, undone and redone as one
- `adopt`: decisions from a whole mended file
- `mux`: a copy of the recording with chapters and captions
- `sheet`: the parts of the recording on one HTML page
- `search`: the index, its queries and exports
- `status`: what is stale and why, and what the next run would change
- `here`: what is in this folder and what to do next, in three lines
- `author`: who decides, as remembered on this machine
- `named_recording`: recordings as people name them
- `doctor`: what is installed, found and missing
- `forget`: removal of what was derived from a recording
- `guarded_file`: the protection of files that a command would overwrite

The command `run` is a package of its own, `pipeline.run`.
"""
