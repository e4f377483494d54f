"""audit(document, profiles, facts) -> report: captions, whoever made them, against the standards, clause by
clause.

Nothing here knows how captions are built: what the builder makes is judged like anybody's. And nothing here
ever says that captions "comply": a program finds what is wrong, a person must say that the rest is right.
"""

from pipeline.audit.engine import audit
from pipeline.audit.model import Document, Facts, Finding, Report, Severity

__all__ = ["Document", "Facts", "Finding", "Report", "Severity", "audit"]
