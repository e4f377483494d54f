"""Human decisions as a journal, replayed stage by stage over every new run.

`model` says what can be decided, `journal` how it is written down, `anchors` how a decision finds its words again, `replay`
how decisions are put over what the stages found, `conflicts` what became of each, `making` how a decision is made from what
a person sees, `adopt` how a whole file that a person mended becomes decisions.
"""

from pipeline.edits.journal import Contents, append, journal_of, merge, read
from pipeline.edits.model import Decision, JournalError
from pipeline.edits.replay import Replay

__all__ = ["Contents", "Decision", "JournalError", "Replay", "append", "journal_of", "merge", "read"]
