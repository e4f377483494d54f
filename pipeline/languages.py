"""Language codes: the tags that people write (BCP 47) and the three letters that containers write (ISO 639-2)."""

from __future__ import annotations


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in text.split())


# ISO 639-1 -> ISO 639-2, terminological code; the whole register.
_THREE_LETTERS = _pairs("""
    aa:aar ab:abk ae:ave af:afr ak:aka am:amh an:arg ar:ara as:asm av:ava ay:aym az:aze ba:bak be:bel bg:bul bi:bis
    bm:bam bn:ben bo:bod br:bre bs:bos ca:cat ce:che ch:cha co:cos cr:cre cs:ces cu:chu cv:chv cy:cym da:dan de:deu
    dv:div dz:dzo ee:ewe el:ell en:eng eo:epo es:spa et:est eu:eus fa:fas ff:ful fi:fin fj:fij fo:fao fr:fra fy:fry
    ga:gle gd:gla gl:glg gn:grn gu:guj gv:glv ha:hau he:heb hi:hin ho:hmo hr:hrv ht:hat hu:hun hy:hye hz:her ia:ina
    id:ind ie:ile ig:ibo ii:iii ik:ipk io:ido is:isl it:ita iu:iku ja:jpn jv:jav ka:kat kg:kon ki:kik kj:kua kk:kaz
    kl:kal km:khm kn:kan ko:kor kr:kau ks:kas ku:kur kv:kom kw:cor ky:kir la:lat lb:ltz lg:lug li:lim ln:lin lo:lao
    lt:lit lu:lub lv:lav mg:mlg mh:mah mi:mri mk:mkd ml:mal mn:mon mr:mar ms:msa mt:mlt my:mya na:nau nb:nob nd:nde
    ne:nep ng:ndo nl:nld nn:nno no:nor nr:nbl nv:nav ny:nya oc:oci oj:oji om:orm or:ori os:oss pa:pan pi:pli pl:pol
    ps:pus pt:por qu:que rm:roh rn:run ro:ron ru:rus rw:kin sa:san sc:srd sd:snd se:sme sg:sag si:sin sk:slk sl:slv
    sm:smo sn:sna so:som sq:sqi sr:srp ss:ssw st:sot su:sun sv:swe sw:swa ta:tam te:tel tg:tgk th:tha ti:tir tk:tuk
    tl:tgl tn:tsn to:ton tr:tur ts:tso tt:tat tw:twi ty:tah ug:uig uk:ukr ur:urd uz:uzb ve:ven vi:vie vo:vol wa:wln
    wo:wol xh:xho yi:yid yo:yor za:zha zh:zho zu:zul
""")
# ISO 639-2, bibliographic code -> terminological code, of the languages that have both.
_TERMINOLOGICAL = _pairs("""
    alb:sqi arm:hye baq:eus bur:mya chi:zho cze:ces dut:nld fre:fra geo:kat ger:deu gre:ell ice:isl mac:mkd mao:mri
    may:msa per:fas rum:ron slo:slk tib:bod wel:cym
""")
# The names of languages in English and in the language itself, as people write them into the names of files.
_NAMES: dict[str, tuple[str, ...]] = {
    "da": ("danish", "dansk"),
    "de": ("german", "deutsch"),
    "en": ("english",),
    "es": ("spanish", "español", "espanol"),
    "fi": ("finnish", "suomi"),
    "fr": ("french", "français", "francais"),
    "it": ("italian", "italiano"),
    "ja": ("japanese",),
    "nl": ("dutch", "nederlands"),
    "no": ("norwegian", "norsk"),
    "pl": ("polish", "polski"),
    "pt": ("portuguese", "português", "portugues"),
    "ru": ("russian",),
    "sv": ("swedish", "svenska"),
    "zh": ("chinese",),
}


def primary(tag: str) -> str:
    """The primary language subtag in small letters: "en" for "en-GB"."""
    return tag.strip().replace("_", "-").split("-")[0].lower()


def three_letters(tag: str) -> str:
    """The ISO 639-2 code of a tag's language, the terminological one of two; the primary subtag where there is none."""
    plain = primary(tag)
    return _TERMINOLOGICAL.get(plain) or _THREE_LETTERS.get(plain, plain)


def same_language(one: str, other: str) -> bool:
    """Whether two tags or codes name the same language, whatever the region."""
    return three_letters(one) == three_letters(other)


def spellings(tag: str) -> tuple[str, ...]:
    """Every way in which the language of a tag may be written, in small letters: its own code first."""
    plain, whole = primary(tag), three_letters(tag)
    short = next((two for two, three in _THREE_LETTERS.items() if three == whole), plain)
    old = (code for code, now in _TERMINOLOGICAL.items() if now == whole)
    return tuple(dict.fromkeys((plain, short, whole, *old, *_NAMES.get(short, ()))))


def known() -> frozenset[str]:
    """All codes and names that may stand in the name of a file, in small letters: of the languages whose names are known."""
    return frozenset(name for code in _NAMES for name in spellings(code))
