"""Seeds of the mutator in the formats that other tools write: TTML, SBV, Praat's TextGrid in both spellings, ELAN."""

TTML = """<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling"
    xmlns:ttm="http://www.w3.org/ns/ttml#metadata" xmlns:ttp="http://www.w3.org/ns/ttml#parameter"
    xml:lang="en" ttp:frameRate="24" ttp:frameRateMultiplier="1000 1001" ttp:tickRate="10000000" ttp:cellResolution="32 15">
 <head>
  <metadata><ttm:agent xml:id="a1" type="person"><ttm:name type="full">Ruth Adler</ttm:name></ttm:agent></metadata>
  <styling><style xml:id="s1" tts:color="#ff0000"/><style xml:id="s2" style="s1" tts:fontStyle="italic"/></styling>
  <layout><region xml:id="r1" tts:origin="10% 80%" tts:extent="80% 20%" tts:displayAlign="after"/></layout>
 </head>
 <body begin="1s" region="r1">
  <div timeContainer="seq"><p dur="2s" ttm:agent="a1" style="s2">Good morning,<br/><span tts:color="lime">everybody</span>.</p>
   <p begin="1s" dur="20f">Who wants to begin?</p></div>
  <div><p begin="00:00:05.500" end="00:00:07:12"><span begin="0.5s" end="1s">I could,</span> I think &amp; hope.</p>
   <p begin="80000000t" end="90000000t" xml:space="preserve">[door opens]
RUTH: It was a long week.</p></div>
 </body>
</tt>
"""

SBV = """0:00:01.000,0:00:03.500
>> RUTH: Good morning, everybody.

0:00:03.900,0:00:06.200
Who wants to begin?[br]I could, I think.

00:00:07.000,00:00:09.000
[door opens] It was a long week.
"""

TEXTGRID = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 9.0
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "Ruth"
        xmin = 0
        xmax = 9.0
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 3.5
            text = "Good morning, ""everybody""."
        intervals [2]:
            xmin = 3.5
            xmax = 9.0
            text = ""
    item [2]:
        class = "TextTier"
        name = "notes"
        xmin = 0
        xmax = 9.0
        points: size = 1
        points [1]:
            number = 4.0
            mark = "door"
"""

SHORT_TEXTGRID = """"ooTextFile"
"TextGrid"
0
9.0
<exists>
1
"IntervalTier"
"Omar"
0
9.0
2
0
3.5
"It was a long week."
3.5
9.0
"I slept badly."
"""

EAF = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="" DATE="2026-01-01T00:00:00+00:00" FORMAT="3.0" VERSION="3.0">
 <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds"><MEDIA_DESCRIPTOR MEDIA_URL="file:///talk.mp4" MIME_TYPE="video/mp4"/></HEADER>
 <TIME_ORDER><TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="1000"/><TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="3500"/>
  <TIME_SLOT TIME_SLOT_ID="ts3"/><TIME_SLOT TIME_SLOT_ID="ts4" TIME_VALUE="6200"/></TIME_ORDER>
 <TIER LINGUISTIC_TYPE_REF="utterance" PARTICIPANT="Ruth" TIER_ID="Ruth">
  <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">
   <ANNOTATION_VALUE>Good morning, everybody.</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
  <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts3" TIME_SLOT_REF2="ts4">
   <ANNOTATION_VALUE>Who wants to begin?</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
 </TIER>
 <TIER LINGUISTIC_TYPE_REF="words" PARENT_REF="Ruth" TIER_ID="words@Ruth">
  <ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a3" ANNOTATION_REF="a1"><ANNOTATION_VALUE>Good</ANNOTATION_VALUE></REF_ANNOTATION>
  </ANNOTATION>
 </TIER>
 <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="utterance" TIME_ALIGNABLE="true"/>
 <LINGUISTIC_TYPE CONSTRAINTS="Symbolic_Subdivision" LINGUISTIC_TYPE_ID="words" TIME_ALIGNABLE="false"/>
 <CONSTRAINT DESCRIPTION="" STEREOTYPE="Symbolic_Subdivision"/>
</ANNOTATION_DOCUMENT>
"""
