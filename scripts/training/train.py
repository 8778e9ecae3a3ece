#!/usr/bin/python3
"""Trains the viseme network on the shards; a checkpoint every minute or two, and a run cut short goes on from the
last one.

Everything is drawn from the seed and the step number. The weights that are kept and exported are an exponential
average.
"""
from __future__ import annotations

import argparse
import math
import os
import time
from pathlib import Path
from typing import Any, Dict, Tuple

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

import data
import evaluate
import spectral
from model import Size, VisemeNet, parameter_count
from packages import CACHE

#: Weights of the mouth parameters' errors: a missed closure is seen at once, a tongue hardly.
SHAPE_WEIGHTS = torch.tensor([3.0, 1.5, 2.0])
CONTACT_WEIGHTS = torch.tensor([2.5, 1.0, 0.4])
AVERAGE_DECAY = 0.9985


def class_weights(viseme: np.ndarray, power: float = 0.35) -> Tensor:
    """Weights that grow with a class's rarity, as frequency^-power, with mean 1 over the frames."""
    frequency = np.bincount(viseme, minlength=15) / len(viseme) + 1e-4
    weights = frequency**-power
    return torch.from_numpy((weights / (weights * frequency).sum()).astype(np.float32))


def loss_of(
    net: VisemeNet, batch: data.Batch, weights: Tensor, rng: np.random.Generator
) -> Tuple[Tensor, Tensor, Tensor]:
    """Total loss, and its parts: visemes (cross-entropy) and mouth."""
    heard = spectral.augment(torch.from_numpy(batch.mel), rng)
    heard[:, : data.CONTEXT] = torch.where(
        torch.from_numpy(batch.mel[:, : data.CONTEXT]) <= -1.0, torch.tensor(-1.0), heard[:, : data.CONTEXT]
    )
    _, state = net.start(len(heard))
    logits, mouth, _, _ = net(heard[:, data.CONTEXT :], heard[:, : data.CONTEXT], state)
    judged = torch.from_numpy(batch.judged)
    logits, mouth = logits[judged], mouth[judged]
    said, wanted = torch.from_numpy(batch.viseme)[judged], torch.from_numpy(batch.mouth)[judged]
    visemes = functional.cross_entropy(logits, said, weight=weights, label_smoothing=0.05)
    error = torch.sigmoid(mouth[:, :3]) - wanted[:, :3]
    shapes = ((error.square() + 0.15 * error.abs()) * SHAPE_WEIGHTS).mean()
    contacts = (
        functional.binary_cross_entropy_with_logits(mouth[:, 3:], wanted[:, 3:], reduction="none") * CONTACT_WEIGHTS
    ).mean()
    return visemes + 4 * shapes + contacts, visemes.detach(), (4 * shapes + contacts).detach()


def rate_at(step: int, steps: int, highest: float) -> float:
    """Learning rate: a warm-up of 300 steps (at most a fifth of all), then a cosine down to 1 in 100."""
    rising = min(300, steps // 5)
    if step < rising:
        return highest * (step + 1) / rising
    return highest * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * (step - rising) / max(1, steps - rising))))


def save(path: Path, kept: Dict[str, Any]) -> None:
    partial = path.with_suffix(f".{os.getpid()}.partial")
    torch.save(kept, partial)
    partial.rename(path)


def train(options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    paths = sorted(options.shards.glob("train-*[0-9].npz"))
    if not paths:
        raise SystemExit(f"no shards in {options.shards}; run generate.py first")
    stream = data.load(paths)
    held_out = evaluate.validation_streams(options.shards)
    net = VisemeNet(Size(*options.size))
    average = {name: value.clone() for name, value in net.state_dict().items()}
    decayed = [value for value in net.parameters() if value.dim() > 1]
    plain = [value for value in net.parameters() if value.dim() <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}], options.rate
    )
    first = 0
    if options.out.exists():
        kept = torch.load(options.out)
        net.load_state_dict(kept["net"])
        average = kept["average"]
        optimiser.load_state_dict(kept["optimiser"])
        first = kept["step"]
    elif options.begin_from:
        kept = torch.load(options.begin_from)
        net.load_state_dict(kept["average"])
        average = {name: value.clone() for name, value in net.state_dict().items()}
    print(
        f"{stream.hours:.1f} h in {len(paths)} shards, {parameter_count(net)} parameters, "
        f"delay {options.delay}, steps {first}..{options.steps}",
        flush=True,
    )
    sampler = data.Sampler(stream, options.frames, options.delay, options.seed)
    weights = class_weights(stream.viseme)
    about = {"hours": stream.hours, "shards": len(paths), "seed": options.seed, "steps": options.steps}
    began, running = time.time(), [0.0, 0.0]

    def keep(step: int) -> None:
        save(
            options.out,
            {
                "net": net.state_dict(),
                "average": average,
                "optimiser": optimiser.state_dict(),
                "step": step,
                "size": tuple(net.size),
                "delay": options.delay,
                "about": about,
            },
        )

    for step in range(first, options.steps):
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, options.steps, options.rate)
        loss, visemes, mouth = loss_of(
            net, sampler.batch(step, options.batch), weights, np.random.default_rng([options.seed, step, 7])
        )
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        decay = min(AVERAGE_DECAY, (step + 1) / (step + 20))
        with torch.no_grad():
            for name, value in net.state_dict().items():
                average[name].mul_(decay).add_(value, alpha=1 - decay)
        running = [
            0.98 * old + 0.02 * float(new) if step > first else float(new)
            for old, new in zip(running, (visemes, mouth))
        ]
        if (step + 1) % options.report == 0 or step + 1 == options.steps:
            keep(step + 1)
            judge = VisemeNet(net.size)
            judge.load_state_dict(average)
            scores = evaluate.one_line(evaluate.score(judge, options.delay, held_out)) if held_out else ""
            print(
                f"step {step + 1} {time.time() - began:.0f} s loss {running[0]:.3f} {running[1]:.3f} {scores}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=Path, default=CACHE / "shards")
    parser.add_argument(
        "--out", type=Path, default=CACHE / "viseme.pt", help="the checkpoint, written and resumed from"
    )
    parser.add_argument("--begin-from", type=Path, help="begin with another checkpoint's weights")
    parser.add_argument("--delay", type=int, default=3, help="frames of look-ahead: 3 is 72.5 ms, 1 is 32.5 ms")
    parser.add_argument("--steps", type=int, default=10000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--frames", type=int, default=128, help="length of a chunk (default 128, 2.56 s)")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--size", type=int, nargs=4, default=list(Size()), help="widths: first, second, state, head")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=int, default=300, help="steps between checkpoints")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
