"""English: where it may be divided, how it is said, how it is pronounced."""
