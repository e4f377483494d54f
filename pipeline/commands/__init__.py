"""The commands without a terminal: values in, values and files out; `pipeline.cli` wraps each for the command line.

- `align`: new times in a file's own cues
- `check`: an audit of caption files
- `fix`: mends of audit findings, as a diff and as a file
- `waive`: audit findings that people accept
- `recording`: the recording as evidence for an audit
- `decide`: decisions asked for one at a time
- `adopt`: decisions from a whole mended file
- `mux`: a copy of the recording with chapters and captions
- `sheet`: the parts of the recording on one HTML page
- `search`: the index, its queries and exports
- `doctor`: what is installed, found and missing
- `forget`: removal of what was derived from a recording
- `guarded_file`: the protection of files that a command would overwrite

The command `run` is a package of its own, `pipeline.run`.
"""
