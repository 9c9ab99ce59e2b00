#!/usr/bin/env python3
"""Makes the heard.tsv of a folder of examples from what was heard of them.

usage: heard.py TEXTS.tsv > heard.tsv
  TEXTS.tsv  what `examples/listen --texts` wrote: file, language, intent, condition, said, heard, others
"""
import sys


def main():
    rows = [row.rstrip('\n').split('\t') for row in open(sys.argv[1], encoding='utf8')][1:]
    # A text heard alike in both its turns is one lesson.
    pairs = sorted({(row[4], row[5]) for row in rows if row[5]})
    print('text\theard')
    for said, heard in pairs:
        print(f'{said}\t{heard}')


if __name__ == '__main__':
    main()
