#!/usr/bin/env python3
"""Lists what the library is built from, with licences: `cargo metadata --locked --format-version 1 | third_party.py > THIRD_PARTY.md`"""
import json
import sys

meta = json.load(sys.stdin)
packages = {p['id']: p for p in meta['packages']}
nodes = {n['id']: n for n in meta['resolve']['nodes']}
root = meta['resolve']['root']
seen, todo = set(), [root]
while todo:
    node = nodes[todo.pop()]
    for dep in node['deps']:
        # Development dependencies are not part of what others embed.
        if any(kind['kind'] != 'dev' for kind in dep['dep_kinds']) and dep['pkg'] not in seen:
            seen.add(dep['pkg'])
            todo.append(dep['pkg'])
rows = sorted((packages[i]['name'], packages[i]['version'], packages[i].get('license') or 'see its files') for i in seen)
print('''# Third parties

What the library is built from, development dependencies left out. Made by `tools/third_party.py`.

## Models

| file | licence | source |
|---|---|---|
| `models/whisper-base-q8_0.bin` | MIT | OpenAI Whisper base |
| `models/hotline.safetensors`, `models/hotline/` | as the crate | made here |
| `models/encoder/` | MIT | intfloat/multilingual-e5-small |

whisper-rs-sys contains whisper.cpp and ggml (MIT). The voices of `examples/audio` are Kokoro-82M's (Apache-2.0).

## Crates

| crate | version | licence |
|---|---|---|''')
for name, version, licence in rows:
    print(f'| {name} | {version} | {licence} |')
