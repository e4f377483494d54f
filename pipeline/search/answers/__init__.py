"""Answers of a search, as people and programs read them.

    results       hits with context, evidence, citation and link
    rows          reads the shown hits back from the index
    sequences     temporal sequence matching: what followed what
    counts        frequencies and co-occurrence of concepts
    concordance   keyword in context (KWIC)
    render        text, Markdown and CSV
    links         media fragment links into recordings
    clips         cuts hits out of recordings

Only `clips` writes files.
"""
