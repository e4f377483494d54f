"""The query language.

    lexer    text to tokens
    parser   tokens to a syntax tree, by recursive descent
    names    resolves names against the index
    sql      syntax tree to SQL
    ranking  where the hits of a plan come from, and in which order
    suggestions  which concepts the words of a query may mean
    guide    the language on a page

Errors carry the place in the query.
"""
