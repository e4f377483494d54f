"""How the clinical lexicon is read, compiled and matched against talk as people really talk.

    source       the lexicon's TOML with the place of every entry
    lexicon      the concepts, their patterns and sets, read and checked
    codebook     which concept belongs under which broader one
    notation     a pattern as a clinician writes it -> a small tree; mistakes carry their column
    patterns     the trees that patterns are, and what is known of one without matching
    inflections  a word -> its inflected forms
    normalize    messy talk -> the words to match, each with its place in the text
    matching     trees -> spaCy matchers; talk -> matches
    direct       variants matched word by word, without spaCy
    assertion    a match -> negated, asked, hypothetical, quoted, and about whom
    coder        one turn of talk -> its concepts with their evidence
    self_test    the lexicon tried on its own sentences
    scoring      tags against people's labels
    summary      where a recording's concepts are

The stage that tags a transcript is `pipeline.stages.concepts`.
"""
