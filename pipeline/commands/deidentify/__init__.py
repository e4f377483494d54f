"""De-identified twins: outputs in which pseudonyms stand for people's names, places and given terms, times kept.

- `deidentify`: what the command does: propose names, write twins when a person has agreed
- `found`: the names of a recording, by what people gave; `patterns`, `reasons`: by where and how a word stands
- `ordinary`: the words that are no names, and the names that are words
- `key`: the file that says who is who; `pseudonyms`: how they are drawn
- `letters`, `reading`: a text as names are looked for in it
- `table`, `replaced`, `sounds`: what stands for what, in every form that a name is written in, or misheard
- `twin`: a transcript with pseudonyms; `values`: every text in a value
- `formats`, `mute`: the files that come of it; `git`: the key stays out of version control
"""
