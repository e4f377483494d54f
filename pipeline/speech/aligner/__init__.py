"""Forced alignment: find when each word of a known text is said, by an acoustic model and a Viterbi search.

`features` makes mel cepstra of the sound, `vtln` fits them to each voice; `acoustic_model` reads the Gaussian mixtures,
`scoring` evaluates them; `lattice` lays the text out as a network of states; `viterbi` searches it, `beam` says how widely,
`backtrace` reads the best path; `onsets` refines where a word starts after silence; `threads` shares the work; `listen` is
what other packages call.
"""
