"""Scorers: how far what came out is from the truth, as the field counts it."""
