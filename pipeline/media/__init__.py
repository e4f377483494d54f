"""Recordings: container facts, audio tracks, and sound decoded onto the presentation clock.

    facts    what a container says about its recording, and its decoded sound
    tracks   which of several audio tracks is the talk
    decode   one audio stream decoded onto the presentation clock
    clock    presentation times from jittering timestamps
    peaks    the outline of a sound, to draw a waveform from
    audio    mono 16 kHz sound in memory or mapped from a file; the downmix
    quiet    whether a stretch without speech is silence
    digest   the SHA-256 of a recording, cached
    opening  every file opened with whitelists: regular files that hold their sound themselves
    ffmpeg   the ffmpeg program

The presentation clock is the one that browsers and ffmpeg play a file by: 0 is where its earliest stream starts.
"""
