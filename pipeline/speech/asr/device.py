"""The device that Whisper runs on, a processor or a graphics card with CUDA, and the numbers that it computes with there."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.errors import RecognizerError
from pipeline.settings import WhisperSettings

_COMPUTE = {"cpu": "int8", "cuda": "float16"}  # CTranslate2's compute types


def device_for(settings: WhisperSettings, cards: Callable[[], int] | None = None) -> str:
    """The device to run on, "cuda" or "cpu", as asked for or found. Raises RecognizerError when CUDA is asked for and absent."""
    if settings.device == "cpu":
        return "cpu"
    if (cards or _cards)() > 0:
        return "cuda"
    if settings.device == "cuda":
        problem = "CUDA was asked for, and no graphics card with it is seen here"
        raise RecognizerError("whisper", problem, "use --set transcribe.whisper.device=cpu")
    return "cpu"


def compute_type(device: str) -> str:
    """The numeric type CTranslate2 computes in on this device; it may change the words."""
    return _COMPUTE[device]


def _cards() -> int:
    """How many graphics cards with CUDA there are."""
    import ctranslate2

    found: int = ctranslate2.get_cuda_device_count()
    return found
