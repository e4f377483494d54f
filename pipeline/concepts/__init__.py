"""Dictionary-based content coding: the clinical lexicon, read, compiled and matched against spontaneous speech.

    source       the lexicon's TOML with the place of every entry
    lexicon      the concepts, their patterns and sets, read and checked
    codebook     which concept belongs under which broader one
    notation     parser of the pattern notation: text -> syntax tree; mistakes carry their column
    patterns     the syntax trees, and what is known of one without matching
    inflections  a word -> its inflected forms
    normalize    speech text normalization: talk -> the words to match, each with its place in the text
    matching     trees -> spaCy matchers; talk -> matches
    direct       variants matched word by word, without spaCy
    assertion    assertion status: negated, asked, hypothetical, quoted, and about whom
    coder        one turn of talk -> its concepts with their evidence
    confidence   how sure a finding is: a fitted logistic regression
    agreement    Cohen's kappa of two readers
    self_test    the lexicon's examples and counterexamples as its regression test
    scoring      precision, recall and F1 against people's labels
    summary      counts of a recording's concepts, and sparklines over time

The stage that tags a transcript is `pipeline.stages.concepts`.
"""
