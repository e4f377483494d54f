"""Ordinary words: what is no name for all its capital, which names are words too, and what common given names are short for.

The lists are ours and short; whatever they lack is found by where and how it stands (`found`), and a person confirms it.
"""

from __future__ import annotations

import re
from functools import cache

from pipeline.english import lemmas
from pipeline.english.numbers import NUMBER_WORDS
from pipeline.english.pronounce import INTERJECTIONS, is_derived
from pipeline.english.spelling import CLOSED_CLASS
from pipeline.roles import ROLES


def word_set(text: str) -> frozenset[str]:
    """The words of a list that is written as text."""
    return frozenset(re.findall(r"[A-Za-z]+", text))


MONTHS = word_set("january february march april may june july august september october november december")
_DAYS = word_set("monday tuesday wednesday thursday friday saturday sunday")
# What is written with a capital and tells nobody who or where somebody is.
_CAPITALISED = word_set(
    """english french german spanish italian polish irish scottish welsh british american european asian african indian chinese
    japanese russian greek turkish arabic jewish muslim islamic christian catholic protestant buddhist hindu sikh latin
    dutch swedish danish norwegian portuguese brazilian mexican canadian australian pakistani bangladeshi jamaican
    nigerian ukrainian god lord jesus christ allah buddha bible koran quran torah christmas easter ramadan eid diwali
    hanukkah passover lent halloween thanksgiving valentine valentines covid internet wifi facebook google whatsapp
    instagram twitter youtube tiktok netflix zoom skype teams uber amazon ebay skyping googled prozac valium xanax
    ritalin zoloft seroquel librium antabuse naltrexone methamphetamine meth narcan suboxone naloxone oxy adderall
    ativan ambien vivitrol percocet tylenol advil ibuprofen methadone subutex diazepam fentanyl oxycontin vicodin
    ketamine cbt dbt ptsd adhd ocd nhs aa na tv uk usa eu bbc ok okay gp gps dui hiv dna id pc cv mp isbn phd srt"""
)
# What is said and stands in no dictionary of words with inflections.
_COLLOQUIAL = word_set(
    """don doesn didn isn wasn aren weren hasn haven hadn couldn wouldn shouldn mustn needn ain won ll ve re s t d m em til
    gonna wanna gotta dunno lemme gimme kinda sorta outta cause cos coz yeah yep yup nope nah yes no okay ok oh ah uh um
    hmm mm mhm huh wow oops ouch hey hi hello bye goodbye please sorry thanks thank cheers ta ya ye everyone everybody
    someone somebody anyone anybody something anything nothing everything nobody none mum mom mam dad mummy mommy daddy
    nan nana gran grandma grandpa granny grandad granddad auntie aunty uncle aunt sis bro mate dude sir madam ma maam
    miss mr mrs ms dr prof rev st etc eg ie vs whoa gosh geez jeez wow welp yikes phew yay welcome together maybe
    perhaps instead always never ever today tomorrow yesterday tonight whatever whoever whenever wherever however
    therefore otherwise alright anyway anymore somehow somewhere anywhere nowhere everywhere hiya wahey vignette
    inaudible unclear crosstalk laughs laughter applause music silence copyright edited edition http https www com org"""
)
# What names nobody in a label or a table of speakers.
ROLE_WORDS = (
    frozenset(ROLES)
    | word_set(
        """speaker speakers man woman men women male female boy girl voice voices all both group everyone everybody others other
    audience crowd person people someone somebody unknown off offscreen together members member another interviewer
    interviewee moderator doctor nurse client clients patient patients therapist therapists counselor trainer trainee
    student teacher officer judge caller operator announcer participant participants mother father mum mom dad husband
    wife son daughter brother sister child baby uncle aunt friend lead first second third co supervisor observer
    commentary title narrator unidentified iphone ipad galaxy phone tablet laptop android macbook device user guest host
    question answer text screen caption int interview"""
    )
    | NUMBER_WORDS
)
# What stands before a name and belongs to none.
TITLES = word_set(
    """dr doctor mr mrs ms miss mister prof professor sir dame lady lord rev reverend father sister brother nurse officer
    sergeant captain judge uncle aunt auntie aunty nan nana gran grandma grandpa granny grandad cousin saint st madam"""
)
KIN = word_set(
    """wife husband son daughter brother sister mother father mum mom dad cousin uncle aunt auntie nephew niece friend friends
    partner girlfriend boyfriend fiance fiancee sponsor boss neighbour neighbor therapist counsellor counselor roommate
    flatmate colleague ex baby kid boy girl twin stepson stepdaughter stepdad stepmum stepfather stepmother grandson
    granddaughter grandmother grandfather dog cat mate buddy ex called named"""
)
# Words of names that are no name alone.
PARTICLES = word_set(
    "van von der den de del della di da la le el al bin ibn ben abu bint st ste mac mc o d l dos das ter ten the of and y"
)
# Words of places that are no name alone.
PLACE_WORDS = word_set(
    """street road avenue lane drive close square park hospital clinic school college university church house hall centre
    center court bridge station hill wood woods green common gardens garden north south east west upper lower great
    little new old port lake river mount mountain beach bay island county city town village heights grove way place ward
    surgery infirmary prison lodge manor farm airport terrace crescent row estate valley creek springs falls prep
    primary academy rehab royal general"""
)
# Given names that are ordinary words too.
WORD_NAMES = word_set(
    """will grace mark hope may rose bill art faith joy dawn jack frank rob robin pat sue drew gene dean miles chase penny ruby
    amber april june august guy ray pearl ivy holly heather olive iris daisy violet lily hunter mason bob ted nick josh
    rusty sandy melody patience prudence constance mercy verity crystal ginger jade coral clay cliff dale glen grant
    wade victor max cherry christian brook brooke jean jay jasmine rosemary basil reed rowan buck carol colt curt don
    doug eve fern flora gale gay gill hazel heath lance laurel lee marina matt mick mike myrtle ned noel norm paddy
    paige piper pip poppy rex rod roger scarlet skye tab tanner terry tiffany toby tom tony tracy trip troy turner viola
    wally warren willow woody wren bonnie billy tommy jimmy jenny peter peg dot chuck rich ernest earnest dick stew skip
    autumn summer bliss sky"""
)
# What families are called by, and towns, that are ordinary words too.
WORD_SURNAMES = word_set(
    """young baker brown white black green gray grey king hill wood cook smith long short price day church bush bell bird
    bishop butler carter cooper cross field fisher fox hand hardy head hood knight lamb law love lock mill moody moon
    nail noble pace palmer park parker pike pool pope potter power rice savage shepherd singer slater small spear steel
    stone storm swan sweet taylor temple walker waters weaver wells wheeler wise wolf read reading bath cork deal nice
    hull rugby sandwich battle mobile phoenix buffalo orange split tours ware marsh miller major lot nash rush dash case
    dove finch martin hall holt bond hart"""
)
# Given names that are often met: for what stands at the beginning of a sentence; female, then male.
FEMALE = word_set(
    """ruth mary anna anne ann annie jane janet jean joan julia julie karen kate katie katherine catherine kathleen kelly kim
    laura linda lisa lucy louise margaret maria marie martha maya megan michelle nancy natalie nicola nicole olivia
    patricia paula rachel rebecca rosie sally samantha sandra sara sarah sharon shirley sophie stephanie susan suzanne
    teresa theresa tina tracy valerie vanessa victoria virginia wendy yvonne zoe alice alison amanda amy andrea angela
    barbara beth betty brenda bridget carla carol caroline charlotte cheryl chloe christina christine claire clare
    cynthia daisy dana deborah debbie denise diana diane donna doris dorothy edith eileen elaine eleanor elizabeth ella
    ellen emily emma erica esther eva evelyn fiona frances gail georgia gillian gina gloria hannah harriet heather helen
    hilary holly ida irene isabel isabella jackie jacqueline janice jennifer jenny jessica jill jo joanna joanne
    josephine joyce judith judy june grace hope rose faith joy dawn priya leah lily"""
)
MALE = word_set(
    """daniel colin alan leo tim james john robert michael william david richard joseph thomas charles christopher matthew
    anthony donald steven stephen paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan
    jacob gary nicholas eric jonathan larry justin scott brandon benjamin samuel gregory alexander patrick dennis jerry
    tyler aaron henry douglas adam nathan zachary walter kyle harold carl jeremy keith roger gerald ethan arthur terence
    lawrence christian albert joe jordan jesse billy bruce gabriel bryan juan alex sean dylan luke louis philip phillip
    johnny howard eugene vincent russell bobby simon martin neil nigel graham ian trevor derek clive barry geoffrey
    stuart malcolm raymond hugh oliver oscar felix liam noah mason logan lucas owen caleb isaac elijah mohammed muhammad
    ahmed ali omar will mark bill frank jack"""
)
_SHORT = """
william: will bill billy willie liam; robert: rob bob bobby robbie bert; richard: rick rich dick ricky; elizabeth: liz
lizzie beth betty eliza betsy libby; margaret: maggie meg peggy marge greta; katherine: kate katie kathy kit; catherine:
cath cathy kate katie; michael: mike mick mickey mikey; james: jim jimmy jamie; john: johnny jack; edward: ed eddie ted ned
teddy; thomas: tom tommy; charles: charlie chuck chas; joseph: joe joey; daniel: dan danny; david: dave davey; andrew: andy
drew; anthony: tony; matthew: matt matty; christopher: chris kit topher; christine: chris chrissie tina; christina: chris
tina; patricia: pat patty trish tricia; patrick: pat paddy; susan: sue susie suzie; deborah: deb debbie; rebecca: becky
becca; samantha: sam sammy; samuel: sam sammy; alexander: alex sandy al xander; alexandra: alex sandra; benjamin: ben benny
benji; nicholas: nick nicky; stephen: steve stevie; steven: steve stevie; timothy: tim timmy; gregory: greg; jeffrey: jeff;
geoffrey: geoff; kenneth: ken kenny; ronald: ron ronnie; donald: don donnie; leonard: len lenny leo; lawrence: larry laurie;
gerald: gerry jerry; terence: terry; theodore: ted theo; frederick: fred freddie; francis: frank frankie; frances: fran
frannie; victoria: vicky tori; jennifer: jen jenny; jessica: jess jessie; abigail: abby gail; amanda: mandy; barbara: barb
babs; dorothy: dot dottie dolly; eleanor: ellie nell nora; helen: nell; josephine: jo josie; joanna: jo; judith: judy jude;
kimberly: kim; pamela: pam; penelope: penny; sarah: sally sadie; theresa: terry tess tessa; teresa: terri tess tessa;
virginia: ginny; walter: wally walt; zachary: zack; nathaniel: nate nathan; jonathan: jon johnny; harold: harry hal; henry:
harry hank; philip: phil; raymond: ray; albert: al bert; arthur: art; eugene: gene; peter: pete; vincent: vince vinny;
olivia: liv livvy; isabella: bella izzy; gabrielle: gabby; natalie: nat; valerie: val; annabel: bella
"""


# What has a capital always, and names nobody.
NO_NAMES = (_DAYS | _CAPITALISED | MONTHS) - WORD_NAMES
_LISTED = CLOSED_CLASS | NUMBER_WORDS | MONTHS | _DAYS | _CAPITALISED | _COLLOQUIAL | TITLES | PLACE_WORDS
# What people are called whoever they are.
NOT_ADDRESSED = (
    NO_NAMES
    | TITLES
    | KIN
    | ROLE_WORDS
    | _COLLOQUIAL
    | CLOSED_CLASS
    | PLACE_WORDS
    | word_set(
        "guys folks people chef coach boss honey love darling dear sweetheart baby friend folks pal counsel chair president"
    )
)


@cache
def short_forms() -> dict[str, frozenset[str]]:
    """What people called so may be called: nicknames by given name."""
    rows = (row.partition(":") for row in _SHORT.replace("\n", " ").split(";"))
    return {name.strip(): frozenset(short.split()) for name, _, short in rows}


@cache
def is_ordinary(word: str, made: bool = True) -> bool:
    """Whether a folded word is one of the language, or one that is written with a capital and names neither person nor place;
    one that is merely `made` of others ("Scotland") is where that is asked for."""
    if word in _LISTED or (word.endswith("s") and word[:-1] in NO_NAMES):
        return True
    if len(word) < 2 or word in INTERJECTIONS or lemmas.is_listed(word):
        return True
    return made and len(word) >= 8 and is_derived(word)


@cache
def given_names() -> frozenset[str]:
    """The given names that are known here, those that are ordinary words, too, among them."""
    return (
        FEMALE
        | MALE
        | WORD_NAMES
        | {short for many in short_forms().values() for short in many}
        | short_forms().keys()
    )


def is_word_name(word: str) -> bool:
    """Whether a folded word that is a name is met as an ordinary word, too."""
    return word in WORD_NAMES or word in WORD_SURNAMES or word in given_names() or len(word) < 3


@cache
def may_address(word: str) -> bool:
    """Whether an ordinary word may be what somebody is called ("Spud", "Tiny", "Hyacinth"), and is no adverb ("Well")."""
    kinds = lemmas.kinds_of(word)
    return bool(kinds) and "ADV" not in kinds and "AUX" not in kinds


@cache
def is_verb(word: str) -> bool:
    """Whether a word is a verb's form that may stand behind a name: "said", "was", "thinks", never "you" or "the"."""
    if word in _BEHIND_NAMES:
        return True
    if word in CLOSED_CLASS or not word.endswith(("s", "ed")) or word.endswith("ss"):
        return False
    return "VERB" in lemmas.kinds_of(word) and not word.endswith("ings")


_BEHIND_NAMES = word_set(
    """is isn was wasn has hasn had hadn does doesn did didn will won would wouldn can couldn could should shouldn might must
    says said told thinks thought knows knew wants wanted came went gets got gave made makes took left let saw felt
    feels put sat stood ran kept keeps never always just also still really who and or rang sent brought bought found
    heard lost met paid read spoke understood rose wrote became began broke drove fell forgot grew held hit hurt led
    meant quit sang slept spent swore taught threw woke won here hasnt isnt ain used"""
)
