"""Address: whether words are said to a viewer about others, or to somebody in the room.

In talk every fifth word is "I", "you", or a sound of listening; who speaks to a viewer about a scene says "he" and "they", in
whole sentences. Each word counts with its log-odds, as in naive Bayes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from pipeline.transcript.parts import Said

_TALK = frozenset(
    """you your yours you're you've you'll you'd i i'm i've i'll i'd my me mine yeah yes no um uh uhm er okay ok oh well mm hmm hm
    huh right alright so like mm-hmm uh-huh""".split()  # noqa: SIM905
)
_OTHERS = frozenset(
    """he she they him her them his hers their theirs himself herself themselves he's she's they're
    he'd she'd they'd""".split()  # noqa: SIM905
)
# The shares of such words in talk, and where somebody speaks to the viewer: medians over films for tuning, made milder.
_SHARE_IN_TALK = {"talk": 0.20, "others": 0.015}
_SHARE_IN_ADDRESS = {"talk": 0.07, "others": 0.04}


def _log_odds() -> dict[str, float]:
    """The logarithm of how much likelier a word of each sort is where somebody speaks to the viewer."""
    rest = [1 - sum(shares.values()) for shares in (_SHARE_IN_ADDRESS, _SHARE_IN_TALK)]
    odds = {name: _SHARE_IN_ADDRESS[name] / share for name, share in _SHARE_IN_TALK.items()}
    return {name: math.log(value) for name, value in {**odds, "rest": rest[0] / rest[1]}.items()}


_LOG_ODDS = _log_odds()


def spoken_to_viewer(said: Sequence[Said]) -> list[float]:
    """For each utterance the log-odds that it is said to the viewer by its words; they add up over utterances."""
    return [sum(map(_of_word, one.words)) for one in said]


def _of_word(word: str) -> float:
    return _LOG_ODDS["talk" if word in _TALK else "others" if word in _OTHERS else "rest"]
