"""Answers of a search, as people and programs read them.

    results       hits with context, evidence, citation and link
    rows          reads the shown hits back from the index
    passages      ranked passage retrieval: the utterances that hold the most telling words
    loose         the best answers where nothing fulfils all of a query, and what is like a sentence
    sequences     temporal sequence matching: what followed what
    counts        frequencies and co-occurrence of concepts
    concordance   keyword in context (KWIC)
    render        text, Markdown and CSV
    links         media fragment links into recordings
    clips         cuts hits out of recordings

Only `clips` writes files.
"""
