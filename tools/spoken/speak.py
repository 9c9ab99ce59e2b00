#!/usr/bin/env python3
"""Speaks a labelled text set, one WAV a line, with fixed seeds: the same lines give the same voices and speeds.

usage: speak.py TTS_FOLDER TEXTS.tsv PART OUTDIR [FIRST_ROUND LAST_ROUND]
  TTS_FOLDER  what tools/tts/setup.sh made, and fast.py if it was run
  TEXTS.tsv   language<TAB>intent<TAB>text; or a file of examples named LANGUAGE.yml
  PART        training, adaptation, calibration or test: no two share a voice, but for the two that teach. Only
              the FREE voices speak
  rounds      a round is one line of every intent, three requests for a person and seven turns out of scope,
              so that a run stopped early keeps its proportions (default: all)
Writes OUTDIR/turns.tsv: file, language, intent, voice, speed, text. What is there already is kept.
"""
import hashlib
import os
import sys

import numpy

# Voices that are free to use. The others that setup.sh brings are kept for measuring and speak nothing of ours.
FREE = set('''
zf_xiaobei zf_xiaoxiao zm_yunjian zm_yunxi
af_alloy af_aoede af_bella af_heart af_jessica af_nicole af_river af_sarah af_sky
am_adam am_eric am_fenrir am_liam am_michael am_onyx
bf_alice bf_emma bf_isabella bm_daniel bm_fable bm_george
'''.split())
VOICES = {
    # Of four free Mandarin voices the two of the test part teach nothing: these are halfway between the other two and
    # English voices of the calibration part, which makes speakers of their own.
    ('training', 'zh'): ['zf_xiaoxiao+af_bella', 'zf_xiaoxiao+am_fenrir', 'zf_xiaoxiao+bf_alice', 'zm_yunxi+af_sky',
                         'zm_yunxi+am_michael', 'zm_yunxi+bm_fable'],
    # What is added to the speech model has heard zf_xiaoxiao, so she is not in the calibration part.
    ('calibration', 'zh'): ['zm_yunxi+am_adam', 'zm_yunxi', 'zm_yunxi+af_jessica', 'zm_yunxi'],
    ('test', 'zh'): ['zf_xiaobei', 'zm_yunjian'],
    **dict.fromkeys([('adaptation', 'zh'), ('adaptation', 'en')], [
        'zf_xiaoxiao+af_bella', 'zf_xiaoxiao+am_fenrir', 'zf_xiaoxiao+bf_alice', 'zf_xiaoxiao+am_adam',
        'zf_xiaoxiao+af_sky', 'zf_xiaoxiao+am_michael', 'zf_xiaoxiao+af_jessica', 'zf_xiaoxiao+bm_fable',
        'zf_xiaoxiao+af_river', 'zf_xiaoxiao+bf_isabella']),
    ('calibration', 'en'): ['af_alloy', 'af_bella', 'af_jessica', 'af_river', 'af_sky', 'am_adam', 'am_fenrir',
                            'am_michael', 'bf_alice', 'bf_isabella', 'bm_fable'],
    ('test', 'en'): ['af_aoede', 'af_heart', 'af_nicole', 'af_sarah', 'am_eric', 'am_liam', 'am_onyx', 'bf_emma',
                     'bm_daniel', 'bm_george'],
}
assert all(FREE.issuperset(voice.split('+')) for voices in VOICES.values() for voice in voices)
PER_ROUND = {'human_agent': 3, 'out_of_scope': 7}
# Characters of a text, about six seconds of speech: what most turns on the phone stay under.
LONGEST = {'zh': 22, 'en': 80}


def seeded(text, salt, n):
    """A number in 0..n that depends on the text and the salt alone."""
    return int.from_bytes(hashlib.sha256(f'{salt}|{text}'.encode()).digest()[:6], 'big') % n


def read(path):
    """Rows of language, intent and text; a line that names them is none."""
    with open(path, encoding='utf8') as file:
        rows = [row.strip() for row in file if row.strip()]
    if not path.endswith('.yml'):
        return [row.split('\t') for row in rows if not row.startswith('language\t')]
    language, intent, lines = os.path.basename(path)[:2], None, []
    for row in rows:
        if row.startswith('- intent: '):
            intent = row[len('- intent: '):]
        elif row.startswith('- ') and intent:
            lines.append([language, intent, row[2:]])
    return lines


def rounds(lines):
    """The lines, dealt into rounds of fixed proportions."""
    queues = {}
    for line in lines:
        queues.setdefault(line[1], []).append(line)
    while any(queues.values()):
        turn = []
        for intent in sorted(queues):
            take = PER_ROUND.get(intent, 1)
            turn += queues[intent][:take]
            queues[intent] = queues[intent][take:]
        yield turn


def blend(tts, voice):
    """Makes the voice `one+other`, halfway between the two, where it is not there yet."""
    folder = os.path.join(tts, 'voices')
    path = os.path.join(folder, voice + '.bin')
    if '+' not in voice or os.path.exists(path):
        return
    one, other = (numpy.fromfile(os.path.join(folder, name + '.bin'), '<f4') for name in voice.split('+'))
    # Two runs may make the same voice at the same time.
    part = f'{path}.{os.getpid()}'
    ((one + other) / 2).astype('<f4').tofile(part)
    os.rename(part, path)


def main():
    tts, texts, part, out = sys.argv[1:5]
    first, last = (int(sys.argv[5]), int(sys.argv[6])) if len(sys.argv) > 6 else (0, 10**6)
    sys.path.insert(0, tts)
    if os.path.exists(os.path.join(tts, 'decoder.onnx')):
        import fast as say
    else:
        import say
    lines = [l for l in read(texts) if len(l[2]) <= LONGEST[l[0]]]
    # A fixed shuffle: neighbours in the file were written together.
    lines.sort(key=lambda l: seeded(l[2], 'order', 2**40))
    os.makedirs(out, exist_ok=True)
    for (name, _), voices in VOICES.items():
        if name == part:
            for voice in voices:
                blend(tts, voice)
    session = say.load(1)
    for index, turn in enumerate(rounds(lines)):
        if not first <= index < last:
            continue
        for language, intent, text in turn:
            name = f'{language}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.wav'
            path = os.path.join(out, name)
            voice = VOICES[part, language][seeded(text, 'voice', len(VOICES[part, language]))]
            speed = 0.95 + 0.01 * seeded(text, 'speed', 31)
            if os.path.exists(path):
                continue
            tongue = 'zh' if language == 'zh' else ('en-gb' if voice.startswith('b') else 'en-us')
            samples, _ = say.synth(session, text, voice, tongue, speed)
            say.write16k(samples, path + '.part.wav')
            os.rename(path + '.part.wav', path)
            with open(os.path.join(out, 'turns.tsv'), 'a', encoding='utf8') as table:
                table.write('\t'.join([name, language, intent, voice, f'{speed:.2f}', text]) + '\n')


if __name__ == '__main__':
    main()
