"""Neural voices for the builder: Kokoro-82M on ONNX Runtime, its phonemes by espeak-ng.

Kokoro-82M is hexgrad's (https://huggingface.co/hexgrad/Kokoro-82M, Apache License 2.0). Nothing of it lies in this repository: a
folder is given that holds `kokoro.onnx`, `vocab.json` ({"vocab": {symbol: number}}) and `voices/NAME.bin` (float32, rows of 256:
a style for each number of phonemes).
"""

from __future__ import annotations

import json
import re
import subprocess
import wave
from pathlib import Path

import numpy as np

from benchmarks.demo.voices import SAMPLE_RATE_HZ, MissingTools, Voice

# Distances in metres: the therapists near, the commentator at a desk of his own, some of the group far away.
NEURAL_VOICES = {
    "daniel": Voice("kokoro", "bm_george", pace=0.97, distance_m=1.0),
    "ruth": Voice("kokoro", "bf_emma", pace=0.9, distance_m=1.3),
    "alan": Voice("kokoro", "bm_fable", pace=0.95, distance_m=0.4),
    "colin": Voice("kokoro", "am_michael", pace=0.95, distance_m=2.6),
    "maya": Voice("kokoro", "af_heart", pace=0.9, distance_m=1.6),
    "terry": Voice("kokoro", "am_fenrir", pace=0.95, distance_m=2.0),
    "denise": Voice("kokoro", "bf_isabella", pace=0.9, distance_m=2.4),
    "leo": Voice("kokoro", "bm_daniel", pace=0.93, distance_m=3.0),
    "joan": Voice("kokoro", "af_sarah", pace=0.93, distance_m=2.2),
    "graham": Voice("kokoro", "bm_lewis", distance_m=1.8),
    "carol": Voice("kokoro", "af_bella", pace=0.93, distance_m=3.0),
    "victor": Voice("kokoro", "am_onyx", distance_m=2.8),
}
# A style is chosen by the number of phonemes, of which the network takes so many with the two that pad them.
_MOST_PHONEMES = 508
_STYLE_SIZE = 256
# Sounds that espeak-ng would read out letter by letter.
_MURMURS = {"mm-hmm": "mhˈm", "mm": "mˈm", "hmm": "hˈm"}
_MARKS = ";:,.!?—…"
# espeak-ng's IPA on the left, as it is tied with ^; on the right the signs that Kokoro was trained with.
_SIGNS = (
    ("a^ɪ^ə", "Iə"),
    ("a^ʊ^ə", "Wə"),
    ("a^ɪ^ɚ", "Iəɹ"),
    ("a^ɪ", "I"),
    ("a^ʊ", "W"),
    ("e^ɪ", "A"),
    ("ɔ^ɪ", "Y"),
    ("ə^ʊ", "Q"),
    ("o^ʊ", "O"),
    ("t^ʃ", "ʧ"),
    ("d^ʒ", "ʤ"),
    ("ə^l", "ᵊl"),
    ("^", ""),
    ("ɚ", "əɹ"),
    ("ɐ", "ə"),
    ("r", "ɹ"),
    ("x", "k"),
    ("ɬ", "l"),
    ("ʲ", ""),
    ("_", ""),
)


class Kokoro:
    """Speaks a text with one of the voices in `folder`; raises MissingTools, in one sentence, where that holds none."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime

        needed = ("kokoro.onnx", "vocab.json", "voices")
        if missing := [name for name in needed if not (folder / name).exists()]:
            raise MissingTools(
                f"{folder} holds no neural voices: {', '.join(missing)} should lie there (Kokoro-82M as ONNX)."
            )
        self._folder = folder
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # two voices speak at a time
        self._net = onnxruntime.InferenceSession(
            str(folder / "kokoro.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._ids: dict[str, int] = json.loads((folder / "vocab.json").read_text("utf-8"))["vocab"]

    def __call__(self, voice: Voice, words: str, out: Path) -> None:
        """Write the words as a WAV file of 24 kHz."""
        style = np.fromfile(self._folder / "voices" / f"{voice.name}.bin", np.float32).reshape(
            -1, _STYLE_SIZE
        )
        said = phonemes(words, "en-gb" if voice.name.startswith("b") else "en-us")
        ids = [self._ids[sign] for sign in said if sign in self._ids][:_MOST_PHONEMES]
        given = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": style[min(len(ids), len(style) - 1)][None],
            "speed": np.array([voice.pace], np.float32),
        }
        samples = np.clip(self._net.run(None, given)[0].ravel(), -1, 1)
        with wave.open(str(out), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(SAMPLE_RATE_HZ)
            sound.writeframes((samples * 32767).astype("<i2").tobytes())


def phonemes(words: str, accent: str) -> str:
    """The words in Kokoro's phonemes, their punctuation kept, which carries the melody; `accent` is espeak-ng's name of one."""
    pieces = re.split(rf"(\s*[{_MARKS}]+\s*)", words)
    return "".join(p if n % 2 else _piece(p, accent) for n, p in enumerate(pieces)).strip()


def _piece(words: str, accent: str) -> str:
    if not words.strip():
        return words
    if murmur := _MURMURS.get(words.strip().lower()):
        return murmur
    command = ["espeak-ng", "-q", "--ipa=3", "--tie=^", "-v", accent, words]
    heard = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return signs(" ".join(heard.split()))


def signs(ipa: str) -> str:
    """espeak-ng's phonemes in the signs of Kokoro.

    >>> signs("nˈa^ʊ")
    'nˈW'
    """
    for theirs, ours in _SIGNS:
        ipa = ipa.replace(theirs, ours)
    return ipa
