#!/usr/bin/python3
"""Wav2Lip's checkpoint -> a model folder. 96 pixels (wav2lip.pth, wav2lip_gan.pth), or 256 as LiveTalking publishes it.

    wav2lip.py --checkpoint wav2lip_gan.pth --licence "..." --out models/wav2lip-96 [--fp16]

Which of the two it is, the weights say. Prints how far onnxruntime is from PyTorch and writes it to model.json.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence, Tuple

import packages  # isort: skip  (before PyTorch)
import numpy as np
import torch

import manifest
import reference_features as reference
from answers import Answers
from graphs import Parity, answer_of, export_graph, fill, load_weights
from musetalk import add_common
from wav2lip_model import Wav2Lip

FIRST = "face_encoder_blocks.0.0.conv_block.0.weight"


def load(path: Path) -> Tuple[Wav2Lip, int]:
    """The generator and its side in pixels."""
    kept: Any = load_weights(path)
    if isinstance(kept, Mapping) and "state_dict" in kept:
        kept = kept["state_dict"]
    if not isinstance(kept, Mapping):
        raise SystemExit(f"{path} holds {type(kept).__name__}, wanted Wav2Lip's state_dict")
    weights = {name[len("module.") :] if name.startswith("module.") else name: value for name, value in kept.items()}
    if FIRST not in weights:
        raise SystemExit(f"{path} has no {FIRST}, wanted the weights of Wav2Lip's generator")
    base, inner, size = weights[FIRST].shape[:3]
    blocks = len({name.split(".")[1] for name in weights if name.startswith("face_encoder_blocks.")})
    sides = {7: 96, 8: 256}
    if inner != 6 or size != 7 or blocks not in sides:
        raise SystemExit(f"{path} has {blocks} encoder blocks, the first {tuple(weights[FIRST].shape)}, wanted 7 (96 pixels) or 8 (256)")
    side = sides[blocks]
    return fill(Wav2Lip(side, base), weights, path), side


def main(args: Optional[Sequence[str]] = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--fp16", action="store_true", help="compute in float16; inputs stay float32")
    add_common(parser)
    given = parser.parse_args(args)
    out = manifest.checked_folder(given.out)
    network, side = load(given.checkpoint)
    contract = f"wav2lip/{side}"

    made = np.random.default_rng(2)
    mel = np.clip(made.normal(size=(given.frames, 1, 80, 16)) * 2, -4, 4).astype(np.float32)
    crops = made.integers(0, 256, size=(given.frames, side // 8, side // 8, 3), dtype=np.uint8).repeat(8, 1).repeat(8, 2)
    faces = np.stack([reference.wav2lip_face(crop) for crop in crops])
    values = {"mel": mel, "face": faces}
    parity, answers = Parity(given.fp16), Answers(given.answers, out, contract)
    with manifest.installed_when_done(out) as folder:
        path = folder / "generator.onnx"
        export_graph(network, path, values, "image", {name: ("B",) for name in ("mel", "face", "image")}, given.fp16)
        image = answer_of(network, values)
        parity.compare("generator", path, values, image)
        answers.keep_frames(mel, faces, reference.generator_patches(image))
        answers.write(8 if given.fp16 else 1)
        graphs = {"generator": {"file": path.name, "range": "0..1"}}
        manifest.write_manifest(
            folder, contract, graphs, given.licence, author=given.author, parity=parity.check(), name=out.name
        )
    print(f"{out}: {contract}")


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    main()
