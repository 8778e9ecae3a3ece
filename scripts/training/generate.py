#!/usr/bin/python3
"""Writes shards of labelled speech: log-mels (100 a second) with visemes and mouth parameters (50 a second).

A shard is one .npz of some minutes of utterances end to end: mel float16 [2n, 80], viseme int8 [n], mouth uint8 [n,
6] (255 is 1), starts int32 (first frame of every utterance) and `about` (JSON: hours by voice and language, hashes of
the sentences). It appears under its name only when it is whole, so that a run cut short goes on where it stopped.
Shard i of a part is the same for the same seed.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import time
from collections import defaultdict
from pathlib import Path
from typing import Dict, List

import numpy as np

import labels
import mel
from packages import CACHE
from voices import Cast, NATURAL_SHARE, NOISE_SHARE


ATTEMPTS = 5


def shard_path(folder: Path, part: str, index: int) -> Path:
    return folder / f"{part}-{index:04d}.npz"


def write_shard(
    path: Path,
    part: str,
    seed: int,
    index: int,
    minutes: float,
    natural_share: float,
    noise_share: float,
    text: Path,
    attempt: int,
) -> None:
    """Generates one shard and moves it into place."""
    rng = np.random.default_rng([seed, index, sum(part.encode()), *([attempt] if attempt else [])])
    cast = Cast(part.split("-")[0], rng, text)
    mels: List[np.ndarray] = []
    visemes: List[np.ndarray] = []
    mouths: List[np.ndarray] = []
    starts: List[int] = []
    by_voice: Dict[str, float] = defaultdict(float)
    by_language: Dict[str, float] = defaultdict(float)
    sentences = set()
    frames = 0
    while frames < minutes * 60 * labels.FRAME_RATE:
        said = cast.utterance(natural_share, noise_share)
        viseme, mouth = labels.frame_labels(said.segments, len(said.samples) / mel.RATE)
        columns = mel.normalise(mel.log_mel(said.samples))
        count = min(len(viseme), len(columns) // 2)
        starts.append(frames)
        mels.append(columns[: 2 * count].astype(np.float16))
        visemes.append(viseme[:count])
        mouths.append(np.round(mouth[:count] * 255).astype(np.uint8))
        frames += count
        by_voice[said.voice] += count / labels.FRAME_RATE
        by_language[said.language] += count / labels.FRAME_RATE
        if said.sentence:
            sentences.add(hashlib.sha1(said.sentence.encode("utf-8")).hexdigest()[:12])
    about = {
        "part": part,
        "seed": seed,
        "index": index,
        "seconds": frames / labels.FRAME_RATE,
        "voices": by_voice,
        "languages": by_language,
        "sentences": sorted(sentences),
    }
    partial = path.with_name(f"{path.stem}.{os.getpid()}.partial.npz")
    np.savez(
        partial,
        mel=np.concatenate(mels),
        viseme=np.concatenate(visemes),
        mouth=np.concatenate(mouths),
        starts=np.array(starts, np.int32),
        about=np.array(json.dumps(about)),
    )
    partial.rename(path)


def generate(
    folder: Path,
    part: str,
    hours: float,
    minutes: float,
    seed: int,
    worker: int = 0,
    workers: int = 1,
    natural_share: float = NATURAL_SHARE,
    noise_share: float = NOISE_SHARE,
    text: Path = CACHE,
) -> None:
    """Writes the shards of a part that are not there yet; of several workers each takes every n-th.

    Each shard has its own process: espeak-ng's formant code now and then runs over its buffers, and the next attempt
    draws other sentences.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count = max(1, round(hours * 60 / minutes))
    for index in range(worker, count, workers):
        path = shard_path(folder, part, index)
        if path.exists():
            continue
        began = time.time()
        for attempt in range(ATTEMPTS):
            child = multiprocessing.Process(
                target=write_shard, args=(path, part, seed, index, minutes, natural_share, noise_share, text, attempt)
            )
            child.start()
            child.join()
            if child.exitcode == 0:
                break
            print(f"{path.name}: attempt {attempt + 1} ended with code {child.exitcode}", flush=True)
        else:
            raise SystemExit(f"{path.name}: {ATTEMPTS} attempts failed")
        print(f"{path.name}: {time.time() - began:.1f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=40.0, help="hours of training audio (default 40)")
    parser.add_argument(
        "--validation-hours", type=float, default=0.5, help="hours of each of the two validation sets (default 0.5)"
    )
    parser.add_argument("--shard-minutes", type=float, default=12.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worker", type=int, default=0, help="which of the workers this is (default 0)")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=CACHE / "shards")
    parser.add_argument(
        "--text", type=Path, default=CACHE, help="folder with sentences/ and words/ (default: what sentences.py wrote)"
    )
    options = parser.parse_args()
    if options.worker == 0:
        for part, share in (("validation-espeak", 0.0), ("validation-natural", 1.0)):
            generate(
                options.folder,
                part,
                options.validation_hours,
                options.validation_hours * 60,
                options.seed,
                0,
                1,
                share,
                0.0,
                options.text,
            )
    generate(
        options.folder,
        "train",
        options.hours,
        options.shard_minutes,
        options.seed,
        options.worker,
        options.workers,
        text=options.text,
    )


if __name__ == "__main__":
    main()
