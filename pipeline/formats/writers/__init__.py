"""Writers of what comes out: a transcript as captions, tracks, turns and text."""
