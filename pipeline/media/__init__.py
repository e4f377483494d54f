"""Recordings: their facts, their tracks, their sound on the clock a browser plays them by."""
