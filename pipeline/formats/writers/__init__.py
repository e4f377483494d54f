"""Writers: a transcript as captions, tracks, turns and text.

- `render`: how a cue looks, for every format that shows cues
- `srt`, `vtt`: captions as SubRip and as WebVTT
- `chapters_vtt`, `concepts_vtt`: parts and concepts as WebVTT chapters and metadata tracks
- `rttm`: who spoke when, for diarization tools
- `text`: a transcript for people who read

Each has `dumps(transcript)`, which gives the file's text; `concepts_vtt` has `of_transcript`.
"""
