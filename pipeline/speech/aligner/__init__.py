"""The forced aligner: known words put to sound by an acoustic model and a Viterbi search."""
