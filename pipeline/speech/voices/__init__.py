"""What a voice is to a machine: sound -> features -> one vector per window -> groups of windows that one person said.

Nothing here knows about words or names; `pipeline.stages.speakers` puts voices, words and evidence together.
"""
