"""Groups of commands that `pipeline.cli` adds to itself; they say what they have to say through it."""
