"""The query language: from text to tokens, to a tree, to SQL."""
