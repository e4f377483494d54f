"""File formats: what Vignette reads from people and writes for them.

- `readers`: subtitles and scripts as people bring them, of every format, read into `Subtitles`
- `writers`: a transcript as SubRip, WebVTT, chapters, RTTM and plain text
- `document`: the public JSON document, its schema, its writer and its reader
- `markup`: tags, escapes and guards that SubRip and WebVTT share
- `position`: where a cue stands, between WebVTT cue settings and `{\\anN}` codes
- `vtt_settings`: WebVTT cue settings and regions, parsed
- `retime`: a subtitle file with other times and every other byte as it was

What only one format needs lies in that format's module.
"""
