"""The query language.

    lexer    text to tokens
    parser   tokens to a syntax tree, by recursive descent
    names    resolves names against the index
    sql      syntax tree to SQL

Errors carry the place in the query.
"""
