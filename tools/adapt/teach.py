#!/usr/bin/env python3
"""Teaches a Whisper a domain's speech, as a small addition to its weights.

usage: V/bin/pip install torch numpy regex safetensors
       V/bin/python teach.py WEIGHTS.bin NOISE_FOLDER OUT.safetensors STEPS KEPT SPOKEN_FOLDER...
  WEIGHTS.bin    of the ggml format, 8 bits: models/whisper-base-q8_0.bin
  NOISE_FOLDER   as of tools/spoken/mix.py
  KEPT           share of what was taught that is kept, in 0..=1
  SPOKEN_FOLDER  what tools/spoken/speak.py wrote, parts adaptation and training

models/hotline.safetensors: 700 steps, half of it kept. All of it hears synthetic voices best and real ones worse than before;
half hears both better (M. Wortsman et al., "Robust fine-tuning of zero-shot models", arXiv:2109.01903, take such a mean of
the weights). Chosen on other clips than those that judge it.

Every line is heard another way each time (sound.py). What was not spoken is left as it is: a product of two narrow
matrices is added to each matrix of the layers (E. J. Hu et al., "LoRA", arXiv:2106.09685). Noise alone is taught as no
speech. A step of eight lines takes some 1.5 s on two cores with AMX.
"""
import hashlib
import math
import os
import sys
import time

import numpy
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

import ggml
import network
import sound

# Columns of what is added to a matrix of either half.
RANKS = {'encoder': 16, 'decoder': 4}
RATE = 5e-4
WARM_UP = 60
# Frames of 20 ms of the encoder's window, and lines heard together in it.
BATCHES = {250: 8, 400: 5}
# Silence after a line, as the engine's own window has, in samples.
TRAILING = int(0.9 * sound.RATE)
TOKENS = 40
# Share of turns in which nobody speaks; weight of the language beside a token of the text.
NOBODY, LANGUAGE = 0.04, 0.1
# As Whisper writes Chinese.
SIGNS = str.maketrans({'，': ',', '？': '?', '！': '!', '；': ',', '：': ',', '、': ',', '。': None, '…': None})


def lines(folders):
    """Path, language and text of every line."""
    for folder in folders:
        for row in open(os.path.join(folder, 'turns.tsv'), encoding='utf8'):
            file, language, *_, text = row.rstrip('\n').split('\t')
            yield os.path.join(folder, file), language, text


def additions(weights, rng):
    """For each matrix: narrow and random, wide and zero, so that nothing is added at first."""
    added = {}
    for name, matrix in weights.items():
        if name.endswith('.weight') and '.blocks.' in name and matrix.ndim == 2:
            rank, (rows, columns) = RANKS[name.split('.')[0]], matrix.shape
            down = torch.tensor(rng.standard_normal((rank, columns)) / math.sqrt(columns), dtype=torch.float32)
            added[name.removesuffix('.weight')] = (down.requires_grad_(), torch.zeros(rows, rank, requires_grad=True))
    return added


class Turns:
    """Batches of spectrogram, tokens and their weights, without end."""

    def __init__(self, lines, noises, filters, tokens, rng):
        self.lines, self.noises, self.filters, self.tokens, self.rng = list(lines), noises, filters, tokens, rng

    def __iter__(self):
        waiting = {frames: [] for frames in BATCHES}
        while True:
            for at in self.rng.permutation(len(self.lines)):
                frames, *turn = self.nobody() if self.rng.random() < NOBODY else self.spoken(*self.lines[at])
                if frames is None:
                    continue
                waiting[frames].append(turn)
                if len(waiting[frames]) == BATCHES[frames]:
                    yield [torch.tensor(numpy.array(part)) for part in zip(*waiting[frames])]
                    waiting[frames] = []

    def spoken(self, path, language, text):
        samples, _ = sound.mix.read(path)
        samples = sound.spoken(samples, self.noises, self.rng)
        text = self.tokens.encode(text.translate(SIGNS) if language == 'zh' else ' ' + text)
        frames = next((n for n in BATCHES if len(samples) + TRAILING <= 2 * n * ggml.HOP), None)
        if frames is None or len(text) > TOKENS - 5:
            return None, None
        marks = [ggml.START, ggml.LANGUAGES[language], ggml.TRANSCRIBE, ggml.NO_TIMES]
        return self.turn(samples, frames, marks + text + [ggml.END], [LANGUAGE, 0, 0] + [1] * (len(text) + 1))

    def nobody(self):
        frames = next(iter(BATCHES))
        return self.turn(sound.nobody(self.noises, self.rng), frames, [ggml.START, ggml.NO_SPEECH], [1])

    def turn(self, samples, frames, tokens, weights):
        tokens = tokens + [ggml.END] * (TOKENS + 1 - len(tokens))
        weights = weights + [0] * (TOKENS - len(weights))
        mel = ggml.spectrogram(samples, self.filters, 2 * frames)
        return frames, mel, numpy.array(tokens), numpy.array(weights, numpy.float32)


def loss(weights, added, mel, tokens, importance):
    with torch.autocast('cpu', torch.bfloat16):
        logits = network.decode(weights, added, network.encode(weights, added, mel), tokens[:, :-1])
    each = F.cross_entropy(logits.float().flatten(0, 1), tokens[:, 1:].flatten(), reduction='none')
    return (each.view_as(importance) * importance).sum() / importance.sum()


def pace(steps):
    """Up to the full rate, then down along a cosine to a twentieth."""
    warm = min(WARM_UP, steps // 4)
    down = lambda step: 0.525 + 0.475 * math.cos(math.pi * (step - warm) / max(1, steps - warm))
    return lambda step: (step + 1) / warm if step < warm else down(step)


def save(path, added, kept, weights_path):
    halves = {f'{name}.{end}': (share * half).detach().numpy().astype('<f2')
              for name, pair in added.items() for end, share, half in zip(('down', 'up'), (1, kept), pair)}
    sha256 = hashlib.sha256(open(weights_path, 'rb').read()).hexdigest()
    save_file(halves, path, metadata={'weights': sha256})


def main():
    weights_path, noise_folder, out, steps, kept, *folders = sys.argv[1:]
    torch.manual_seed(1)
    rng = numpy.random.default_rng(1)
    filters, tokens, tensors = ggml.load(weights_path)
    weights = {name: torch.tensor(tensor) for name, tensor in tensors.items()}
    added = additions(weights, rng)
    parameters = [half for pair in added.values() for half in pair]
    optimizer = torch.optim.AdamW(parameters, lr=RATE, betas=(0.9, 0.98), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, pace(int(steps)))
    turns = Turns(lines(folders), sound.noises(noise_folder), filters, ggml.Tokens(tokens), rng)
    print(f'{len(turns.lines)} lines, {sum(half.numel() for half in parameters)} numbers')
    begun, losses = time.time(), []
    for step, batch in zip(range(1, int(steps) + 1), turns):
        optimizer.zero_grad()
        lost = loss(weights, added, *batch)
        lost.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        schedule.step()
        losses.append(lost.item())
        if step % 20 == 0:
            print(f'{step}: {numpy.mean(losses[-20:]):.3f} nats a token, {time.time() - begun:.0f} s', flush=True)
        if step % 100 == 0:
            save(out, added, float(kept), weights_path)
    save(out, added, float(kept), weights_path)


if __name__ == '__main__':
    main()
