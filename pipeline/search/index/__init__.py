"""The search index on disk.

    schema       its tables, and how the file is opened
    build        incremental indexing in one transaction
    write        writes documents as rows
    vocabulary   written forms beside stems
    timeline     times and speakers as arrays

One index belongs to one folder of documents.
"""
