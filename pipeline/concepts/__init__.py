"""How the clinical lexicon is read, compiled and matched against talk as people really talk.

    talk       messy talk -> the words to match, each with its place in the text
    phrases    the trees that patterns are, and what is known of one without matching
    notation   a pattern as a clinician writes it -> a small tree; mistakes carry their column
    forms      a word -> its inflected forms
    matching   trees -> spaCy matchers; talk -> matches
    polarity   a match -> negated, asked, hypothetical, quoted, and about whom

The lexicon itself is read in `pipeline.lexicon`; the stage that tags a transcript is
`pipeline.stages.concepts`.
"""
