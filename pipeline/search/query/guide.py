"""The query language on a page, as `vignette search --help` shows it."""

from __future__ import annotations

GUIDE = """\
craving drinking           both words, in any form (drinking also finds drink, drinks)
"right here"               these words exactly; "feeling" that form alone
shame OR guilt             either; AND is understood, and binds tighter than OR
-work, NOT work            without
relaps*                    words that begin so
alone NEAR/5 night         at most 5 words apart (10 without a number)
(shame OR guilt) -work     brackets group
concept:trigger            a concept; a broader one includes those under it; "shame" finds shame-guilt
concept:trigger>0.6        only tags at least so sure
like:"I can stop any time" what says something like it, best first; like:talk#u12 like that utterance
speaker:ruth role:client   who says it; speaker:"Ruth Calder"
vignette:2 kind:closing    where: a vignette by number, id or words of its title;
                           kind: introduction, vignette, commentary, closing
video:demo draft:no        by name or title; only what is no draft
after:00:10:00 before:90s  when
memo:"turning point"        quotes that people kept, by their memo; collection:endings by their collection
negated:yes asked:no       how the concept beside it is spoken of; also quoted:, hypothetical:, about:
A -> B within 60s          B follows A within that time; also within 3 utterances, within vignette;
                           by:other said by somebody else, by:same by the same; more arrows may follow
"""
