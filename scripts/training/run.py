#!/usr/bin/python3
"""One command for all: sentences, shards, training of both networks, export, check against onnxruntime, scores.

Every step keeps what it finished; run it again after an interruption and it goes on. `--smoke` does a tiny version of
everything in a folder of its own, without touching models/ or the golden answers.
"""
from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Optional, Sequence

from packages import CACHE

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PYTHON = os.environ.get("LIPCAM_PYTHON", "/usr/bin/python3")
DENO = os.environ.get("LIPCAM_DENO", "deno")


def step(title: str, command: Sequence[object]) -> None:
    """Runs one step in its own process, on one core; ends here when it fails."""
    print(f"== {title}", flush=True)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    done = subprocess.run([str(word) for word in command], cwd=ROOT, env=environment, check=False)
    if done.returncode != 0:
        sys.exit(f"{title}: failed with code {done.returncode}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="a minute of audio, a few steps: does everything work?")
    parser.add_argument(
        "--work",
        type=Path,
        help="folder for shards and checkpoints (default .cache/training; --smoke wants one of its own)",
    )
    parser.add_argument("--hours", type=float, default=40.0)
    parser.add_argument("--steps", type=int, default=10000, help="steps of the main network (default 10000)")
    parser.add_argument(
        "--fast-steps",
        type=int,
        default=2400,
        help="steps of the low-latency network, which begins with the main one's weights",
    )
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.smoke:
        smoke(options.work, options.seed)
        return
    work = options.work or CACHE
    shards = work / "shards"
    step("sentences", [PYTHON, HERE / "sentences.py"])
    step(
        "generate", [PYTHON, HERE / "generate.py", "--hours", options.hours, "--seed", options.seed, "--folder", shards]
    )
    common = ["--shards", shards, "--seed", options.seed]
    step(
        "train viseme",
        [PYTHON, HERE / "train.py", *common, "--delay", 3, "--steps", options.steps, "--out", work / "viseme.pt"],
    )
    step(
        "train viseme-fast",
        [
            PYTHON,
            HERE / "train.py",
            *common,
            "--delay",
            1,
            "--steps",
            options.fast_steps,
            "--rate",
            1e-3,
            "--begin-from",
            work / "viseme.pt",
            "--out",
            work / "viseme-fast.pt",
        ],
    )
    for name in ("viseme", "viseme-fast"):
        step(f"export {name}", [PYTHON, HERE / "export.py", work / f"{name}.pt", name, "--shards", shards])
    step("check", [DENO, "run", "-A", HERE / "check_onnx.ts", "models/viseme", "models/viseme-fast"])
    step("evaluate", [DENO, "task", "eval:visemes"])


def smoke(work: Optional[Path], seed: int) -> None:
    """Everything once, small: espeak-ng, flite and Festival, one short training, export, both runtimes, scores."""
    if work is None:
        sys.exit("--smoke wants --work FOLDER")
    shards, models, golden = work / "shards", work / "models", work / "golden"
    common = ["--shards", shards, "--seed", seed]
    step(
        "generate",
        [
            PYTHON,
            HERE / "generate.py",
            "--hours",
            0.034,
            "--validation-hours",
            0.006,
            "--shard-minutes",
            1,
            "--seed",
            seed,
            "--folder",
            shards,
            "--text",
            HERE / "smoke",
        ],
    )
    step(
        "train",
        [
            PYTHON,
            HERE / "train.py",
            *common,
            "--steps",
            240,
            "--batch",
            8,
            "--frames",
            64,
            "--report",
            120,
            "--rate",
            8e-3,
            "--size",
            24,
            32,
            48,
            24,
            "--out",
            work / "viseme.pt",
        ],
    )
    step(
        "export",
        [
            PYTHON,
            HERE / "export.py",
            work / "viseme.pt",
            "viseme",
            "--shards",
            shards,
            "--models",
            models,
            "--golden",
            golden,
        ],
    )
    step("check", [DENO, "run", "-A", HERE / "check_onnx.ts", models / "viseme", "--golden", golden])
    step("score", [PYTHON, HERE / "evaluate.py", work / "viseme.pt", "--shards", shards])


if __name__ == "__main__":
    main()
