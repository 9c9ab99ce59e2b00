#!/usr/bin/env python3
"""Makes the heard.tsv of a folder of examples from what was heard of them.

usage: heard.py HEARD.jsonl... > heard.tsv
  HEARD.jsonl  what `examples/listen --out` wrote
"""
import json
import sys


def transcript(turn):
    """What was heard of a turn; empty where nothing was."""
    return turn['take']['heard']['utterance']['transcript']['text']


def main():
    turns = [json.loads(line) for path in sys.argv[1:] for line in open(path, encoding='utf8')]
    # A text heard alike in both its turns is one lesson.
    pairs = sorted({(turn['group'], text) for turn in turns if (text := transcript(turn))})
    print('text\theard')
    for said, heard in pairs:
        print(f'{said}\t{heard}')


if __name__ == '__main__':
    main()
