"""Caption audit: captions, whoever made them, judged against the standards, clause by clause.

- `engine`: puts the rules to a document: `audit(document, profiles, facts) -> Report`
- `model`: documents of cues, facts about the recording, findings, reports
- `grading`: severities and topics; `time_map`: how the whole file lies to the sound
- `captions`: a caption file, or our public JSON, as a document and facts
- `syntax`: the bytes of a file against the rules of its format
- `rules`: the table of rules, whose functions stand in the next seven modules
- `meaning`: rules about what is said: negations, numbers, names, words that are none
- `layout`, `pace`, `wording`: rules that need the captions alone
- `against_sound`, `synchrony`, `attribution`: rules that need the speech: complete, on time, by the right speaker
- `matching`: which word of the captions is which word of the transcript
- `fixes`: what a program can mend, tried and kept where it makes nothing worse
- `waivers`: findings that a person has accepted
- `report`, `html`: reports as text, JSON, CSV and HTML

Nothing here knows how captions are built: what the builder makes is judged like anybody's. And nothing here
ever says that captions "comply": a program finds what is wrong, a person must say that the rest is right.
"""

from pipeline.audit.engine import audit
from pipeline.audit.model import Document, Facts, Finding, Report, Severity

__all__ = ["Document", "Facts", "Finding", "Report", "Severity", "audit"]
