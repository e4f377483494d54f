"""Forms of speaker labels: what stands in front of a colon, taken apart, and what its form alone says of it.

    TOM: | Tom Leighton: | Weir, Hanna: | Owen Pratt, PhD: | Hanna Weir | Acme: | RUTH (V.O.): | iPhone (2): | owen_p: | 张伟：

Form is never proof but for capitals and roles: "Relapse Prevention:" has the form of a name. `label_evidence` asks the whole
file, and the alignment asks the sound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from pipeline.formats.readers import sounds
from pipeline.words import person_name

MAX_CHARS = 48  # of a name; longer is a sentence
_MAX_WORDS = 8
_MAX_NAME_WORDS = 4  # of what is certain by its form
_MAX_CAPITALS_CHARS = 32
_COLON = re.compile(
    r"(?P<name>[\w#@][^:：\n()\[\]\"“”«»]{0,59}?)"
    r"(?P<brackets>(?:[ \t]*(?:\([^()\n]{1,40}\)|\[[^\[\]\n]{1,40}\])){0,2})[ \t]*(?::(?=\s|$)|：)"
)
_BRACKET = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_OFF_SCREEN = re.compile(
    r"\W*(?:v\.?\s?o|o\.?\s?[sc]|cont['’]?d|continu(?:ing|ed)|(?:on|off)(?:[ -](?:screen|camera|mic))?)\W*",
    re.I,
)
# What meeting software and people write behind a name, in brackets: pronouns, and who they are in this meeting.
_ABOUT_SOMEBODY = sounds.vocabulary(
    "she her hers he him his they them their theirs ze zie hir hirs xe xem xyr ey em it its any all pronouns elle iel "
    "ella él ellos sie er host co-host cohost co guest external unverified me you organizer organiser presenter panelist "
    "panellist attendee speaker moderator facilitator interpreter captioner and"
)
_DIRECTION = re.compile(
    r"(?:to|from|into|in|on|at|with|over|under|through|reading|off|beat)\b|.*(?:ly|ing)\b", re.I
)
# What begins a sentence or names a thing and is followed by a colon, but hardly ever is a person.
_NOT_NAMES = sounds.vocabulary(
    "he she they it's that's i'm said honestly actually basically obviously clearly seriously frankly "
    "simply ideally hopefully sadly truly really a about act address advice after again also although "
    "always an and another answer any as at because before breaking but by caution cause chapter closing commentary "
    "conclusion date day dear definition episode ergo every exactly example exercise exhibit fact fig figure "
    "finally first five four from given goal goals good has here hint homework how however i if important "
    "in instructions introduction is issue it item its key last learning length lesson let listen "
    "location look maybe meaning method module moral my namely nb never next no note notes now number "
    "objective objectives ok okay on once one or our overview page part phase place plus point practice "
    "principle problem ps purpose question questions quote reason recap remember reminder result results "
    "rule scene second section see session since sixth so solution some source spoiler step still stop "
    "subject summary table task that the then there therefore these they think third this three time tip "
    "title to today tomorrow topic translation truth two unit update video vignette wait warning we well "
    "what when where which who why wisdom yes yesterday you your monday tuesday wednesday thursday friday saturday "
    "sunday january february april june july september october november december morning afternoon evening tonight"
)
TITLES = sounds.vocabulary("dr mr mrs ms miss prof professor sir dame rev nurse father sister st fr")
_PARTICLES = sounds.vocabulary(
    "de del della der den di da das do dos du la le van von zu bin ibn al el y e ten ter"
)
_DOTTED = re.compile(r"(?:[^\W\d_]|Dr|Mr|Mrs|Ms|Prof|Rev|St|Sr|Jr|Fr|Ph\.?D|M\.?D|Hon|Capt|Lt|Sgt)$", re.I)
_SENTENCE_END = re.compile(r"(?<!\S)(?P<before>\S*?)[.?!…;]++(?=\s)")


class Form(Enum):
    """What a label looks like, from what leaves no doubt to what hardly is one."""

    ROLE = auto()  # "Client 2", "Male narrator"
    CAPITALS = auto()  # "TOM", "C1", "HANNA, OWEN"
    NAME = auto()  # several capitalised words: "Tom Leighton", "Weir, Hanna", and "Relapse Prevention"
    WORD = auto()  # one: "Tom", "Trust"
    PHRASE = auto()  # anything else: "owen_p", "The woman in the red coat", "2"
    SENTENCE = auto()  # begins as sentences and headings do: "Note", "Question", "Here is the thing"


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in front of a colon: the name, what it looks like, an aside to be kept ("(sighs)"), its length in characters
    with the colon, and what follows."""

    name: str
    form: Form
    length: int
    aside: str = ""
    follows: str = ""

    @property
    def key(self) -> str:
        """The name as labels are compared: without case, with single spaces."""
        return key_of(self.name)


def key_of(name: str) -> str:
    """A label's name as it is compared with others: without case, with single spaces."""
    return " ".join(name.casefold().split())


def keys_of(name: str) -> tuple[str, ...]:
    """All that a label may be known by: as written, without affiliation and degree, and "Weir, Hanna" as "hanna weir"."""
    return tuple(dict.fromkeys((key_of(name), key_of(person_name(name)))))


def written_at_start(text: str) -> Written | None:
    """What stands in front of a colon at the start of `text`, if it can be a label at all."""
    match = _COLON.match(text)
    if match is None or not _is_short(match["name"].strip()):
        return None
    kept, aside = _brackets(match["name"].strip(), match["brackets"])
    name = text[: match.start("brackets") + kept].strip()
    return Written(name, form_of(match["name"].strip()), match.end(), aside, text[match.end() :].lstrip())


def may_bear_label(text: str) -> bool:
    """Whether a text begins as with a label, certain or not, in front of a colon or in brackets."""
    return text[:1] in ("[", "(") or _COLON.match(text) is not None


def _is_short(name: str) -> bool:
    """Whether it is short, and no sentence ends within it."""
    ends = (m["before"] for m in _SENTENCE_END.finditer(name))
    whole = all(_DOTTED.search(before) for before in ends) and not re.search(r"[?!…;]", name)
    return whole and len(name) <= MAX_CHARS and len(name.split()) <= _MAX_WORDS


def _brackets(name: str, text: str) -> tuple[int, str]:
    """Of the brackets behind a name: up to which character they are part of it, and the aside among them."""
    kept, asides = 0, []
    for match in _BRACKET.finditer(text):
        content = match[0][1:-1].strip()
        words = [w for w in re.split(r"[\s/,;|]+", content.casefold()) if w]
        if (
            _OFF_SCREEN.fullmatch(content)
            or all(w in _ABOUT_SOMEBODY for w in words)
            or sounds.names_role(content)
        ):
            continue
        if content.isdigit() or _is_affiliation(content, name):
            kept = match.end()
        else:
            asides.append(match[0])
    return kept, " ".join(asides)


def _is_affiliation(content: str, name: str) -> bool:
    """Whether it begins with a capital and is neither a sound nor a direction; in capitals only behind a name that is not."""
    if not content[:1].isupper() or sounds.names_sound(content) or _DIRECTION.match(content):
        return False
    return not content.isupper() or not name.isupper()


def form_of(name: str) -> Form:
    """What the form of a name says."""
    words = [w for w in re.split(r"[\s,|]+|\s[-–]\s", name) if w]
    if not words or not any(c.isalpha() for c in name):
        return Form.PHRASE
    if words[0].casefold().strip(".'’").replace(".", "").replace("’", "'") in _NOT_NAMES:
        return Form.SENTENCE
    if sounds.names_role(name):
        return Form.ROLE
    if is_capitals(name):
        few = len(words) <= _MAX_NAME_WORDS and len(name) <= _MAX_CAPITALS_CHARS
        return Form.CAPITALS if few else Form.PHRASE
    if len(words) == 1:
        return (
            Form.WORD
            if not words[0][0].islower() and words[0].replace("'", "").replace("’", "").isalnum()
            else Form.PHRASE
        )
    return Form.NAME if _is_full_name(words, name) else Form.PHRASE


def is_capitals(name: str) -> bool:
    """ "TOM", "DR LEIGHTON", "C1", "McKAY" (one small letter after the first)."""
    return re.sub(r"\b(?:Mc|Mac|O’|O')(?=[A-Z])", "", name).isupper()


def _is_full_name(words: list[str], name: str) -> bool:
    """Whether it is a few capitalised words, with particles and numbers: "Tom Leighton", "Ana de la Cruz", "Jax Beatty 2"."""
    most = 3 + ("," in name or "|" in name or any(w in _PARTICLES for w in words)) * 3
    capital = all(w[0].isupper() or w[0].isdigit() or w in _PARTICLES for w in words)
    return (
        len(words) <= most
        and words[0][0].isupper()
        and capital
        and not any(w.casefold() in _NOT_NAMES for w in words)
    )


def may_be_name(name: str) -> bool:
    """Whether a bracketed name can be one: short, with letters, and no word that begins sentences."""
    words = name.split()
    short = len(name) <= _MAX_CAPITALS_CHARS and len(words) <= _MAX_NAME_WORDS
    return short and form_of(name) is not Form.SENTENCE and any(c.isalpha() for c in name)


def is_full_name(name: str) -> bool:
    """Whether its form is that of a first and a last name."""
    return form_of(name) is Form.NAME


def forms_of_person(name: str) -> set[str]:
    """A person's name and its words, as keys, so that "Tim Leighton, PhD" is known as Tim and as Leighton too."""
    plain = key_of(person_name(name))
    known = (
        w for n, w in enumerate(plain.split()) if len(w) > 2 or (n == 0 and len(w) == 2 and w.isalpha())
    )  # Jo, Al
    words = {w for w in known if w.strip(".") not in TITLES and w not in _NOT_NAMES}
    return {plain, *words} - {""}
