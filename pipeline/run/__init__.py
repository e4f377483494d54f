"""The pipeline's run: stages folded over recordings, incrementally: what is up to date is taken, what is not is done.

- `jobs`: which recordings a command means, with their sidecars and subtitles
- `graph`: the stages' inputs and the order in which they feed each other
- `fold`: one stage done, or its artefact taken
- `store`: the artefacts on disk, keyed by what each stage read
- `batch`: several recordings, one after the other or several at once, whatever becomes of each
- `workers`: the processes for several at once; `capacity`: how many the machine holds
- `cluster`: many machines, as this one sees them; `cluster_driver`: as Ray does; `handover`: outcomes from one to the other
- `selection`: those alone that failed, are stale or were changed; `failures`: which failed last
- `outcome`: what became of a recording and its stages
- `outputs`: the files written, and the protection of those that a person mended
- `report`: the closing sentences about quality and open questions
- `preview`: a transcript recomposed from its artefacts
- `enrolment`: sample clips of people's voices

None of these knows of a terminal.
"""
