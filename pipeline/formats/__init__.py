"""What Vignette reads from people and writes for them: captions, transcripts, and the files they are kept
in."""
