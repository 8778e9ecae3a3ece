#!/usr/bin/python3
"""Ultralight's checkpoint and what it hears with -> a model folder.

    ultralight.py --checkpoint 195.pth --hubert hubert-large-ls960-ft/ --licence "..." --out models/anna-ultralight
    ultralight.py --checkpoint 195.pth --wenet encoder.onnx --licence "..." --out models/anna-ultralight

HuBERT is a folder of transformers; WeNet's published encoder.onnx is checked and taken as it is. Prints how far onnxruntime is
from PyTorch and writes it to model.json.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence

import packages  # isort: skip  (before PyTorch)
import numpy as np
import onnx
import torch
from torch import nn

import manifest
import reference_features as reference
from answers import Answers
from graphs import Parity, answer_of, export_graph, fill, load_weights, run_graph, save
from musetalk import add_common
from ultralight_model import WIDTHS, Ultralight, with_first_names

FIRST = "inc.inconv.0.conv.6.weight"
HEARS = "audio_model.conv1.conv.0.weight"
HUBERT_SIZE = 1024
WENET_COLUMNS, WENET_ANSWERS, WENET_SIZE = 67, 16, 512
# What Ultralight's own inference feeds in every run: the place in the speech, and an empty cache.
WENET_OFFSET, WENET_CACHED = 100, 16
#: Only used to check the encoder; the lengths that published encoders leave open.
TYPES = {onnx.TensorProto.FLOAT: np.float32, onnx.TensorProto.INT64: np.int64, onnx.TensorProto.BOOL: np.bool_}


class Hubert(nn.Module):
    """pcm [B, N] -> hidden [B, T, 1024]."""

    def __init__(self, hubert: nn.Module) -> None:
        super().__init__()
        self.hubert = hubert

    def forward(self, pcm: torch.Tensor) -> torch.Tensor:
        return self.hubert(pcm).last_hidden_state


def load_hubert(folder: Path) -> Hubert:
    if not (folder / "config.json").is_file():
        raise SystemExit(f"no config.json in {folder}, wanted a folder of transformers like hubert-large-ls960-ft")
    hubert = packages.need("transformers").HubertModel.from_pretrained(str(folder)).eval()
    if hubert.config.hidden_size != HUBERT_SIZE:
        raise SystemExit(f"{folder} has features of {hubert.config.hidden_size}, wanted HuBERT large: {HUBERT_SIZE}")
    position = hubert.encoder.pos_conv_embed.conv
    if hasattr(position, "parametrizations"):
        nn.utils.parametrize.remove_parametrizations(position, "weight")
    else:
        nn.utils.remove_weight_norm(position)
    return Hubert(hubert).eval()


def load(path: Path, mode: str) -> Ultralight:
    kept: Any = load_weights(path)
    weights = with_first_names(kept) if isinstance(kept, Mapping) else {}
    if FIRST not in weights or HEARS not in weights:
        raise SystemExit(f"{path} has no {FIRST} or no {HEARS}, wanted Ultralight's state_dict")
    inner = weights[HEARS].shape[1]
    modes = {16: "hubert", 128: "wenet"}
    if inner not in modes:
        # Between October 2024 and June 2025 windows were of sixteen frames.
        raise SystemExit(f"{path} hears {inner} planes, wanted 16 (HuBERT) or 128 (WeNet): windows of eight frames")
    if modes[inner] != mode:
        raise SystemExit(f"{path} hears {inner} planes, wanted --{modes[inner]} with it")
    widths = [width * weights[FIRST].shape[0] // WIDTHS[0] for width in WIDTHS]
    wide = weights["audio_model.conv1.conv.6.weight"].shape[0] if mode == "wenet" else None
    return fill(Ultralight(mode, widths, wide), weights, path)


def take_wenet(source: Path, path: Path, answers: Answers) -> Dict[str, str]:
    """Copies the encoder, checks what it answers to a chunk, with nothing remembered; its names for ours."""
    if not source.is_file():
        raise SystemExit(f"no file {source}, wanted WeNet's encoder.onnx")
    model = onnx.load(str(source))
    constants = {tensor.name for tensor in model.graph.initializer}
    values: Dict[str, np.ndarray] = {}
    fbank: Optional[str] = None
    heard: List[int] = []
    for value in model.graph.input:
        if value.name in constants:
            continue
        kind = value.type.tensor_type
        if kind.elem_type not in TYPES:
            raise SystemExit(f"{source}: input {value.name} is neither float32, int64 nor bool, wanted those")
        dims = [each.dim_value for each in kind.shape.dim]
        if fbank is None and len(dims) in (3, 4) and (dims[-1] == 80 or value.name in ("chunk", "fbank", "speech")):
            fbank, dims = value.name, [1] * (len(dims) - 2) + [WENET_COLUMNS, 80]
            heard = dims
        if kind.elem_type == onnx.TensorProto.BOOL:
            dims = [each or (WENET_CACHED + WENET_ANSWERS if at == 2 else 1) for at, each in enumerate(dims)]
        elif len(dims) == 4:
            dims = [each or (WENET_CACHED if at == 2 else 1) for at, each in enumerate(dims)]
        fills = np.ones if kind.elem_type == onnx.TensorProto.BOOL else np.zeros
        values[value.name] = fills(dims, TYPES[kind.elem_type])
        if value.name == "offset":
            values[value.name] = np.full(dims, WENET_OFFSET, TYPES[kind.elem_type])
    if fbank is None:
        raise SystemExit(f"{source} has no input [1, {WENET_COLUMNS}, 80], wanted WeNet's chunk encoder")
    values[fbank] = np.random.default_rng(3).normal(size=heard).astype(np.float32)
    save(model, path)
    answer = run_graph(path, values)
    if answer.shape != (1, WENET_ANSWERS, WENET_SIZE):
        raise SystemExit(f"{source} answers {answer.shape}, wanted (1, {WENET_ANSWERS}, {WENET_SIZE})")
    answers.keep("fbank", values[fbank])
    answers.keep("hidden", answer)
    return {"fbank": fbank}


def main(args: Optional[Sequence[str]] = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    hears = parser.add_mutually_exclusive_group(required=True)
    hears.add_argument("--hubert", type=Path, help="folder of hubert-large-ls960-ft")
    hears.add_argument("--wenet", type=Path, help="encoder.onnx")
    parser.add_argument("--fp16", action="store_true", help="HuBERT and the generator compute in float16; inputs stay float32")
    add_common(parser)
    given = parser.parse_args(args)
    out = manifest.checked_folder(given.out)
    mode = "hubert" if given.hubert else "wenet"
    contract = f"ultralight/{mode}"
    network = load(given.checkpoint, mode)

    made = np.random.default_rng(4)
    shape = (16, 32, 32) if mode == "hubert" else (128, 16, 32)
    audio = (0.5 * made.normal(size=(given.frames, *shape))).astype(np.float32)
    crops = made.integers(0, 256, size=(given.frames, 21, 21, 3), dtype=np.uint8).repeat(8, 1).repeat(8, 2)
    faces = np.stack([reference.ultralight_face(crop) for crop in crops])
    values = {"face": faces, "audio": audio}
    parity, answers = Parity(given.fp16), Answers(given.answers, out, contract)
    with manifest.installed_when_done(out) as folder:
        path = folder / "generator.onnx"
        export_graph(network, path, values, "image", {name: ("B",) for name in ("face", "audio", "image")}, given.fp16)
        image = answer_of(network, values)
        parity.compare("generator", path, values, image)
        answers.keep_frames(audio, faces, reference.generator_patches(image))
        graphs: Dict[str, Dict[str, Any]] = {"generator": {"file": path.name, "range": "0..1"}}
        if mode == "hubert":
            hubert = load_hubert(given.hubert)
            sound = {"pcm": reference.hubert_input(made.normal(size=12_345).astype(np.float32))[None]}
            path = folder / "hubert.onnx"
            example = {"pcm": np.zeros((1, 16_000), np.float32)}
            export_graph(hubert, path, example, "hidden", {"pcm": ("B", "N"), "hidden": ("B", "T")}, given.fp16)
            hidden = answer_of(hubert, sound)
            parity.compare("hubert", path, sound, hidden)
            answers.keep("pcm", sound["pcm"])
            answers.keep("hidden", hidden)
            graphs["hubert"] = {"file": path.name}
        else:
            graphs["wenet"] = {"file": "wenet.onnx", "inputs": take_wenet(given.wenet, folder / "wenet.onnx", answers)}
        answers.write(8 if given.fp16 else 1)
        manifest.write_manifest(
            folder, contract, graphs, given.licence, author=given.author, parity=parity.check(), name=out.name
        )
    print(f"{out}: {contract}, {', '.join(graphs)}")


if __name__ == "__main__":
    main()
