"""Human decisions as a journal, replayed stage by stage over every new run.

    model             the kinds of decisions, and the check of a journal's line
    journal           the append-only file of decisions (JSON Lines)
    history           acts: the decisions of one command, undone and redone as one
    anchors           text anchoring: finds a decision's words again by text, context and time
    maker             makes decisions from what a person sees
    replay            applies a journal to the results of the stages, stage by stage
    text_replay       the same for words, one decision after the other
    authorship        who wrote each word last, and who had not seen that
    already_so        takes back what the machine shows already of decisions, and puts it back at its turn
    live_text         the editable list of words
    token_diff        what two rows of words have in common, and where they differ
    index_map         maps ranges of the machine's words to ranges of the corrected words
    placement         tracks where a decision's words, breaks and labels stand
    cues              applies decisions to captions
    speaker_replay    applies decisions about speakers, one after the other
    speakers          changes who says what, and what people are called
    part_replay       applies decisions to the parts of the video, one after the other
    parts             the editable list of parts
    tags              applies decisions to concept tags
    review            whether all is as a reviewer saw it, else what has changed since, and by whom
    quote             words that are worth keeping, with a memo
    watched           digests of what a reviewer sees
    seen_changes      the differences between two of these, counted as a person would
    ledger            the status of every decision: kept, superseded, in conflict

The journal is the source of truth: a stage's result is never edited in place.
"""

from pipeline.edits.journal import SUFFIX, Contents, append, journal_of, merge, read
from pipeline.edits.model import Decision
from pipeline.edits.replay import Replay
from pipeline.errors import JournalError

__all__ = [
    "SUFFIX",
    "Contents",
    "Decision",
    "JournalError",
    "Replay",
    "append",
    "journal_of",
    "merge",
    "read",
]
