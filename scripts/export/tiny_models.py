"""Networks of the true contracts and hardly any weights, for known answers: each exports to less than 300 kB.

They keep what a wrong caller would break: attention that hears the order of the context's rows only through the positional
encoding, hidden states that differ by layer, a picture that depends on all of the sound's window and of the face.
"""

from __future__ import annotations

from typing import List

import torch
from torch import nn
from torch.nn import functional as F

import reference_features as reference


class TinyWhisper(nn.Module):
    """mel [B, 80, T] -> hidden [B, T / 2, 5, 384]."""

    WIDTH = 8

    def __init__(self) -> None:
        super().__init__()
        width = self.WIDTH
        self.first = nn.Conv1d(80, width, 3, padding=1)
        self.second = nn.Conv1d(width, width, 3, stride=2, padding=1)
        self.layers = nn.ModuleList([nn.Conv1d(width, width, 3, padding=1) for _ in range(4)])
        self.heads = nn.ModuleList([nn.Linear(width, 384) for _ in range(5)])
        self.norm = nn.LayerNorm(384)

    def forward(self, mel: torch.Tensor) -> torch.Tensor:
        heard = torch.tanh(self.second(torch.tanh(self.first(mel))))
        states: List[torch.Tensor] = [self.heads[0](heard.transpose(1, 2))]
        for layer, head in zip(self.layers, list(self.heads)[1:]):
            heard = heard + torch.tanh(layer(heard))
            states.append(head(heard.transpose(1, 2)))
        states[4] = self.norm(states[4])
        return torch.stack(states, dim=2)


class TinyUnet(nn.Module):
    """latents [B, 8, 32, 32], timestep [1], context [B, 50, 384] -> sample [B, 4, 32, 32]."""

    WIDTH = 16

    def __init__(self) -> None:
        super().__init__()
        width = self.WIDTH
        self.enter = nn.Conv2d(8, width, 3, padding=1)
        self.time = nn.Linear(2, width)
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(384, width)
        self.value = nn.Linear(384, width)
        self.leave = nn.Conv2d(width, 4, 3, padding=1)

    def forward(self, latents: torch.Tensor, timestep: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        seen = torch.tanh(self.enter(latents))
        time = timestep.to(latents.dtype).reshape(-1, 1) * torch.tensor([[0.1, 1.0]])
        seen = seen + self.time(torch.cos(time)).reshape(-1, self.WIDTH, 1, 1)
        rows = seen.flatten(2).transpose(1, 2)
        weights = torch.softmax(self.query(rows) @ self.key(context).transpose(1, 2), dim=2)
        heard = (weights @ self.value(context)).transpose(1, 2).reshape(-1, self.WIDTH, 32, 32)
        return self.leave(torch.tanh(seen + heard)) * 0.18215


class TinyDecoder(nn.Module):
    """sample [B, 4, 32, 32], divided by 0.18215 -> image [B, 3, 256, 256] in about -1..1."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Conv2d(4, 12, 3, padding=1)
        self.leave = nn.Conv2d(12, 3, 3, padding=1)

    def forward(self, sample: torch.Tensor) -> torch.Tensor:
        large = F.interpolate(torch.tanh(self.enter(sample)), scale_factor=8.0, mode="nearest")
        return self.leave(large)


class TinyFused(nn.Module):
    """UNet and decoder as one graph: positional encoding, scale and rounding inside, bytes out."""

    def __init__(self, unet: TinyUnet, decoder: TinyDecoder) -> None:
        super().__init__()
        self.unet, self.decoder = unet, decoder
        self.register_buffer("positions", torch.from_numpy(reference.positional_encoding()).float()[None])

    def forward(self, latents: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        sample = self.unet(latents, torch.zeros(1, dtype=torch.int64), context + self.positions)
        image = self.decoder(sample / 0.18215) / 2 + 0.5
        return torch.round(torch.clamp(image, 0, 1) * 255).to(torch.uint8)


class TinyGenerator(nn.Module):
    """A face of six planes and a window of sound -> image [B, 3, S, S] in 0..1. Both kinds of generators."""

    def __init__(self, sound: int, wide: int, high: int) -> None:
        super().__init__()
        self.pool = (wide, high)
        self.hear = nn.Conv2d(sound, 8, 3, stride=2, padding=1)
        self.embed = nn.Linear(8 * (wide // 2) * (high // 2), 16)
        self.enter = nn.Conv2d(6, 16, 3, padding=1)
        self.leave = nn.Conv2d(16, 3, 3, padding=1)

    def see_and_hear(self, face: torch.Tensor, sound: torch.Tensor) -> torch.Tensor:
        heard = torch.tanh(self.embed(torch.tanh(self.hear(sound)).flatten(1)))
        seen = torch.tanh(self.enter(face) + heard[:, :, None, None])
        return torch.sigmoid(self.leave(seen))


class TinyWav2Lip(TinyGenerator):
    def __init__(self) -> None:
        super().__init__(1, 80, 16)

    def forward(self, mel: torch.Tensor, face: torch.Tensor) -> torch.Tensor:
        return self.see_and_hear(face, mel)


class TinyUltralight(TinyGenerator):
    def __init__(self) -> None:
        super().__init__(16, 32, 32)

    def forward(self, face: torch.Tensor, audio: torch.Tensor) -> torch.Tensor:
        return self.see_and_hear(face, audio)


class TinyHubert(nn.Module):
    """pcm [B, N] -> hidden [B, (N - 400) / 320 + 1, 1024]."""

    def __init__(self) -> None:
        super().__init__()
        self.hear = nn.Conv1d(1, 16, 400, stride=320)
        self.mix = nn.Conv1d(16, 16, 3, padding=1)
        self.leave = nn.Linear(16, 1024)

    def forward(self, pcm: torch.Tensor) -> torch.Tensor:
        heard = torch.tanh(self.hear(pcm[:, None]))
        return self.leave(torch.tanh(self.mix(heard)).transpose(1, 2))


def loud(network: nn.Module, seed: int, gain: float = 1.5) -> nn.Module:
    """Random weights of variance gain² / inputs: what is heard and seen shows in the picture."""
    torch.manual_seed(seed)
    for weights in network.parameters():
        if weights.dim() > 1:
            nn.init.normal_(weights, 0, gain / weights[0].numel() ** 0.5)
        elif weights is not getattr(getattr(network, "norm", None), "weight", None):
            nn.init.normal_(weights, 0, 0.1)
    return network.eval()
