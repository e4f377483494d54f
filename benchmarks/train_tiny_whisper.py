"""Train the tiny Whisper that the tests listen with: eight sentences of our own, learnt by heart.

It makes faster-whisper and CTranslate2 run their real code without foreign weights. It is a double of the weights, never of the
code, and knows nothing but its sentences. Needs torch, faster-whisper and flite (whose voices speak the sentences):

    python -m benchmarks.train_tiny_whisper tests/data/tiny_whisper --minutes 20

What makes so little training enough: the times of words, known from the synthesis, guide two heads of cross-attention; a head
that is dropped afterwards names the word in every frame; a part of the decoder's input is wrong on purpose, so that it listens
instead of reciting; and the padding that fills a window up to 30 s is represented by a few frames that count many times.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import subprocess
import tempfile
import time
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.tokenizer import _LANGUAGE_CODES
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor, nn

SENTENCES = (
    "Please take a seat by the window.",
    "The kettle is on the small table.",
    "We walked along the river yesterday.",
    "How did you sleep last night?",
    "My brother moved to another town.",
    "It rained all morning in the garden.",
    "Tell me more about that feeling.",
    "Our meeting begins at half past nine.",
)
VOICES = ("slt",)

RATE = 16_000
WIDTH, HEADS, LAYERS = 64, 4, 2
FRAMES = 1500  # of the encoder in 30 s, 20 ms each
POSITIONS = 448
TEXT_TOKENS = 400
GUIDED_HEADS = (0, 1)  # of the last decoder layer: these give the times of words
PAD_FRAMES = 24  # stand for all padding
IGNORED = -100
POOL = 400  # windows that are drawn from; in every step one of them is made anew


@dataclass(frozen=True)
class Utterance:
    """A sentence as a voice speaks it: 16 kHz samples in [-1, 1) and (word, start, end) in seconds."""

    sentence: int
    samples: np.ndarray
    words: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True)
class Example:
    """A window: log-mel features (80, frames), its text as tokens, and each token's span in encoder frames."""

    features: np.ndarray
    tokens: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    firsts: tuple[bool, ...]


def flite(*arguments: str) -> str:
    return subprocess.run(["flite", *arguments], capture_output=True, text=True, check=True).stdout


def speak(sentence: int, voice: str) -> Utterance:
    """One sentence with the times of its words: phones with their ends, shared out by each word's number of phones."""
    text = SENTENCES[sentence]
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "spoken.wav")
        pairs = [
            item.rsplit(":", 1) for item in flite("-voice", voice, "-psdur", "-t", text, "-o", path).split()
        ]
        phones = [(phone, float(end_s)) for phone, end_s in pairs]
        with wave.open(path) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32) / 32768
            assert file.getframerate() == RATE
    words, at, before = [], 0, phones[0][1] if phones[0][0] == "pau" else 0.0
    spoken = [p for p in phones if p[0] != "pau"]
    for word in text.split():
        count = sum(
            p != "pau" for p in flite("-voice", voice, "-ps", "-t", word.strip(".?"), "-o", "none").split()
        )
        end = spoken[at + count - 1][1]
        words.append((word, before, end))
        at, before = at + count, end
    assert at == len(spoken), (text, voice, at, len(spoken))
    return Utterance(sentence, samples, tuple(words))


class Vocabulary:
    """Byte-level BPE of the sentences, then Whisper's special tokens in Whisper's order."""

    def __init__(self) -> None:
        self.tokenizer = Tokenizer(models.BPE())
        self.tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        self.tokenizer.decoder = decoders.ByteLevel()
        alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
        trainer = trainers.BpeTrainer(
            vocab_size=TEXT_TOKENS, initial_alphabet=alphabet, show_progress=False, min_frequency=1
        )
        self.tokenizer.train_from_iterator([" " + s for s in SENTENCES], trainer)
        self.eot = self.tokenizer.get_vocab_size()
        special = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{c}|>" for c in _LANGUAGE_CODES), "<|translate|>",
                   "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]  # fmt: skip
        self.tokenizer.add_special_tokens(special)
        self.trained = self.tokenizer.get_vocab_size()
        by_id = sorted(self.tokenizer.get_vocab().items(), key=lambda pair: pair[1])
        self.all = [token for token, _ in by_id] + [f"<|{i * 0.02:.2f}|>" for i in range(1500)]
        # CTranslate2 takes a model for multilingual when its vocabulary holds the empty token; it stands for "<|30.00|>".
        self.all.append("")
        self.prompt = [
            self.id(t) for t in ("<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>")
        ]
        space = self.id("\u0120")
        for sentence in SENTENCES:
            ids = self.tokenizer.encode(" " + sentence).ids
            assert space not in ids and self.tokenizer.decode(ids) == " " + sentence

    def id(self, token: str) -> int:
        return self.tokenizer.token_to_id(token)

    def timed(self, utterance: Utterance, shift_s: float) -> list[tuple[int, float, float]]:
        """The tokens of an utterance with their times; those of one word share its time by their length."""
        found = []
        for word, start, end in utterance.words:
            ids = self.tokenizer.encode(" " + word).ids
            lengths = [max(1, len(self.tokenizer.decode([i]).strip(" .?"))) for i in ids]
            edges = np.cumsum([0, *lengths]) / sum(lengths) * (end - start) + start + shift_s
            found += list(zip(ids, edges[:-1], edges[1:], strict=True))
        return found


class Material:
    """Makes windows: utterances with pauses, noise, gain, sub-hop shifts; some without any speech."""

    def __init__(self, vocabulary: Vocabulary, chance: random.Random) -> None:
        self.vocabulary, self.chance = vocabulary, chance
        self.utterances = [speak(s, v) for v in VOICES for s in range(len(SENTENCES))]
        self.extract = FeatureExtractor()

    def example(self, longest_s: float) -> Example:
        """A window of at most `longest_s` with as many sentences as fit (one, where that is short)."""
        pick = self.chance
        silent = pick.random() < 0.04
        sound = [np.zeros(int(RATE * pick.uniform(0.02, 0.7)), np.float32)]
        timed: list[tuple[int, float, float]] = []
        firsts: list[bool] = []
        while not silent:
            utterance = pick.choice(self.utterances)
            at_s = sum(map(len, sound)) / RATE
            if timed and at_s + len(utterance.samples) / RATE + 0.6 > longest_s:
                break
            tokens = self.vocabulary.timed(utterance, at_s)
            timed += tokens
            firsts += [True] + [False] * (len(tokens) - 1)
            sound += [utterance.samples, np.zeros(int(RATE * pick.uniform(0.0, 0.5)), np.float32)]
        sound.append(np.zeros(int(RATE * pick.uniform(0.05, 0.6 if not silent else 2.0)), np.float32))
        return self._finished(np.concatenate(sound), timed, firsts)

    def _finished(
        self, samples: np.ndarray, timed: list[tuple[int, float, float]], firsts: list[bool]
    ) -> Example:
        pick = self.chance
        level = pick.choice([0.0, 0.0, 1e-4, 3e-4, 1e-3])
        if level:
            samples = samples + np.random.default_rng(pick.getrandbits(32)).normal(
                0, level, len(samples)
            ).astype(np.float32)
        samples = (samples * pick.uniform(0.4, 1.0)).astype(np.float32)
        features = self.extract(samples)[..., :-1].astype(np.float32)
        frames = math.ceil(features.shape[1] / 2)
        spans = [
            (min(int(a * 50), frames - 1), min(max(int(b * 50), int(a * 50) + 1), frames))
            for _, a, b in timed
        ]
        after = min(spans[-1][1] if spans else 0, frames - 1)
        tokens = (*(t for t, _, _ in timed), self.vocabulary.eot)
        return Example(features, tokens, (*spans, (after, min(after + 12, frames))), (*firsts, True))


def sinusoids(length: int, width: int) -> Tensor:
    """Whisper's position code: sines, then cosines, of geometrically spaced wavelengths up to 10,000."""
    scale = torch.exp(-math.log(10_000) / (width // 2 - 1) * torch.arange(width // 2))
    angles = torch.arange(length)[:, None] * scale[None]
    return torch.cat([angles.sin(), angles.cos()], 1)


class Attention(nn.Module):
    """Multi-head attention that can give its weights."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))

    def forward(
        self, x: Tensor, memory: Tensor | None, bias: Tensor | None, weights: bool = False
    ) -> tuple[Tensor, Tensor | None]:
        normed = self.norm(x)
        source = normed if memory is None else memory
        q, k, v = (
            self._split(m(s)) for m, s in ((self.query, normed), (self.key, source), (self.value, source))
        )
        if not weights:
            mixed, given = F.scaled_dot_product_attention(q, k, v, attn_mask=bias), None
        else:
            scores = q @ k.transpose(-1, -2) / math.sqrt(WIDTH // HEADS)
            given = (scores if bias is None else scores + bias).softmax(-1)
            mixed = given @ v
        return x + self.out(mixed.transpose(1, 2).flatten(2)), given

    @staticmethod
    def _split(x: Tensor) -> Tensor:
        return x.unflatten(2, (HEADS, -1)).transpose(1, 2)


class Block(nn.Module):
    def __init__(self, cross: bool) -> None:
        super().__init__()
        self.own = Attention()
        self.cross = Attention() if cross else None
        self.norm = nn.LayerNorm(WIDTH)
        self.wide, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: Tensor, bias: Tensor, memory: Tensor | None = None, cross_bias: Tensor | None = None,
                weights: bool = False) -> tuple[Tensor, Tensor | None]:  # fmt: skip
        x, _ = self.own(x, None, bias)
        given = None
        if self.cross is not None:
            x, given = self.cross(x, memory, cross_bias, weights)
        return x + self.narrow(F.gelu(self.wide(self.norm(x)))), given


class TinyWhisper(nn.Module):
    def __init__(self, vocabulary_size: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(80, WIDTH, 3, padding=1)
        self.conv2 = nn.Conv1d(WIDTH, WIDTH, 3, stride=2, padding=1)
        self.encoder = nn.ModuleList(Block(cross=False) for _ in range(LAYERS))
        self.heard = nn.LayerNorm(WIDTH)
        self.tokens = nn.Embedding(vocabulary_size, WIDTH)
        self.decoder = nn.ModuleList(Block(cross=True) for _ in range(LAYERS))
        self.said = nn.LayerNorm(WIDTH)
        self.frame_head = nn.Linear(WIDTH, vocabulary_size - 255)  # only to train; no byte stands for a word
        self.register_buffer("places", sinusoids(FRAMES, WIDTH))
        self.register_buffer("steps", sinusoids(POSITIONS, WIDTH))
        nn.init.normal_(self.tokens.weight, std=0.1)

    def encode(self, features: Tensor, frames: Tensor, padding_at: Tensor) -> tuple[Tensor, Tensor]:
        """Encoder output (batch, frames + PAD_FRAMES, width) and the attention bias that lets a frame of padding count for all
        those it stands for; `frames` (batch,) is how many hold sound, `padding_at` (batch, PAD_FRAMES) where padding is."""
        x = (
            F.gelu(self.conv2(F.gelu(self.conv1(features)))).transpose(1, 2)
            + self.places[: features.shape[2] // 2]
        )
        silence = F.gelu(self.conv2(F.gelu(self.conv1(torch.zeros(1, 80, 16))))).transpose(1, 2)[:, 4:5]
        x = torch.cat([x, silence + self.places[padding_at]], 1)
        length = features.shape[2] // 2
        sound = (
            torch.arange(length)[None] < frames[:, None] + 2
        )  # the edge of the padding is itself no plain padding
        stands_for = ((FRAMES - frames).float() / PAD_FRAMES).log()[:, None].expand(-1, PAD_FRAMES)
        bias = torch.cat([torch.zeros(sound.shape).masked_fill(~sound, -1e9), stands_for], 1)[:, None, None]
        for block in self.encoder:
            x, _ = block(x, bias)
        return self.heard(x), bias

    def decode(self, tokens: Tensor, memory: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (batch, tokens, vocabulary), and the last layer's cross-attention (batch, heads, tokens, frames)."""
        x = self.tokens(tokens) + self.steps[: tokens.shape[1]]
        later = torch.full((tokens.shape[1], tokens.shape[1]), -1e9).triu(1)
        given = None
        for number, block in enumerate(self.decoder, 1):
            x, given = block(x, later, memory, bias, weights=number == LAYERS)
        assert given is not None
        return self.said(x) @ self.tokens.weight.T, given


def batch_loss(model: TinyWhisper, examples: list[Example], vocabulary: Vocabulary, wrong: float) -> Tensor:
    """What the model got wrong: next tokens, the words in the frames, and where the guided heads look."""
    count, prompt = len(examples), vocabulary.prompt
    frames = torch.tensor([math.ceil(e.features.shape[1] / 2) for e in examples])
    longest = int(frames.max()) + 4
    features = torch.zeros(count, 80, longest * 2)
    inputs = torch.full((count, len(prompt) + max(len(e.tokens) for e in examples) - 1), vocabulary.eot)
    targets = torch.full(inputs.shape, IGNORED)
    weight = torch.ones(inputs.shape)
    frame_targets = torch.zeros(count, longest, dtype=torch.long)
    guide = torch.zeros(*inputs.shape, longest)
    for i, example in enumerate(examples):
        features[i, :, : example.features.shape[1]] = torch.from_numpy(example.features)
        said = example.tokens
        inputs[i, : len(prompt) + len(said) - 1] = torch.tensor([*prompt, *said[:-1]])
        targets[i, len(prompt) - 1 : len(prompt) + len(said) - 1] = torch.tensor(said)
        targets[i, 0] = prompt[1] if len(said) > 1 else vocabulary.id("<|nospeech|>")
        for k, (token, (a, b), first) in enumerate(zip(said, example.spans, example.firsts, strict=True)):
            row = len(prompt) - 1 + k
            guide[i, row, a:b] = 1 / max(1, b - a)
            weight[i, row] = 4.0 if first else 1.0
            if token != vocabulary.eot:
                frame_targets[i, a:b] = max(0, token - 255)
    swapped = (torch.rand(inputs.shape) < wrong) & (torch.arange(inputs.shape[1]) >= len(prompt))
    inputs = torch.where(swapped, torch.randint(256, vocabulary.eot, inputs.shape), inputs)
    room = (FRAMES - 4 - frames).clamp(min=1)[:, None]
    padding_at = (frames[:, None] + 3 + (torch.rand(count, PAD_FRAMES) * room).long()).clamp(max=FRAMES - 1)
    memory, bias = model.encode(features, frames, padding_at)
    logits, given = model.decode(inputs, memory, bias)
    losses = F.cross_entropy(logits.transpose(1, 2), targets, ignore_index=IGNORED, reduction="none") * weight
    asked = targets != IGNORED
    words = losses.sum() / (weight * asked).sum()
    named = F.cross_entropy(model.frame_head(memory[:, :longest]).transpose(1, 2), frame_targets)
    looked = given[:, list(GUIDED_HEADS), :, :longest].clamp(min=1e-6).log()
    guided = guide.sum(-1) > 0
    looking = -(guide[:, None] * looked).sum(-1).mean(1)[guided].mean()
    return words + 0.7 * named + 0.25 * looking


def train(vocabulary: Vocabulary, minutes: float, out: Path, seed: int) -> TinyWhisper:
    chance = random.Random(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    material = Material(vocabulary, chance)
    short = [material.example(0) for _ in range(POOL)]
    long = [material.example(chance.uniform(5, 9)) for _ in range(POOL // 4)]
    model = TinyWhisper(vocabulary.trained)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, betas=(0.9, 0.98), weight_decay=0.01)
    began, step, shown, mean = time.monotonic(), 0, time.monotonic(), 0.0
    while (share := (time.monotonic() - began) / (minutes * 60)) < 1:
        # Windows with more than one sentence come once single ones are known.
        several = share > 0.5 and step % 4 == 3
        pool = long if several else short
        pool[chance.randrange(len(pool))] = material.example(chance.uniform(5, 9) if several else 0)
        examples = chance.sample(pool, 2 if several else 8)
        rate = 2.5e-3 * min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = batch_loss(model, examples, vocabulary, wrong=0.25 if share < 0.85 else 0.1)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step, mean = step + 1, mean + 0.02 * (loss.item() - mean) if step else loss.item()
        if time.monotonic() - shown > 30:
            shown = time.monotonic()
            export(model, vocabulary, out)
            print(f"{share:4.0%}  step {step}  loss {mean:.3f}", flush=True)
    return model


def export(model: TinyWhisper, vocabulary: Vocabulary, out: Path) -> None:
    """Write a directory that CTranslate2 and faster-whisper take for any other Whisper."""
    from ctranslate2.specs.whisper_spec import WhisperSpec

    spec = WhisperSpec(LAYERS, HEADS, LAYERS, HEADS)
    _copy_encoder(spec.encoder, model)
    _copy_decoder(spec.decoder, model, len(vocabulary.all))
    spec.register_vocabulary(vocabulary.all)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [vocabulary.id("\u0120"), vocabulary.eot]
    spec.config.lang_ids = [vocabulary.id(f"<|{c}|>") for c in _LANGUAGE_CODES]
    spec.config.alignment_heads = [(LAYERS - 1, head) for head in GUIDED_HEADS]
    spec.validate()
    spec.optimize(quantization="int8")
    out.mkdir(parents=True, exist_ok=True)
    spec.save(str(out))
    vocabulary.tokenizer.save(str(out / "tokenizer.json"), pretty=False)
    extractor = {
        "feature_size": 80,
        "sampling_rate": RATE,
        "hop_length": 160,
        "chunk_length": 30,
        "n_fft": 400,
    }
    (out / "preprocessor_config.json").write_text(json.dumps(extractor) + "\n")


def _array(*tensors: Tensor) -> np.ndarray:
    """A copy: the conversion quantises in place."""
    return np.concatenate([t.detach().numpy() for t in tensors]).copy()


def _copy_norm(spec, norm: nn.LayerNorm) -> None:
    spec.gamma, spec.beta = _array(norm.weight), _array(norm.bias)


def _copy_linear(spec, *linear: nn.Linear) -> None:
    spec.weight, spec.bias = _array(*(m.weight for m in linear)), _array(*(m.bias for m in linear))


def _copy_attention(spec, attention: Attention, own: bool) -> None:
    _copy_norm(spec.layer_norm, attention.norm)
    parts = (
        [(attention.query, attention.key, attention.value)]
        if own
        else [(attention.query,), (attention.key, attention.value)]
    )
    for target, source in zip(spec.linear, [*parts, (attention.out,)], strict=True):
        _copy_linear(target, *source)


def _copy_ffn(spec, block: Block) -> None:
    _copy_norm(spec.layer_norm, block.norm)
    _copy_linear(spec.linear_0, block.wide)
    _copy_linear(spec.linear_1, block.narrow)


def _copy_encoder(spec, model: TinyWhisper) -> None:
    for target, source in ((spec.conv1, model.conv1), (spec.conv2, model.conv2)):
        target.weight, target.bias = _array(source.weight), _array(source.bias)
    spec.position_encodings.encodings = _array(model.places)
    _copy_norm(spec.layer_norm, model.heard)
    for target, block in zip(spec.layer, model.encoder, strict=True):
        _copy_attention(target.self_attention, block.own, own=True)
        _copy_ffn(target.ffn, block)


def _copy_decoder(spec, model: TinyWhisper, vocabulary_size: int) -> None:
    """Time tokens are there but unused: their bias keeps them from ever being chosen."""
    trained = model.tokens.weight.shape[0]
    unused = np.zeros((vocabulary_size - trained, WIDTH), np.float32)
    table = np.concatenate([_array(model.tokens.weight), unused])
    spec.embeddings.weight, spec.projection.weight = table.copy(), table.copy()
    spec.projection.bias = np.concatenate([np.zeros(trained), np.full(len(unused), -100.0)]).astype(
        np.float32
    )
    spec.position_encodings.encodings = _array(model.steps)
    _copy_norm(spec.layer_norm, model.said)
    for target, block in zip(spec.layer, model.decoder, strict=True):
        assert block.cross is not None
        _copy_attention(target.self_attention, block.own, own=True)
        _copy_attention(target.attention, block.cross, own=False)
        _copy_ffn(target.ffn, block)


def export_speech(out: Path) -> None:
    """Write the sentences as sound (one after the other, a second apart) and as text with the times of their words."""
    import av

    material = [speak(s, v) for v in VOICES for s in range(len(SENTENCES))]
    pause = np.zeros(RATE, np.float32)
    said, pieces, at = [], [pause], len(pause)
    for utterance in material:
        words = [
            [w, round((at / RATE + a) * 1000), round((at / RATE + b) * 1000)] for w, a, b in utterance.words
        ]
        said.append({"text": SENTENCES[utterance.sentence], "words": words})
        pieces += [utterance.samples, pause]
        at += len(utterance.samples) + len(pause)
    samples = (np.concatenate(pieces) * 32768).astype(np.int16)
    with av.open(str(out / "sentences.flac"), "w") as file:
        stream = file.add_stream("flac", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
        frame.sample_rate = RATE
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    (out / "sentences.json").write_text(json.dumps(said, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description="Train and convert the tiny Whisper of the tests.")
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    vocabulary = Vocabulary()
    model = train(vocabulary, chosen.minutes, chosen.out, chosen.seed)
    export(model, vocabulary, chosen.out)
    export_speech(chosen.out)


if __name__ == "__main__":
    main()
