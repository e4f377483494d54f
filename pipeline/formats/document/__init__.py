"""The public JSON document: its writer, its reader, its schema."""
