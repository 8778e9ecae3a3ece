#!/usr/bin/python3
"""Turns a checkpoint into models/<name>/model.onnx and model.json, and writes the golden answers the TypeScript
engine is tested with.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import warnings
from pathlib import Path
from typing import Any, Dict, List, Set, Tuple

import numpy as np
import onnx
import torch
from torch import Tensor, nn

import evaluate
import labels
import mel
from calibrate import Calibration
from model import CONTEXT, Size, VisemeNet, parameter_count
from packages import CACHE, SOURCES
from split import SPLIT
from synthesize import Espeak

ROOT = Path(__file__).resolve().parents[2]
LICENCE = "CC0-1.0"
LICENCE_NOTE = (
    "The weights are numbers learnt from the sound of synthetic voices; no part of a program, a voice file or a "
    "text is in them. espeak-ng is GPL-3.0-or-later, and the GPL does not reach a program's output; the flite and "
    "Festival voices (Carnegie Mellon, Edinburgh, Nagoya) are free to use, change and sell as long as their notices "
    "stay with them. The sentences, some of them from texts under the GPL or CC-BY-SA, were read aloud and are not stored. So we know "
    "of nothing that keeps us from waiving our own rights."
)
GOLDEN_SENTENCE = "Mama, five birds flew."
GOLDEN_COLUMNS = 110


class Streaming(nn.Module):
    """The network as the engine runs it: mels and what it remembers in, probabilities, mouth and what it remembers
    out.
    """

    def __init__(self, net: VisemeNet, calibration: Calibration) -> None:
        super().__init__()
        self.net, self.calibration = net, calibration

    def forward(self, mels: Tensor, context: Tensor, state: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
        logits, mouth, context_out, state_out = self.net(mels, context, state)
        return torch.softmax(logits, 2), self.calibration.apply(mouth), context_out, state_out


def load_net(checkpoint: Path) -> Tuple[VisemeNet, Dict[str, Any]]:
    """The averaged weights of a checkpoint, and the rest of it."""
    kept = torch.load(checkpoint)
    net = VisemeNet(Size(*kept["size"]))
    net.load_state_dict(kept["average"])
    return net.eval(), kept


def write_onnx(net: VisemeNet, calibration: Calibration, path: Path) -> None:
    """model.onnx, opset 17, with the names and shapes of the contract."""
    context, state = net.start()
    inputs = (torch.zeros(1, 4, mel.MELS), context, state)
    warnings.filterwarnings("ignore", module="torch.onnx")
    warnings.filterwarnings("ignore", category=torch.jit.TracerWarning)  # the calibration is constant indeed
    torch.onnx.export(
        Streaming(net, calibration).eval(),
        inputs,
        str(path),
        opset_version=17,
        input_names=["mel", "context", "state"],
        output_names=["viseme", "mouth", "context_out", "state_out"],
        dynamic_axes={"mel": {1: "columns"}, "viseme": {1: "frames"}, "mouth": {1: "frames"}},
    )
    onnx.checker.check_model(onnx.load(str(path)))


def recipe(shards: Path) -> Dict[str, Any]:
    """What the training data was: hours, distinct sentences, languages, voices, sources, split."""
    seconds = 0.0
    sentences: Set[str] = set()
    languages: Set[str] = set()
    voices: Set[str] = set()
    seeds: Set[int] = set()
    for path in sorted(shards.glob("train-*[0-9].npz")):
        about = json.loads(str(np.load(path)["about"]))
        seconds += about["seconds"]
        sentences.update(about["sentences"])
        languages.update(filter(None, about["languages"]))
        voices.update(voice for voice in about["voices"] if voice != "noise")
        seeds.add(about["seed"])
    named = sorted(voice for voice in voices if ":" in voice)
    return {
        "hours": round(seconds / 3600, 1),
        "sentences": len(sentences),
        "languages": sorted(languages),
        "voices": len(voices),
        "synthesisers": ["espeak-ng (voices with variants: %d)" % (len(voices) - len(named)), *named],
        "sources": {name: licence for name, licence in SOURCES.items() if "test only" not in licence},
        "seed": sorted(seeds)[0] if seeds else None,
        "split": "scripts/training/split.json",
    }


def write_json(folder: Path, net: VisemeNet, kept: Dict[str, Any], shards: Path, judged: Dict[str, Any]) -> None:
    onnx_bytes = (folder / "model.onnx").read_bytes()
    delay = kept["delay"]
    sha256 = hashlib.sha256(onnx_bytes).hexdigest()
    path = folder / "model.json"
    before = json.loads(path.read_text("utf-8")) if path.exists() else {}
    # Published figures stay with the weights they were measured with.
    is_measured = before.get("files", [{}])[0].get("sha256") == sha256
    about = {
        "name": folder.name,
        "kind": "viseme",
        "version": 1,
        "files": [{"name": "model.onnx", "sha256": sha256, "bytes": len(onnx_bytes)}],
        "licence": LICENCE,
        "licenceNote": LICENCE_NOTE,
        "author": "The Lipcam contributors",
        "rateHz": mel.RATE,
        "hopSamples": mel.HOP,
        "mels": mel.MELS,
        "floor": mel.FLOOR_LOG10,
        "contextFrames": CONTEXT,
        "stateSize": net.size.state,
        "delayFrames": delay,
        "lookAheadMs": 12.5 + 20 * delay,
        "frameMs": 20,
        "visemes": list(labels.VISEMES),
        "parameters": list(labels.PARAMETERS),
        "data": recipe(shards),
        "training": {
            "steps": kept["step"],
            "parameters": parameter_count(net),
            "seed": kept["about"]["seed"],
            "heldOutSynthesisers": SPLIT["synthesisers"]["validation"],
            "validation": judged,
        },
        "metrics": before.get("metrics", {}) if is_measured else {},
    }
    path.write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", "utf-8")


@torch.no_grad()
def write_golden(net: VisemeNet, calibration: Calibration, name: str, sha256: str, folder: Path) -> None:
    """Mels of one spoken sentence and this network's outputs, as float32 little endian, and golden.json that names
    them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    spoken = Espeak().speak(GOLDEN_SENTENCE, "en-us", rate=200)
    mels = mel.normalise(mel.log_mel(spoken.samples))[:GOLDEN_COLUMNS].astype("<f4")
    context, state = net.start()
    viseme, mouth, _, state_out = Streaming(net, calibration)(torch.from_numpy(mels.copy())[None], context, state)
    mels.tofile(folder / "mel.f32")
    outputs = {"viseme": viseme, "mouth": mouth, "state": state_out}
    for key, value in outputs.items():
        value.numpy().astype("<f4").tofile(folder / f"{name}.{key}.f32")
    path = folder / "golden.json"
    about = json.loads(path.read_text("utf-8")) if path.exists() else {"models": {}}
    about.update(
        {
            "about": "written by scripts/training/export.py; float32, little endian",
            "sentence": GOLDEN_SENTENCE,
            "mel": {"file": "mel.f32", "shape": list(mels.shape)},
        }
    )
    about["models"][name] = {
        "sha256": sha256,
        **{key: {"file": f"{name}.{key}.f32", "shape": list(value.shape[1:])} for key, value in outputs.items()},
    }
    path.write_text(json.dumps(about, indent=2) + "\n", "utf-8")


def export(checkpoint: Path, folder: Path, golden: Path, shards: Path) -> None:
    torch.set_num_threads(1)
    net, kept = load_net(checkpoint)
    folder.mkdir(parents=True, exist_ok=True)
    streams = evaluate.validation_streams(shards)
    calibration = evaluate.fit_calibration(net, kept["delay"], streams)
    scores = evaluate.score(net, kept["delay"], streams, calibration)
    net.eval()
    write_onnx(net, calibration, folder / "model.onnx")
    short: List[str] = ["accuracy", "macroF1", "bilabialsFound", "bilabialsFalse"]
    judged = {name: {key: values[key] for key in short} for name, values in scores.items()}
    write_json(folder, net, kept, shards, judged)
    sha256 = hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()
    write_golden(net, calibration, folder.name, sha256, golden)
    size = (folder / "model.onnx").stat().st_size
    print(
        f"{folder.name}: {size} bytes, {parameter_count(net)} parameters, delay {kept['delay']}, "
        f"step {kept['step']}, validation {json.dumps(judged)}"
    )
    if size > 2_000_000:
        raise SystemExit(f"{folder / 'model.onnx'} has {size} bytes; at most 2000000 are wanted")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("name", help="folder below models/, such as viseme")
    parser.add_argument("--models", type=Path, default=ROOT / "models")
    parser.add_argument("--golden", type=Path, default=ROOT / "tests" / "golden" / "viseme")
    parser.add_argument("--shards", type=Path, default=CACHE / "shards")
    options = parser.parse_args()
    export(options.checkpoint, options.models / options.name, options.golden, options.shards)


if __name__ == "__main__":
    main()
