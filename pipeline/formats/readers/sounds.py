"""Non-speech text by its vocabulary: bracketed sounds, roles and credits, for English, by rules that are kept simple."""

from __future__ import annotations

import re


def vocabulary(text: str) -> frozenset[str]:
    """The words of a text, as a set to look words up in."""
    return frozenset(text.split())


# Stems of words that captions use for sounds, as regular expressions; each may carry one of the endings.
_STEMS = vocabulary(
    "applau[sd] audience background bark bang beep belch bell bird bleep boom breath burp buzz chatter cheer chew "
    "chime chirp chok chuckl clack clang clank clapp? clatter clears? clearing click clink cough crackl crash creak "
    "crickets crosstalk cross-talk crowd crunch cry cries crying ding door doorbell echo engine exhal explosion "
    "fad(?:e|es|ing) fanfare fizz footfall footstep fumbl gagg? gasp giggl groan growl grumbl grunt guffaw gulp "
    "gunfire gunshot gurgl hiccough hiccup hiss honk hoot horn howl hum hums humming hyperventilat inaudib inhal "
    "indistinct jangl jingl keyboard knock laugh loud meow microphone moan mumbl munch murmur mutter music noise nois "
    "overlapping pant paus phone popping purr rain rattl retch ring rings ringing ringtone roar rumbl rustl scoff "
    "scrap scratch scream screech shatter shout shred shriek shudder shuffl shush sigh silen sing sings singing siren "
    "sizzl slam slap slapp slurp smack smooch snapp? sneer sneez snicker sniff sniffl snif snigger snor snort sobb? "
    "soft sound speak speech splash splutter squawk squeak squeal stammer static step stifl stomp stutter swallow "
    "tap taps tapping tear[sy] tearful theme throat thud thump thunder tick ticking titter traffic typewriter typing "
    "unclear vehicle vibrat wail weep wheez whimper whinn whir whirr whisper whistl whoop whoosh wind yawn yell yelp"
)
_ENDINGS = "s|es|e|ed|er|ers|ing|ingly|ter|y|ly|ible|able|ance|ence|t|ce|cing|ation"
_SOUND = re.compile(rf"\b(?:{'|'.join(sorted(_STEMS))})(?:{_ENDINGS})?\b", re.IGNORECASE)
# Sounds whose words mean something else in a sentence ("he beat me"), so that they must be all that the bracket holds.
_SOUND_PHRASE = re.compile(
    r"""(?:a\ |the\ )?(?:(?:long|short|brief|slight)\ )?beats?
      | (?:(?:her|his|their|my|\w+['’]s)\ )?voices?\ (?:break|crack|trembl|quaver|quiver|shak|falter|trail|waver)\w*(?:\ off)?
      | (?:the\ )?(?:audio|sound|video|recording|tape|line|call|connection|signal)[ ]
        (?:cut|drop|break|freez|go|stop|skip|fail|lag|glitch|distort|end|start|resum)\w*(?:\ (?:out|off|up|dead|again))?
      | (?:audio|technical|video)\ (?:difficult(?:y|ies)|problems?|glitch(?:es)?|distortion|dropouts?)
      | no\ (?:audio|sound|audible\ (?:response|reply|answer))
      | (?:long|short|brief|awkward)\ silence""",
    re.IGNORECASE | re.VERBOSE,
)

# Marks for speech that could not be understood. The first words mean nothing else in brackets; the others do so alone or
# with such words beside them as say what was lost and where.
_NOT_UNDERSTOOD = vocabulary(
    "inaudible inaudibly unintelligible unintelligibly indecipherable undecipherable incomprehensible untranscribable "
    "unverständlich unverst unv inintelligible incompréhensible ininteligible inaudível inaudibile incomprensibile"
)
_UNCLEAR = vocabulary(
    "crosstalk overlap overlapping overtalk simultaneous indiscernible indistinct indistinctly unclear garbled phonetic ph sp"
)
_WHAT_WAS_LOST = vocabulary(
    "a an the one two three few some several is are it and or in of at from to for about approx approximately ca "
    "speech talk talking speaking speaks speaker speakers multiple both all audio recording sound word words phrase "
    "sentence name response reply answer remark remarks comment question section passage portion part segment time "
    "timestamp minute minutes min second seconds sec secs s here very mostly partly partially spelling"
)
_CROSS_TALK = re.compile(
    r"(?:cross|over)[ -]?talk(?:ing|s)?|(?:talk|speak)(?:ing|s)? (?:over|at) (?:each other|one another|(?:the same|one) time)",
    re.IGNORECASE,
)
_SAID_TO_BE_LOST = re.compile(
    r"(?:can(?:no|['’])t|could(?:n['’]t| not)|unable to|hard to|difficult to) (?:hear|understand|make (?:it )?out|discern)\b.*"
    r"|not (?:clear|audible|understood|intelligible)"
    r"|(?:words?|speech|name|talk) (?:is |are )?(?:missing|lost|not (?:clear|audible))",
    re.IGNORECASE,
)
_TIME_OR_NUMBER = re.compile(r"[@~#(]?\d[\d:.,;]*[)]?(?:s|sec|min|m)?|[-–—,;:@&+/]+")
# "[Thursday?]", "[? Thursday]", "[Dr. Hale ?]": a guess at what was said.
_GUESS = re.compile(r"\?{1,2}\s*\w[^?]*|\w[^?]*?\s*(?:\?{1,2}|\(\?\))|\?\s*\w[^?]*\?", re.DOTALL)
_MAX_GUESS_WORDS = 3
# In round brackets a question of one word is somebody's aside more often than a guess.
_ASKED_ASIDE = vocabulary(
    "right okay ok yes yeah no really what why who when where how which huh eh true sure seriously honestly maybe "
    "perhaps hello see understand remember you me her him them us"
)
# Standing alone: CHAT's code for an unintelligible word, a blank line where a word should be, question marks.
_LOOSE_MARK = re.compile(r"(?:x{3,}|X{3,}|_{3,}|\?{3,})[.,;:!?…]*|\W{0,2}_{3,}\W{0,2}")

# What people are called by their part in a recording of a group, a lesson or an interview.
_ROLES = vocabulary(
    "all announcer boy child client clients clinician commentary commentator cotherapist co-therapist "
    "counsellor counselor doctor everyone facilitator female girl group host interviewer interviewee "
    "leader male man member men moderator narration narrator nurse operator participant patient person "
    "presenter psychologist speaker student supervisor teacher therapist trainer voice voiceover woman "
    "women"
)
_MAX_CREDIT_CHARS = 200  # a longer line is talk about credits
_CREDIT = re.compile(
    r"""^\W*(?:
      (?:(?:closed[\s-])?caption(?:s|ed|ing)?|subtitle[sd]?|subtitling|transcri(?:pt|bed|ption)|translat(?:ed|ion)|
         subs?|resync(?:ed)?|sync(?:ed|hroni[sz]ed)?|encoded|ripped|edited|timed|adapted)
         (?:\s+(?:and|&)\s+\w+)?\s*(?:by\b|:|©)
      | sync\s*(?:&|and)\s*correct
      | copyright\s*(?:©|\(c\)|by\b|\d{4})
      | (?:©|\(c\)\s*(?=(?:19|20)\d\d))
      | (?:(?:©|\(c\)|copyright)?\s*\d{4}\s+)?all\s+rights\s+reserved\b
      | (?:https?://|www\.)\S+\W*$
      | (?:visit\s+)?(?:\S+\.)?(?:opensubtitles|addic7ed|amara|subscene|podnapisi)\.\w+
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def names_sound(content: str) -> bool:
    """Whether bracketed text names a sound: it holds a word that captions use for sounds, or no letter at all."""
    return bool(
        _SOUND.search(content) or _SOUND_PHRASE.fullmatch(" ".join(content.split()).rstrip("."))
    ) or not any(c.isalpha() for c in content)


def names_unclear(content: str, square: bool = True) -> bool:
    """Whether bracketed text marks speech that was not understood: "inaudible 00:01:02", "crosstalk", "?", "__", or a guess
    at it, "Thursday?", which in round brackets must not be a question that somebody asks."""
    text = " ".join(content.split()).strip(" .*")
    words = text.casefold().split()
    if not words:
        return False
    if set(text) in ({"?"}, {"_"}) or words[0].strip(",;:-–") in _NOT_UNDERSTOOD:
        return True
    if _is_guess(text, words, square):
        return True
    if _SAID_TO_BE_LOST.fullmatch(text):
        return True
    rest = [
        w for w in _CROSS_TALK.sub("crosstalk", text).casefold().split() if not _TIME_OR_NUMBER.fullmatch(w)
    ]
    bare = [w.strip(",;:-–/().") for w in rest]
    known = _NOT_UNDERSTOOD | _UNCLEAR
    return any(w in known for w in bare) and all(w in known or w in _WHAT_WAS_LOST for w in bare)


def _is_guess(text: str, words: list[str], square: bool) -> bool:
    if len(words) > _MAX_GUESS_WORDS or not _GUESS.fullmatch(text):
        return False
    bare = [w for word in words if (w := word.strip("?.,()"))]
    asked = bool(bare) and (bare[0] in _ASKED_ASIDE or bare[-1] in _ASKED_ASIDE)
    return square or (not asked and (len(bare) == 1 or text.strip("? ").istitle()))


def is_unclear_mark(word: str) -> bool:
    """Whether a word without brackets stands for speech that was not understood: "xxx", "XXX", "___", "???"."""
    return bool(_LOOSE_MARK.fullmatch(word))


def names_role(content: str) -> bool:
    """Whether every word is a role or a number: "Client 2", "Male narrator"."""
    words = [w for w in re.split(r"[\s.#]+", content.casefold()) if w]
    roles = [w in _ROLES for w in words if not w.isdigit()]
    return bool(roles) and all(roles)


def is_credit(line: str) -> bool:
    """Whether the line is a credit that nobody speaks: who captioned it, whose copyright it is, an address alone."""
    return len(line) <= _MAX_CREDIT_CHARS and bool(_CREDIT.match(line))
