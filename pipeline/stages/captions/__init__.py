"""Caption segmentation and spotting: tokens, speakers, shots and a profile's limits in, cues with lines and times out.

    recue         `choose`: whether the editor's cues stay, or all are divided anew
    build         `run`, the stage: the modules below in their order
    visible       the tokens that captions show
    features      what is known about every place where a cue or a line could end
    editors_cues  which of the editor's cues stay as they are
    segmentation  the cheapest division of the rest into cues and lines
    spotting      in- and out-times of the cues
    out_times     until when a cue stays on screen
    in_times      small moves of in-times where people talk densely
    placement     captions at the top where text stands at the bottom

"Spotting" is the trade's word for setting the times at which captions appear and go.
"""

from pipeline.stages.captions.build import run
from pipeline.stages.captions.recue import Choice, choose

__all__ = ["Choice", "choose", "run"]
