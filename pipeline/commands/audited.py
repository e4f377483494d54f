"""The audit of a recording's captions as they stand, with all decisions over them."""

from __future__ import annotations

from pipeline.audit import Report, audit
from pipeline.audit.captions import facts_of, of_document
from pipeline.audit.model import Document
from pipeline.audit.waivers import waive
from pipeline.commands.check import profile_named
from pipeline.commands.waive import waivers_for
from pipeline.formats.document import captions, writer
from pipeline.run.jobs import Job
from pipeline.transcript import Transcript


def audited(job: Job, shown: Transcript) -> tuple[Document, Report]:
    """The captions of a transcript, audited under the profile they were made for, what people waived marked."""
    path = job.out / f"{job.name}.json"
    read = captions.parse(writer.dumps(shown).encode("utf-8", "replace"), path)
    document = of_document(read)
    profiles = [profile_named(shown.profile, job.settings.captions)]
    return document, waive(audit(document, profiles, facts_of(read)), waivers_for(path, job.media))
