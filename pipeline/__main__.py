"""`python -m pipeline` is the same as `vignette`."""

import sys


def main() -> None:
    """Run the command line; Ctrl-C while it is still being loaded ends it in a sentence too."""
    try:
        from pipeline.cli.app import main as run
    except KeyboardInterrupt:
        sys.stderr.write("vignette: stopped before anything was done\n")
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
