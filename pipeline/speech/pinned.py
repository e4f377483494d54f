"""Pinned digests: the SHA-256 of the files of Whisper models, as several independent public sources give them.

A model of one of these names counts only with these files, wherever they came from. Taken from Systran's conversions (for
large-v3-turbo: Mobius Labs') at the revisions named; read on 2026-11-29. A model or file that is not in the table is checked
against the digest that the model hub gives, when it is fetched from there.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """A file of a model: its size in bytes and its SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


# Models of one kind share tokenizer and vocabulary.
_ENGLISH = (
    PinnedFile(
        "tokenizer.json", 2_128_466, "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df"
    ),
    PinnedFile("vocabulary.txt", 422_309, "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf"),
)
_MANY_LANGUAGES = (
    PinnedFile(
        "tokenizer.json", 2_203_239, "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"
    ),
    PinnedFile("vocabulary.txt", 459_861, "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"),
)
_THIRD_GENERATION = (
    PinnedFile(
        "vocabulary.json", 1_068_114, "c69260f2ab26d659b7c398f9a2b2b48ed0df16c3b47d7326782fd9cba71690c1"
    ),
    PinnedFile(
        "preprocessor_config.json", 340, "7ccc62c6f2765af1f3b46c00c9b5894426835a05021c8b9c01eecb6dfb542711"
    ),
)

FILES: dict[str, tuple[PinnedFile, ...]] = {
    "tiny.en": (  # revision 0d3d19a3
        PinnedFile(
            "model.bin", 75_537_502, "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
        ),
        PinnedFile("config.json", 2317, "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"),
        *_ENGLISH,
    ),
    "tiny": (  # revision d90ca5fe
        PinnedFile(
            "model.bin", 75_538_270, "dcb76c6586fc06cbdac6dd21f14cfd129cc4cdd9dce19bf4ffa62e59cbe6e6d1"
        ),
        PinnedFile("config.json", 2249, "a73a28cdfe1c43ccc7202fa333d1f89c202477271407ae9a7f19afa52039cac8"),
        *_MANY_LANGUAGES,
    ),
    "base.en": (  # revision 3d3d5dee
        PinnedFile(
            "model.bin", 145_216_508, "2a166925539a16005f14ff328359f9b9adb9dc4fb631bb3b227526862e93e2ef"
        ),
        PinnedFile("config.json", 2227, "f3bc3821e9fc76a27bae538e11ae5b677dcdd352b4600429ce7951d398569aeb"),
        *_ENGLISH,
    ),
    "base": (  # revision ebe41f70
        PinnedFile(
            "model.bin", 145_217_532, "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
        ),
        PinnedFile("config.json", 2309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
        *_MANY_LANGUAGES,
    ),
    "small.en": (  # revision d1d751a5
        PinnedFile(
            "model.bin", 483_545_366, "62b2a45b05ee59acb4a5341b33ee35e041395d378d418a18acfe4c9e768ee37a"
        ),
        PinnedFile("config.json", 2657, "666a9605530ac1f61fa8177f3702b4dacec9966749e42610839fcc32661d5fae"),
        *_ENGLISH,
    ),
    "small": (  # revision 536b0662
        PinnedFile(
            "model.bin", 483_546_902, "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671"
        ),
        PinnedFile("config.json", 2370, "b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828"),
        *_MANY_LANGUAGES,
    ),
    "medium.en": (  # revision a29b04bd
        PinnedFile(
            "model.bin", 1_527_904_330, "11b220779aea4c6f3ce9d2549c8a95ea869ed84066864b999531ef53e594fe5b"
        ),
        PinnedFile("config.json", 2643, "4a1848ebabe7938d9797c15a2e8e4ce1d36e6fd4a43d096ae5955257c67c7962"),
        *_ENGLISH,
    ),
    "medium": (  # revision 08e178d4; no second source for its config.json
        PinnedFile(
            "model.bin", 1_527_906_378, "9b45e1009dcc4ab601eff815b61d80e60ce3fd8c74c1a14f4a282258286b51ae"
        ),
        *_MANY_LANGUAGES,
    ),
    "large-v3": (  # revision edaa852e
        PinnedFile(
            "model.bin", 3_087_284_237, "69f74147e3334731bc3a76048724833325d2ec74642fb52620eda87352e3d4f1"
        ),
        PinnedFile("config.json", 2394, "a9306624f5ec14270a014b647e5c316b6e03a662c369758d1b90697a7b0655b9"),
        PinnedFile(
            "tokenizer.json", 2_480_617, "6d8cbd7cd0d8d5815e478dac67b85a26bbe77c1f5e0c6d76d1ce2abc0e5f21ca"
        ),
        *_THIRD_GENERATION,
    ),
    "large-v3-turbo": (  # revision 0a363e91
        PinnedFile(
            "model.bin", 1_617_884_929, "e76620f83d5f5b69efd3d87e3dc180c1bd21df9fbebacfd4335e5e1efcc018da"
        ),
        PinnedFile("config.json", 2263, "b0253ea6c0d3bea6b1e19e91a02acfd3b53f4467362efcb5a3e6b16c9b3a9b7e"),
        PinnedFile(
            "tokenizer.json", 2_710_337, "297b13372ac43916285644fb9687add3cc62ee2a1adb60da3dc25cc94c1871fd"
        ),
        *_THIRD_GENERATION,
    ),
}
"""The pinned files of each model, by its name."""


def sha256_of(model: str, file: str) -> str | None:
    """The pinned SHA-256 of a model's file; None where none is known."""
    return next((f.sha256 for f in FILES.get(model, ()) if f.name == file), None)
