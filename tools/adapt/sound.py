"""Spoken lines as a service may hear them, another way each time."""
import os
import re
import sys

import numpy

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'spoken'))
import mix

RATE = mix.RATE


def noises(folder):
    """Recordings of noise of the training and calibration parts."""
    names = sorted(name for name in os.listdir(folder) if re.search(rf"__[{mix.FOLDS['training']}]-", name))
    clips = [mix.resample(*mix.read(os.path.join(folder, name)), RATE) for name in names]
    return [clip for clip in clips if (clip**2).mean() > 1e-8]


def spoken(samples, noises, rng):
    """A line said a little faster or slower, higher or deeper, in a room or on a line, with noise or without."""
    if rng.random() < 0.7:
        speed = rng.uniform(0.92, 1.08)
        samples = numpy.interp(numpy.arange(int(len(samples) / speed)) * speed, numpy.arange(len(samples)), samples)
    air = lambda: numpy.zeros(int(rng.uniform(0.05, 0.4) * RATE))
    samples = numpy.concatenate([air(), samples, air()])
    if rng.random() < 0.3:
        samples = reverberant(samples, rng)
    clean, room, noisy_line = 0.15, 0.55, 0.75
    way = rng.random()
    if clean <= way < noisy_line:
        snr = rng.uniform(2, 25) if way < room else rng.uniform(8, 22)
        noise = noises[rng.integers(len(noises))] if rng.random() < 0.8 else rng.standard_normal(2 * RATE)
        samples = mix.add_noise(samples, noise, snr, rng.random())
    samples = samples / numpy.abs(samples).max() * 10**(-rng.uniform(0.2, 20) / 20)
    return telephone(samples, rng) if way >= room else samples


def nobody(noises, rng):
    """Noise alone."""
    noise = noises[rng.integers(len(noises))]
    samples = numpy.roll(noise, -rng.integers(len(noise)))[:int(rng.uniform(1.5, 4) * RATE)]
    samples = samples * 10**(-rng.uniform(0, 20) / 20) + 1e-4 * rng.standard_normal(len(samples))
    return telephone(samples, rng) if rng.random() < 0.4 else samples


def telephone(samples, rng):
    narrow = mix.resample(samples, RATE, mix.LINE_RATE, rng.uniform(50, 320), rng.uniform(3300, 3900))
    return mix.resample(mix.mulaw(narrow), mix.LINE_RATE, RATE)


def reverberant(samples, rng):
    """With an echo that dies away by 60 dB in 0.1 to 0.45 s."""
    n = int(rng.uniform(0.1, 0.45) * RATE)
    echo = rng.standard_normal(n) * numpy.exp(-6.9 * numpy.arange(n) / n) * rng.uniform(0.02, 0.12)
    echo[0] = 1
    size = len(samples) + n
    return numpy.fft.irfft(numpy.fft.rfft(samples, size) * numpy.fft.rfft(echo, size), size)[:len(samples)]
