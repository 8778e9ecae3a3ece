#!/usr/bin/python3
"""Writes tests/golden/neural: tiny models of the true contracts and what PyTorch answers for them, from sound to pixels.

In: nothing but seeds. Out: a folder a case with the model (model.json, ONNX), its inputs and answers, and golden.json, which
names every file with its shape. Everything is computed in PyTorch and NumPy from the definitions; tests/unit/
neural_parity_test.ts runs the shipped code on the same. Needs Debian's python3-torch, python3-numpy and python3-onnx.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import warnings
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple

import numpy as np
import torch
from torch import nn

import manifest
import reference_features as reference
import tiny_models as tiny

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "tests" / "golden" / "neural"
LICENCE = "CC0-1.0"
OPSET = 14
SECONDS = 2
MODEL_BYTES_MAX = 300_000
#: Every so many pixels of an answer are kept, from a place of its own for each frame.
STEP = 4
Answers = Dict[str, Any]


def speech() -> np.ndarray:
    """Two seconds that are like speech: a gliding voice with syllables, a hiss, a pause."""
    time = np.arange(SECONDS * reference.RATE_HZ) / reference.RATE_HZ
    noise = np.random.default_rng(7).normal(size=time.size)
    pitch = 2 * np.pi * np.cumsum(110 + 30 * np.sin(2 * np.pi * 0.7 * time)) / reference.RATE_HZ
    voice = sum(np.sin(k * pitch) / k * (1 + np.cos(2 * np.pi * 2.3 * time + k)) for k in range(1, 18))
    syllables = np.clip(np.sin(2 * np.pi * 3.1 * time), 0, 1) * (np.abs(time - 1.2) > 0.12)
    hiss = 0.25 * noise * np.clip(np.sin(2 * np.pi * 1.3 * time + 2), 0, 1) ** 4
    sound = 0.12 * voice * syllables + 0.3 * hiss + 0.0005 * noise
    return (np.rint(sound.clip(-1, 1) * 32_767) / 32_768).astype(np.float32)


def crops(side: int, count: int) -> np.ndarray:
    """[count, side, side, 3], coloured waves."""
    y, x = np.mgrid[0:side, 0:side] / side
    phase = np.arange(count * 3).reshape(count, 1, 1, 3)
    wave = np.sin(7 * x[None, :, :, None] + phase) + np.cos(9 * y[None, :, :, None] * (1 + phase / 11) + 2 * phase)
    return np.rint(127.5 + 63 * wave).clip(0, 255).astype(np.uint8)


class Case:
    """One folder of known answers."""

    def __init__(self, name: str, contract: str) -> None:
        self.name, self.contract = name, contract
        self.folder = OUT / name
        self.model = self.folder / "model"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.model.mkdir(parents=True)
        self.files: Dict[str, Dict[str, Any]] = {}

    def keep(self, name: str, values: np.ndarray) -> None:
        """Bytes, or numbers of 32 bits, little-endian; compressed."""
        plain = values if values.dtype == np.uint8 else values.astype("<f4")
        file = f"{name}.{'u8' if plain.dtype == np.uint8 else 'f32'}.gz"
        (self.folder / file).write_bytes(gzip.compress(plain.tobytes(), mtime=0))
        self.files[name] = {"file": file, "shape": list(values.shape)}

    def keep_patches(self, patches: np.ndarray) -> None:
        """Every STEP-th pixel of every STEP-th row, beginning at (frame % STEP, frame * 3 % STEP)."""
        self.keep(
            "patches",
            np.stack([patch[at % STEP :: STEP, at * 3 % STEP :: STEP] for at, patch in enumerate(patches)]),
        )

    def export(self, role: str, network: nn.Module, example: Mapping[str, torch.Tensor], output: str, axes: Any) -> None:
        path = self.model / f"{role}.onnx"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                network,
                tuple(example.values()),
                str(path),
                input_names=list(example),
                output_names=[output],
                dynamic_axes=axes,
                opset_version=OPSET,
            )
        if path.stat().st_size > MODEL_BYTES_MAX:
            raise SystemExit(f"{path} has {path.stat().st_size} bytes, wanted at most {MODEL_BYTES_MAX}")

    def finish(
        self, frames: Sequence[int], graphs: Mapping[str, Mapping[str, Any]], sensitivity: Mapping[str, float], **more: Any
    ) -> None:
        manifest.write_manifest(
            self.model, self.contract, graphs, LICENCE, name="model", author="Lipcam, random weights"
        )
        weak = {what: value for what, value in sensitivity.items() if value < 2}
        if weak:
            raise SystemExit(f"{self.name}: a wrong caller would not show: {weak}, wanted 2 of 255 or more")
        about = {
            "contract": self.contract,
            "model": "model",
            "frames": list(frames),
            "files": self.files,
            "patchStep": STEP,
            "tolerances": {"patches": 1, **more},
            "sensitivity": {what: round(value, 2) for what, value in sensitivity.items()},
        }
        (self.folder / "golden.json").write_text(json.dumps(about, indent=2) + "\n")
        print(f"{self.name}: mean difference of a wrong caller's picture: {about['sensitivity']}")


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """Mean difference in levels of 255."""
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


def batch(*names: str, **more: Dict[int, str]) -> Dict[str, Dict[int, str]]:
    return {**{name: {0: "B"} for name in names}, **more}


def ask(network: nn.Module, *inputs: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return network(*[torch.from_numpy(np.ascontiguousarray(each)) for each in inputs]).numpy()


def musetalk(version: str, frames: Sequence[int]) -> None:
    """1.5: UNet and decoder apart. 1.0: one graph with everything inside, bytes out."""
    case = Case(f"musetalk-{version}", f"musetalk/{version}")
    pcm = speech()
    whisper = tiny.loud(tiny.TinyWhisper(), 11)
    unet, decoder = tiny.loud(tiny.TinyUnet(), 12, 2.0), tiny.loud(tiny.TinyDecoder(), 13, 0.8)
    for projection in (unet.key, unet.value):
        projection.weight.data /= 2
    mel = reference.whisper_input(pcm, version).astype(np.float32)
    hidden = ask(whisper, mel[None])[0]
    windows = np.stack([reference.whisper_window(hidden, pcm.size, frame, version) for frame in frames])
    latents = np.random.default_rng(5).normal(size=(len(frames), 8, 32, 32)).astype(np.float32)
    latents = np.stack([sum(np.roll(each, s, 2) for s in range(3)) / 2 for each in latents]).astype(np.float32)
    latents = (np.rint(latents * 32) / 32).astype(np.float32)  # packs better
    positions = reference.positional_encoding().astype(np.float32)

    def picture(context: np.ndarray, scale: float = 0.18215) -> np.ndarray:
        sample = ask(unet, latents, np.zeros(1, np.int64), context)
        return reference.musetalk_patches(ask(decoder, sample / np.float32(scale)))

    patches = picture(windows + positions)
    example = {
        "latents": torch.zeros(1, 8, 32, 32),
        "timestep": torch.zeros(1, dtype=torch.int64),
        "context": torch.zeros(1, 50, 384),
    }
    case.export("whisper", whisper, {"mel": torch.zeros(1, 80, 3000)}, "hidden", batch("mel", "hidden"))
    if version == "1.5":
        case.export("unet", unet, example, "sample", batch("latents", "context", "sample"))
        case.export("decoder", decoder, {"sample": torch.zeros(1, 4, 32, 32)}, "image", batch("sample", "image"))
        graphs = {
            "whisper": {"file": "whisper.onnx"},
            "unet": {"file": "unet.onnx", "peInside": False},
            "decoder": {"file": "decoder.onnx", "scaleInside": False, "range": "-1..1"},
        }
    else:
        del example["timestep"]
        case.export(
            "fused", tiny.TinyFused(unet, decoder).eval(), example, "image", batch("latents", "context", "image")
        )
        graphs = {"whisper": {"file": "whisper.onnx"}, "fused": {"file": "fused.onnx", "peInside": True}}
    case.keep("pcm", pcm)
    case.keep("faces", latents)
    case.keep("features", windows[:, :, ::16])
    case.keep_patches(patches)
    other = "1.5" if version == "1.0" else "1.0"
    elsewhere = ask(whisper, reference.whisper_input(pcm, other).astype(np.float32)[None])[0]
    strangers = np.stack([reference.whisper_window(elsewhere, pcm.size, frame, other) for frame in frames])
    late = np.stack([reference.whisper_window(hidden, pcm.size, min(49, frame + 2), version) for frame in frames])
    sensitivity = {
        "without positional encoding": apart(patches, picture(windows)),
        "without the decoder's scale": apart(patches, picture(windows + positions, 1)),
        "80 ms late": apart(patches, picture(late + positions)),
        "the other version's features, first and last frame": apart(
            patches[[0, -1]], picture(strangers + positions)[[0, -1]]
        ),
    }
    case.finish(frames, graphs, sensitivity, features=5e-4, featureStep=16)


def wav2lip(frames: Sequence[int]) -> None:
    case = Case("wav2lip-96", "wav2lip/96")
    pcm = speech()
    network = tiny.loud(tiny.TinyWav2Lip(), 21)
    mel = reference.wav2lip_mel(pcm)
    windows = np.stack([reference.wav2lip_window(mel, frame) for frame in frames]).astype(np.float32)
    faces = crops(96, len(frames))

    def picture(sound: np.ndarray, pictures: np.ndarray) -> np.ndarray:
        values = np.stack([reference.wav2lip_face(face) for face in pictures])
        return reference.generator_patches(ask(network, sound, values))

    patches = picture(windows, faces)
    example = {"mel": torch.zeros(1, 1, 80, 16), "face": torch.zeros(1, 6, 96, 96)}
    case.export("generator", network, example, "image", batch("mel", "face", "image"))
    case.keep("pcm", pcm)
    case.keep("faces", faces)
    case.keep("features", windows.reshape(len(frames), -1))
    case.keep_patches(patches)
    late = np.stack([reference.wav2lip_window(mel, min(frame + 2, 49)) for frame in frames]).astype(np.float32)
    sensitivity = {
        "red for blue": apart(patches, picture(windows, faces[..., ::-1])),
        "80 ms late": apart(patches[:-2], picture(late, faces)[:-2]),
    }
    graphs = {"generator": {"file": "generator.onnx", "range": "0..1"}}
    case.finish(frames, graphs, sensitivity, features=2e-4, featureStep=1)


def ultralight(frames: Sequence[int]) -> None:
    case = Case("ultralight-hubert", "ultralight/hubert")
    pcm = speech()
    hubert = tiny.loud(tiny.TinyHubert(), 31)
    network = tiny.loud(tiny.TinyUltralight(), 32)
    heard = ask(hubert, reference.hubert_input(pcm)[None])[0]
    windows = np.stack([reference.hubert_window(heard, frame) for frame in frames])
    faces = crops(168, len(frames))

    def picture(sound: np.ndarray, pictures: np.ndarray) -> np.ndarray:
        values = np.stack([reference.ultralight_face(face) for face in pictures])
        return reference.generator_patches(ask(network, values, sound))

    patches = picture(windows, faces)
    example = {"face": torch.zeros(1, 6, 160, 160), "audio": torch.zeros(1, 16, 32, 32)}
    case.export("generator", network, example, "image", batch("face", "audio", "image"))
    case.export(
        "hubert",
        hubert,
        {"pcm": torch.zeros(1, 16_000)},
        "hidden",
        {"pcm": {0: "B", 1: "N"}, "hidden": {0: "B", 1: "T"}},
    )
    case.keep("pcm", pcm)
    case.keep("faces", faces)
    case.keep("features", windows.reshape(len(frames), -1)[:, ::64])
    case.keep_patches(patches)
    late = np.stack([reference.hubert_window(heard, min(49, frame + 2)) for frame in frames])
    loudly = ask(hubert, pcm[None])[0]
    plain = np.stack([reference.hubert_window(loudly, frame) for frame in frames])
    sensitivity = {
        "red for blue": apart(patches, picture(windows, faces[..., ::-1])),
        "80 ms late": apart(patches[:-2], picture(late, faces)[:-2]),
        "sound that is not normalised": apart(patches, picture(plain, faces)),
    }
    graphs = {"generator": {"file": "generator.onnx", "range": "0..1"}, "hubert": {"file": "hubert.onnx"}}
    case.finish(frames, graphs, sensitivity, features=5e-4, featureStep=64)


def main(args: Optional[Sequence[str]] = None) -> None:
    argparse.ArgumentParser(description=__doc__).parse_args(args)
    torch.set_num_threads(1)
    frames: Tuple[int, ...] = (0, 1, 2, 14, 24, 37, 48, 49)
    musetalk("1.5", frames)
    musetalk("1.0", frames)
    wav2lip((0, 1, 2, 14, 24, 37, 46, 49))
    ultralight(frames)
    total = sum(path.stat().st_size for path in OUT.rglob("*") if path.is_file())
    print(f"{OUT}: {total} bytes")


if __name__ == "__main__":
    main()
