"""Answers: hits, counts, concordances, sequences, as people and programs read them."""
