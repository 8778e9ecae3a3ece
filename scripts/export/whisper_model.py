"""Whisper's encoders, with all five hidden states: HF's for MuseTalk 1.5, OpenAI's for 1.0.

In: mel [B, 80, 3000]. Out: hidden [B, 1500, 5, 384]: what enters the first layer, and what leaves each of four. 1.5 takes the last
after the final layer norm (transformers does), 1.0 before it (MuseTalk: musetalk/whisper/whisper/model.py). OpenAI's encoder is
written here with the weights' names of its tiny.pt (openai/whisper: model.py), since the package would bring more than it is
worth.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict

import torch
from torch import nn
from torch.nn import functional as F

import packages
from graphs import fill, load_weights

LAYERS = 4
SIZE = 384


class HiddenStates(nn.Module):
    """Of a WhisperModel of transformers."""

    def __init__(self, whisper: nn.Module) -> None:
        super().__init__()
        self.encoder = whisper.encoder

    def forward(self, mel: torch.Tensor) -> torch.Tensor:
        return torch.stack(self.encoder(mel, output_hidden_states=True).hidden_states, dim=2)


class Attention(nn.Module):
    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.value, self.out = (nn.Linear(size, size) for _ in range(3))
        self.key = nn.Linear(size, size, bias=False)

    def forward(self, heard: torch.Tensor) -> torch.Tensor:
        batch, rows, size = heard.shape
        width = size // self.heads
        query, key, value = (
            each(heard).view(batch, rows, self.heads, width).transpose(1, 2) for each in (self.query, self.key, self.value)
        )
        weights = torch.softmax(query @ key.transpose(2, 3) * width**-0.5, dim=-1)
        return self.out((weights @ value).transpose(1, 2).reshape(batch, rows, size))


class Layer(nn.Module):
    def __init__(self, size: int, heads: int, wide: int) -> None:
        super().__init__()
        self.attn, self.attn_ln = Attention(size, heads), nn.LayerNorm(size)
        self.mlp = nn.Sequential(nn.Linear(size, wide), nn.GELU(), nn.Linear(wide, size))
        self.mlp_ln = nn.LayerNorm(size)

    def forward(self, heard: torch.Tensor) -> torch.Tensor:
        heard = heard + self.attn(self.attn_ln(heard))
        return heard + self.mlp(self.mlp_ln(heard))


class OpenAiEncoder(nn.Module):
    def __init__(self, dims: Dict[str, int], wide: int) -> None:
        super().__init__()
        size = dims["n_audio_state"]
        self.conv1 = nn.Conv1d(dims["n_mels"], size, 3, padding=1)
        self.conv2 = nn.Conv1d(size, size, 3, stride=2, padding=1)
        self.register_buffer("positional_embedding", torch.zeros(dims["n_audio_ctx"], size))
        self.blocks = nn.ModuleList(Layer(size, dims["n_audio_head"], wide) for _ in range(dims["n_audio_layer"]))
        self.ln_post = nn.LayerNorm(size)

    def forward(self, mel: torch.Tensor) -> torch.Tensor:
        heard = F.gelu(self.conv2(F.gelu(self.conv1(mel)))).transpose(1, 2) + self.positional_embedding
        states = [heard]
        for block in self.blocks:
            states.append(block(states[-1]))
        return torch.stack(states, dim=2)


def load_whisper(path: Path, release: str) -> nn.Module:
    """A folder of transformers, or OpenAI's file."""
    if path.is_dir():
        if release == "1.0":
            raise SystemExit(f"{path} is a folder of transformers, wanted OpenAI's tiny.pt for MuseTalk 1.0")
        whisper = packages.need("transformers").WhisperModel.from_pretrained(str(path))
        config = whisper.config
        check(path, config.encoder_layers, config.d_model)
        return HiddenStates(whisper).eval()
    if release == "1.5":
        raise SystemExit(f"{path} is a file, wanted the folder of openai/whisper-tiny for MuseTalk 1.5")
    kept: Any = load_weights(path)
    if not isinstance(kept, dict) or not {"dims", "model_state_dict"} <= set(kept):
        raise SystemExit(f"{path} has no dims and model_state_dict, wanted OpenAI's tiny.pt")
    check(path, kept["dims"]["n_audio_layer"], kept["dims"]["n_audio_state"])
    prefix = "encoder."
    weights = {name[len(prefix) :]: value for name, value in kept["model_state_dict"].items() if name.startswith(prefix)}
    weights = {name: value.float() for name, value in weights.items()}
    return fill(OpenAiEncoder(kept["dims"], weights["blocks.0.mlp.0.weight"].shape[0]), weights, path)


def check(path: Path, layers: int, size: int) -> None:
    if (layers, size) != (LAYERS, SIZE):
        raise SystemExit(f"{path} has {layers} layers of {size}, wanted Whisper tiny: {LAYERS} of {SIZE}")
