"""`python -m pipeline` is the same as `vignette`."""

from pipeline.cli.app import main

if __name__ == "__main__":
    main()
