"""Forced alignment: find when each word of a known text is said, by an acoustic model and a Viterbi search.

    features        mel cepstra of the sound, with noise suppression
    vtln            vocal tract length normalisation: the features fitted to each voice
    acoustic_model  the Gaussian mixtures of PocketSphinx's English model
    scoring         their log likelihoods, computed ahead of the search by threads
    pronounced      the written words with their pronunciations, as the search takes them
    lattice         the text as a network of states
    viterbi         the search for the likeliest path through the lattice
    beam            how widely it searches
    backtrace       the path read from its backpointers
    onsets          where a word after silence starts
    threads         thread pools
    listen          the aligner of one recording

Other packages call `listen`, `pronounced` for given text, and `lattice` for the words it takes.
"""
