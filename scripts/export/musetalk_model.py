"""MuseTalk's parts as its checkpoints hold them, and wrapped as our graphs are.

In: unet.pth and musetalk.json (diffusers' UNet2DConditionModel), the folder of sd-vae-ft-mse (AutoencoderKL), perhaps the folder
of taesd (AutoencoderTiny). Out: modules whose inputs and outputs are those of src/model/neural_manifest.ts.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import nn

import packages
import reference_features as reference
from graphs import fill, load_weights

#: Latents are the autoencoder's times this (CompVis' latent diffusion; MuseTalk: musetalk/models/vae.py).
SCALE = 0.18215


class Unet(nn.Module):
    """latents [B, 8, 32, 32], timestep [1], context [B, 50, 384] -> sample [B, 4, 32, 32]."""

    def __init__(self, unet: nn.Module) -> None:
        super().__init__()
        self.unet = unet

    def forward(self, latents: torch.Tensor, timestep: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        return self.unet(latents, timestep, encoder_hidden_states=context).sample


class Decoder(nn.Module):
    """sample [B, 4, 32, 32] -> image [B, 3, 256, 256]; AutoencoderKL's takes it divided by SCALE, AutoencoderTiny's as it is."""

    def __init__(self, vae: nn.Module) -> None:
        super().__init__()
        self.vae = vae

    def forward(self, sample: torch.Tensor) -> torch.Tensor:
        return self.vae.decode(sample).sample


class Encoder(nn.Module):
    """image [B, 3, 256, 256] in -1..1 -> latents [B, 4, 32, 32], the mean, not scaled."""

    def __init__(self, vae: nn.Module) -> None:
        super().__init__()
        self.vae = vae

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.vae.quant_conv(self.vae.encoder(image))[:, :4]


class Fused(nn.Module):
    """latents, context -> image, RGB bytes [B, 3, 256, 256]; positional encoding, timestep 0 and scale are inside."""

    def __init__(self, unet: Unet, decoder: Decoder, scale: float) -> None:
        super().__init__()
        self.unet, self.decoder, self.scale = unet, decoder, scale
        self.register_buffer("positions", torch.from_numpy(reference.positional_encoding()).float()[None])

    def forward(self, latents: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        timestep = torch.zeros(1, dtype=torch.int64)
        sample = self.unet(latents, timestep, context + self.positions)
        image = self.decoder(sample / self.scale) / 2 + 0.5
        return torch.round(image.clamp(0, 1) * 255).to(torch.uint8)


def load_unet(weights: Path, config: Path) -> Unet:
    diffusers = packages.need("diffusers")
    if not config.is_file():
        raise SystemExit(f"no file {config}, wanted musetalk.json")
    about = json.loads(config.read_text())
    wanted = {"in_channels": 8, "out_channels": 4, "cross_attention_dim": 384}
    for name, value in wanted.items():
        if about.get(name) != value:
            raise SystemExit(f"{config}: {name} is {about.get(name)!r}, wanted {value}")
    unet = diffusers.UNet2DConditionModel.from_config(about)
    kept: Any = load_weights(weights)
    return Unet(fill(unet, kept, weights)).eval()


def load_vae(folder: Path) -> nn.Module:
    return _pretrained(folder, "AutoencoderKL", "sd-vae-ft-mse")


def load_taesd(folder: Path) -> nn.Module:
    return _pretrained(folder, "AutoencoderTiny", "madebyollin/taesd")


def _pretrained(folder: Path, kind: str, known: str) -> nn.Module:
    if not (folder / "config.json").is_file():
        raise SystemExit(f"no config.json in {folder}, wanted a folder of diffusers like {known}")
    return getattr(packages.need("diffusers"), kind).from_pretrained(str(folder), low_cpu_mem_usage=False).eval()
