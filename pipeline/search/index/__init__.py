"""The index on disk: its schema, how it is built and kept up to date."""
