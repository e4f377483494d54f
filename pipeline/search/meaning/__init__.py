"""Meaning: sentence embeddings of what was said, for those who fetched the encoder; everything else works without it.

    encoder   the network and its tokenizer: texts to vectors
    vectors   a file of vectors for each transcript, beside the index
    fetch     brings the encoder out of packages of the package index, as data

What is found by meaning alone is said to be; nothing is tagged by it, and no exact search is answered by it.
"""
