#!/usr/bin/python3
"""MuseTalk's checkpoints -> a model folder: Whisper's encoder, UNet and decoder (or both in one graph), the latents' encoder.

    musetalk.py --release 1.5 --unet unet.pth --unet-config musetalk.json --vae sd-vae/ --whisper whisper/ \\
        --licence "..." --out models/musetalk-15 [--fused] [--fp16] [--taesd taesd/]

Prints how far onnxruntime is from PyTorch and writes it to model.json; too far, or anything wrong, and nothing is installed.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Dict, Optional, Sequence

import packages  # isort: skip  (before PyTorch)
import numpy as np
import torch

import manifest
import reference_features as reference
from answers import Answers
from graphs import Parity, answer_of, export_graph
from musetalk_model import SCALE, Decoder, Encoder, Fused, load_taesd, load_unet, load_vae
from whisper_model import load_whisper

OPEN = ("B",)


def parsed(args: Optional[Sequence[str]]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--release", choices=("1.5", "1.0"), default="1.5", help="MuseTalk's version")
    parser.add_argument("--unet", type=Path, required=True, help="unet.pth (1.5) or pytorch_model.bin (1.0)")
    parser.add_argument("--unet-config", type=Path, required=True, help="musetalk.json")
    parser.add_argument("--vae", type=Path, required=True, help="folder of sd-vae-ft-mse")
    parser.add_argument("--taesd", type=Path, help="folder of taesd: its decoder in place of the VAE's")
    parser.add_argument("--whisper", type=Path, required=True, help="folder of whisper-tiny (1.5), tiny.pt (1.0)")
    parser.add_argument("--fused", action="store_true", help="UNet and decoder in one graph, bytes out")
    parser.add_argument("--fp16", action="store_true", help="UNet, decoder and encoder compute in float16; inputs stay float32")
    parser.add_argument("--no-encoder", action="store_true", help="leave out what prepares avatars")
    add_common(parser)
    return parser.parse_args(args)


def add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--licence", required=True, help="the weights' licence, for model.json")
    parser.add_argument("--author", help="who made the weights")
    parser.add_argument("--out", required=True, help="the model's folder, whose name becomes the model's")
    parser.add_argument("--frames", type=int, default=2, help="frames that the parity is measured on")
    parser.add_argument("--answers", type=Path, help="write the values of the parity report to this folder, for tests")


def main(args: Optional[Sequence[str]] = None) -> None:
    given = parsed(args)
    out = manifest.checked_folder(given.out)
    contract = f"musetalk/{given.release}"
    unet = load_unet(given.unet, given.unet_config)
    vae = load_vae(given.vae)
    decoder = Decoder(load_taesd(given.taesd) if given.taesd else vae).eval()
    scale = 1.0 if given.taesd else SCALE
    whisper = load_whisper(given.whisper, given.release)

    made = np.random.default_rng(1)
    frames = given.frames
    latents = made.normal(size=(frames, 8, 32, 32)).astype(np.float32)
    context = (0.8 * made.normal(size=(frames, 50, 384))).astype(np.float32)
    timestep = np.zeros(1, np.int64)
    inputs = {"latents": latents, "timestep": timestep, "context": context}
    positioned = {**inputs, "context": context + reference.positional_encoding().astype(np.float32)}

    parity, answers = Parity(given.fp16), Answers(given.answers, out, contract)
    graphs: Dict[str, Dict[str, Any]] = {}
    with manifest.installed_when_done(out) as folder:

        def add(role: str, network: torch.nn.Module, values: Dict[str, np.ndarray], output: str, may_be_half: bool = True,
                wanted: Optional[np.ndarray] = None, **entry: Any) -> np.ndarray:
            path = folder / f"{role}.onnx"
            axes = {name: OPEN for name in values if name != "timestep"}
            export_graph(network, path, values, output, {**axes, output: OPEN}, given.fp16 and may_be_half)
            graphs[role] = {"file": path.name, **entry}
            right = answer_of(network, values) if wanted is None else wanted
            parity.compare(role, path, values, right, may_be_half=may_be_half)
            return right

        time = np.arange(reference.RATE_HZ) / reference.RATE_HZ
        sound = (0.3 * np.sin(2 * np.pi * 220 * time) * np.sin(2 * np.pi * 3 * time)).astype(np.float32)
        mel = reference.whisper_input(sound, given.release).astype(np.float32)[None]
        hidden = add("whisper", whisper, {"mel": mel}, "hidden", may_be_half=False)
        answers.keep("mel", mel)
        answers.keep("hidden", hidden[:, :100])

        sample = answer_of(unet, positioned)
        image = answer_of(decoder, {"sample": sample / np.float32(scale)})
        patches = reference.musetalk_patches(image)
        if given.fused:
            fused = Fused(unet, decoder, scale).eval()
            bytes_first = np.ascontiguousarray(patches.transpose(0, 3, 1, 2))
            add("fused", fused, {"latents": latents, "context": context}, "image", wanted=bytes_first, peInside=True)
        else:
            add("unet", unet, positioned, "sample", wanted=sample, peInside=False)
            is_inside = given.taesd is not None
            add(
                *("decoder", decoder, {"sample": sample / np.float32(scale)}, "image"),
                wanted=image,
                scaleInside=is_inside,
                range="-1..1",
            )
        if not given.no_encoder:
            picture = made.uniform(-1, 1, size=(frames, 3, 32, 32)).repeat(8, 2).repeat(8, 3).astype(np.float32)
            mean = add("encoder", Encoder(vae).eval(), {"image": picture}, "latents", scaleInside=False)
            answers.keep("image", picture)
            answers.keep("latents", mean * np.float32(SCALE))
        answers.keep_frames(context, latents, patches)
        answers.write(8 if given.fp16 else 1)
        manifest.write_manifest(
            folder, contract, graphs, given.licence, author=given.author, parity=parity.check(), name=out.name
        )
    print(f"{out}: {contract}, {', '.join(graphs)}")


if __name__ == "__main__":
    main()
