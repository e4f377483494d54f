"""Speech: where somebody speaks, which words, when each is said, and whose voice it is."""
