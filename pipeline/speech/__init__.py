"""Speech processing: where somebody speaks, which words, when each is said, and whose voice it is.

`vad` detects voice activity, `asr` recognizes words, `aligner` times known ones, `voices` tells speakers apart; `weights` finds
the files of models, `download` fetches them.
"""
