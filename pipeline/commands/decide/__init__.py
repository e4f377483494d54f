"""`vignette decide`: from what a person asks for to decisions in the journal."""
