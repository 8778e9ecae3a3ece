#!/usr/bin/python3
"""Scores a checkpoint on the synthetic validation shards, for development only: published figures come from `deno
task eval:visemes`.
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import numpy as np
import torch

import calibrate
import data
import labels
from model import VisemeNet
from packages import CACHE

VALIDATION = ("validation-espeak", "validation-natural")


@torch.no_grad()
def predict(
    net: VisemeNet, stream: data.Stream, delay: int, calibration: calibrate.Calibration, lanes: int = 30
) -> Tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Streams the shard in `lanes` parallel parts; returns true visemes and mouths and predicted ones, aligned,
    [lanes * n].
    """
    lanes = max(1, min(lanes, len(stream.viseme) // 200))
    frames = len(stream.viseme) // lanes
    mel = torch.from_numpy(stream.mel[: 2 * frames * lanes].reshape(lanes, 2 * frames, 80).astype(np.float32))
    context, state = net.start(lanes)
    visemes: List[np.ndarray] = []
    mouths: List[np.ndarray] = []
    for at in range(0, frames, 250):
        logits, mouth, context, state = net(mel[:, 2 * at : 2 * (at + 250)], context, state)
        visemes.append(logits.argmax(2).numpy())
        mouths.append(calibration.apply(mouth).numpy())
    said = np.concatenate(visemes, 1)[:, delay:]
    shown = np.concatenate(mouths, 1)[:, delay:]
    true = stream.viseme[: frames * lanes].reshape(lanes, frames)[:, : frames - delay]
    wanted = stream.mouth[: frames * lanes].reshape(lanes, frames, 6)[:, : frames - delay] / 255
    return true.reshape(-1).astype(int), wanted.reshape(-1, 6), said.reshape(-1), shown.reshape(-1, 6)


def metrics(true: np.ndarray, wanted: np.ndarray, said: np.ndarray, shown: np.ndarray) -> Dict[str, Any]:
    """Frame accuracy, macro-F1, correlations of the mouth, bilabial closures found and false (press over 0.5 within
    40 ms; in open vowels).
    """
    confusion = np.zeros((15, 15), int)
    np.add.at(confusion, (true, said), 1)
    hits, claims, facts = np.diag(confusion), confusion.sum(0), confusion.sum(1)
    f1 = 2 * hits / np.maximum(claims + facts, 1)
    is_closed = np.concatenate([[0], (true == labels.INDEX["PP"]).astype(int), [0]])
    begins, ends = np.flatnonzero(np.diff(is_closed) == 1), np.flatnonzero(np.diff(is_closed) == -1)
    press = shown[:, 3]
    found = [bool((press[max(0, begin - 2) : end + 2] > 0.5).any()) for begin, end in zip(begins, ends)]
    is_vowel = (true >= labels.INDEX["aa"]) & (wanted[:, 3] < 0.15)
    correlations = {
        name: round(float(np.corrcoef(wanted[:, i], shown[:, i])[0, 1]), 3) for i, name in enumerate(labels.PARAMETERS)
    }
    is_held = wanted[:, 3] > 0.95
    return {
        "accuracy": round(float(hits.sum() / confusion.sum()), 4),
        "macroF1": round(float(f1[facts > 0].mean()), 4),
        "bilabialsFound": round(float(np.mean(found)) if found else 0.0, 4),
        "bilabialsFalse": round(float((press[is_vowel] > 0.5).mean()), 4),
        "pressWhenClosed": round(float(np.median(press[is_held])) if is_held.any() else 0.0, 3),
        "pressInVowels": round(float(press[is_vowel].mean()), 4),
        "jawInSilence": round(float(shown[true == 0, 0].mean()), 3),
        "jawInAa": round(float(shown[true == labels.INDEX["aa"], 0].mean()), 3),
        "jawWantedInAa": round(float(wanted[true == labels.INDEX["aa"], 0].mean()), 3),
        "correlations": correlations,
        "f1": {name: round(float(x), 3) for name, x in zip(labels.VISEMES, f1)},
    }


def fit_calibration(net: VisemeNet, delay: int, streams: Dict[str, data.Stream]) -> calibrate.Calibration:
    """The calibration of a network on the validation streams."""
    net.eval()
    predictions = [predict(net, stream, delay, calibrate.nothing()) for stream in streams.values()]
    return calibrate.fit([p[0] for p in predictions], [p[1] for p in predictions], [p[3] for p in predictions])


def score(
    net: VisemeNet, delay: int, streams: Dict[str, data.Stream], calibration: Optional[calibrate.Calibration] = None
) -> Dict[str, Dict[str, Any]]:
    """Metrics of every validation stream, uncalibrated unless a calibration is given."""
    net.eval()
    result = {
        name: metrics(*predict(net, stream, delay, calibration or calibrate.nothing()))
        for name, stream in streams.items()
    }
    net.train()
    return result


def validation_streams(folder: Path) -> Dict[str, data.Stream]:
    """The validation shards, one stream each."""
    return {
        name: data.load(paths) for name in VALIDATION for paths in [sorted(folder.glob(f"{name}-*[0-9].npz"))] if paths
    }


def one_line(scores: Dict[str, Dict[str, Any]]) -> str:
    return " | ".join(
        f"{name.split('-')[-1]} F1 {m['macroF1']} acc {m['accuracy']} bilab {m['bilabialsFound']}/{m['bilabialsFalse']} "
        f"press {m['pressWhenClosed']}/{m['pressInVowels']} jaw {m['correlations']['jaw']}"
        for name, m in scores.items()
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--shards", type=Path, default=CACHE / "shards")
    parser.add_argument("--calibrate-on", type=Path, help="shards to fit the calibration on (default: none is applied)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    kept = torch.load(options.checkpoint)
    net = VisemeNet(type(VisemeNet().size)(*kept["size"]))
    net.load_state_dict(kept["average"])
    streams = validation_streams(options.shards)
    calibration = (
        fit_calibration(net, kept["delay"], validation_streams(options.calibrate_on)) if options.calibrate_on else None
    )
    print(json.dumps(score(net, kept["delay"], streams, calibration), indent=1))


if __name__ == "__main__":
    main()
