"""Measurements of Vignette, and the material they need."""
