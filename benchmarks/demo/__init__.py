"""The demo and the benchmark's material: a screenplay, spoken by synthesizers, filmed with drawn people."""
