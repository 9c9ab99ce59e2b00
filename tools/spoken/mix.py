#!/usr/bin/env python3
"""Makes turns as a telephone service hears them out of spoken ones, with fixed seeds.

usage: mix.py SPOKEN_FOLDER NOISE_FOLDER PART OUTDIR
  SPOKEN_FOLDER  what speak.py wrote: WAV at 16 kHz and turns.tsv
  NOISE_FOLDER   WAVs named CLASS__FOLD-SOURCE-TAKE.wav (ESC-10): folds 1 and 2 are mixed into the calibration part, 3 to
                 5 into the test part, so no recording of noise is in both and every class is in each
  PART           calibration, test, or training, which shares its noise with calibration
Writes OUTDIR/*.wav and OUTDIR/turns.tsv: file, language, intent, condition, snr, voice, text.

  room   16 kHz: clean, or with noise at 20, 10 or 5 dB, a quarter each
  line   8 kHz, 300 to 3400 Hz, mu-law and back: half of them clean, half with noise at 15 to 20 dB before the line

Every text has both turns, but for those of the calibration part that prove the promise: of a text only one turn counts
there, so only one of the two is made, in the room or on the line as chance has it.

Both turns of a text share its words, its voice and much of their fate: `text` is their group, no split may part them.
What is there already is kept; the table is written anew.
"""
import hashlib
import os
import re
import sys
import wave

import numpy

RATE = 16000
LINE_RATE = 8000
FOLDS = {'training': '12', 'calibration': '12', 'test': '345'}
ROOM = [None, 20.0, 10.0, 5.0]
# Air before and after the words, in seconds: recordings of calls do not begin with a word.
AIR = 0.3
# Share of the calibration texts that fit the model; `calibrate --model-share` is to be the same.
MODEL_SHARE = 0.3


def seeded(text, salt):
    """A number in 0..1 that depends on the text and the salt alone."""
    return int.from_bytes(hashlib.sha256(f'{salt}|{text}'.encode()).digest()[:6], 'big') / 2**48


def read(path):
    """Samples as floats at the file's rate, first channel."""
    with wave.open(path) as file:
        assert file.getsampwidth() == 2, path
        data = numpy.frombuffer(file.readframes(file.getnframes()), '<i2')
        return data[::file.getnchannels()] / 32768.0, file.getframerate()


def write(path, samples, rate):
    with wave.open(path + '.part', 'wb') as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(numpy.clip(numpy.round(samples * 32767), -32768, 32767).astype('<i2').tobytes())
    os.rename(path + '.part', path)


def resample(samples, rate, wanted, low=0.0, high=None):
    """Another rate through the spectrum; keeps `low` to `high` hertz."""
    wanted_n = int(round(len(samples) * wanted / rate))
    spectrum = numpy.fft.rfft(samples)
    hertz = numpy.fft.rfftfreq(len(samples), 1 / rate)
    spectrum[(hertz < low) | (hertz > (high or min(rate, wanted) / 2))] = 0
    kept = numpy.zeros(wanted_n // 2 + 1, complex)
    n = min(len(kept), len(spectrum))
    kept[:n] = spectrum[:n]
    return numpy.fft.irfft(kept, wanted_n) * wanted_n / len(samples)


def loudness(samples, rate):
    """Mean power of the frames within 30 dB of the loudest."""
    frame = rate // 50
    frames = samples[:len(samples) // frame * frame].reshape(-1, frame)
    power = (frames**2).mean(axis=1)
    return power[power > power.max() * 1e-3].mean()


def mulaw(samples):
    """To G.711 mu-law codes and back: the continuous law at 8 bits."""
    mu = 255.0
    code = numpy.round(numpy.sign(samples) * numpy.log1p(mu * numpy.abs(samples)) / numpy.log1p(mu) * 127) / 127
    return numpy.sign(code) * ((1 + mu)**numpy.abs(code) - 1) / mu


def add_noise(speech, noise, snr, where):
    """Noise at a level under the speech, from a place in its recording, repeated where it is too short."""
    start = int(where * len(noise))
    bed = numpy.resize(numpy.roll(noise, -start), len(speech))
    gain = numpy.sqrt(loudness(speech, RATE) / (bed**2).mean() / 10**(snr / 10))
    return speech + gain * bed


def fit(samples):
    """Turned down where it would clip."""
    peak = numpy.abs(samples).max()
    return samples * min(1.0, 0.98 / peak)


def room(speech, noises, text):
    snr = ROOM[int(seeded(text, 'room') * len(ROOM))]
    if snr is None:
        return 'clean', None, speech
    noise = noises[int(seeded(text, 'room noise') * len(noises))]
    return f'noise {snr:.0f} dB', snr, fit(add_noise(speech, noise, snr, seeded(text, 'room place')))


def line(speech, noises, text):
    snr = None
    if seeded(text, 'line') < 0.5:
        snr = round(15 + 5 * seeded(text, 'line level'), 1)
        noise = noises[int(seeded(text, 'line noise') * len(noises))]
        speech = add_noise(speech, noise, snr, seeded(text, 'line place'))
    return 'line' if snr is None else 'line, noise', snr, mulaw(fit(resample(speech, RATE, LINE_RATE, 300, 3400)))


def takes(text, part):
    """Which of the two turns are made of a text."""
    both = [('room', room, RATE), ('line', line, LINE_RATE)]
    # As src/calibrate/split.rs parts the texts.
    proves = int.from_bytes(hashlib.sha256(b'part\0' + text.encode()).digest()[:6], 'big') / 2**48 >= MODEL_SHARE
    return [both[int(seeded(text, 'take') * 2)]] if part == 'calibration' and proves else both


def main():
    spoken, noise_folder, part, out = sys.argv[1:5]
    names = sorted(n for n in os.listdir(noise_folder) if re.search(rf'__[{FOLDS[part]}]-', n))
    noises = [resample(*read(os.path.join(noise_folder, name)), RATE) for name in names]
    # A clip that is digital silence in places has no level of its own there; the mean over the clip is what is mixed.
    noises = [noise for noise in noises if (noise**2).mean() > 1e-8]
    os.makedirs(out, exist_ok=True)
    rows = sorted(row.rstrip('\n').split('\t') for row in open(os.path.join(spoken, 'turns.tsv'), encoding='utf8'))
    with open(os.path.join(out, 'turns.tsv.part'), 'w', encoding='utf8') as table:
        table.write('file\tlanguage\tintent\tcondition\tsnr\tvoice\ttext\n')
        for file, language, intent, voice, _, text in rows:
            samples, rate = read(os.path.join(spoken, file))
            air = numpy.zeros(int(AIR * RATE))
            speech = numpy.concatenate([air, samples if rate == RATE else resample(samples, rate, RATE), air])
            for place, make, out_rate in takes(text, part):
                condition, snr, mixed = make(speech, noises, text)
                name = f'{file[:-4]}-{place}.wav'
                if not os.path.exists(os.path.join(out, name)):
                    write(os.path.join(out, name), mixed, out_rate)
                level = '' if snr is None else f'{snr:g}'
                table.write('\t'.join([name, language, intent, condition, level, voice, text]) + '\n')
    os.rename(os.path.join(out, 'turns.tsv.part'), os.path.join(out, 'turns.tsv'))


if __name__ == '__main__':
    main()
