"""A Whisper of the ggml format as numbers, its tokens, and its spectrogram."""
import struct

import numpy
import regex

# Ids of the multilingual Whisper.
END, START, LANGUAGES, TRANSCRIBE, NO_SPEECH, NO_TIMES = 50257, 50258, {'en': 50259, 'zh': 50260}, 50359, 50362, 50363
# Samples of a window of the spectrogram, and between two.
WINDOW, HOP = 400, 160
# How the tokeniser cuts a text before it joins bytes: `openai/whisper` `tokenizer.py`.
WORDS = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")
BLOCK = numpy.dtype([('scale', '<f2'), ('steps', 'i1', 32)])


def load(path):
    """Mel filters, the bytes of each token, and the tensors by name, all of 32 bits."""
    with open(path, 'rb') as file:
        numbers = lambda n: struct.unpack(f'<{n}i', file.read(4 * n))
        numbers(12)
        mels, bins = numbers(2)
        filters = numpy.frombuffer(file.read(4 * mels * bins), '<f4').reshape(mels, bins)
        tokens = [file.read(numbers(1)[0]) for _ in range(numbers(1)[0])]
        tensors = {}
        while head := file.read(12):
            n_dimensions, length, kind = struct.unpack('<3i', head)
            dimensions = numbers(n_dimensions)
            name = file.read(length).decode()
            tensors[name] = floats(file, kind, int(numpy.prod(dimensions))).reshape(dimensions[::-1])
    return filters, tokens, tensors


def floats(file, kind, n):
    if kind == 0:
        return numpy.frombuffer(file.read(4 * n), '<f4').astype(numpy.float32)
    if kind == 1:
        return numpy.frombuffer(file.read(2 * n), '<f2').astype(numpy.float32)
    blocks = numpy.frombuffer(file.read(n // 32 * BLOCK.itemsize), BLOCK)
    return blocks['scale'].astype(numpy.float32)[:, None] * blocks['steps']


class Tokens:
    """Byte pairs, joined in the order of their ids."""

    def __init__(self, tokens):
        self.ids = {token: number for number, token in enumerate(tokens)}

    def encode(self, text):
        return [number for word in WORDS.findall(text) for number in self.word(word)]

    def word(self, word):
        parts = [bytes([byte]) for byte in word.encode()]
        rank = lambda at: self.ids.get(parts[at] + parts[at + 1], len(self.ids))
        while len(parts) > 1:
            best = min(range(len(parts) - 1), key=rank)
            if rank(best) == len(self.ids):
                break
            parts[best:best + 2] = [parts[best] + parts[best + 1]]
        return [self.ids[part] for part in parts]


def spectrogram(samples, filters, frames):
    """What the encoder sees of `samples` at 16 kHz, silence after them: whisper.cpp's `log_mel_spectrogram`."""
    n = frames * HOP
    padded = numpy.zeros(n + WINDOW, numpy.float32)
    padded[WINDOW // 2:][:min(n, len(samples))] = samples[:n]
    padded[:WINDOW // 2] = padded[WINDOW:WINDOW // 2:-1]
    hann = 0.5 - 0.5 * numpy.cos(2 * numpy.pi * numpy.arange(WINDOW) / WINDOW)
    windows = numpy.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:frames] * hann
    power = numpy.abs(numpy.fft.rfft(windows, axis=1))**2
    mel = numpy.log10(numpy.maximum(filters @ power.T, 1e-10))
    return ((numpy.maximum(mel, mel.max() - 8) + 4) / 4).astype(numpy.float32)
