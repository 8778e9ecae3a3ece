"""Wav2Lip's generator with the weights' names that checkpoints are published with: 96 pixels, and 256 as LiveTalking trains it.

The layers, from Rudrabha/Wav2Lip (models/wav2lip.py, conv.py) and lipku/LiveTalking (wav2lip_v2.py): every convolution is
`conv_block` of a convolution and a batch norm, then ReLU; those of as many channels in as out add what they were given.
The encoder halves the picture down to one pixel, the decoder doubles it, hearing sound and at each size what the encoder saw.
"""

from __future__ import annotations

from typing import List, Tuple, Union

import torch
from torch import nn

Pair = Union[int, Tuple[int, int]]


class Block(nn.Module):
    """Convolution, batch norm, perhaps what was given, ReLU."""

    def __init__(self, convolution: nn.Module, channels: int, adds: bool = False) -> None:
        super().__init__()
        self.conv_block = nn.Sequential(convolution, nn.BatchNorm2d(channels))
        self.adds = adds

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        made = self.conv_block(seen)
        return torch.relu(made + seen if self.adds else made)


def conv(inner: int, outer: int, size: int = 3, stride: Pair = 1, padding: int = 1) -> Block:
    return Block(nn.Conv2d(inner, outer, size, stride, padding), outer)


def same(channels: int, count: int) -> List[Block]:
    return [Block(nn.Conv2d(channels, channels, 3, 1, 1), channels, True) for _ in range(count)]


def grow(inner: int, outer: int) -> Block:
    return Block(nn.ConvTranspose2d(inner, outer, 3, 2, 1, 1), outer)


class Wav2Lip(nn.Module):
    """mel [B, 1, 80, 16], face [B, 6, S, S] -> image [B, 3, S, S] in 0..1. `base`: 16 in what is published."""

    def __init__(self, side: int, base: int = 16) -> None:
        super().__init__()
        b = base
        # Channels of the sizes between the whole picture and 4 or 3 pixels, and how many blocks add to each.
        seen = [(2 * b, 2), (4 * b, 3), (8 * b, 2), (16 * b, 2), (32 * b, 1)]
        made = [(24 * b, 2), (16 * b, 2), (8 * b, 2), (4 * b, 2)]
        last = 3
        if side == 256:
            seen.append((32 * b, 1))
            last = 4
        encoder = [nn.Sequential(conv(6, b, 7, 1, 3))]
        before = b
        for channels, count in seen:
            encoder.append(nn.Sequential(conv(before, channels, 3, 2), *same(channels, count)))
            before = channels
        top = 32 * b
        encoder.append(nn.Sequential(conv(top, top, last, 1, 0), conv(top, top, 1, 1, 0)))
        self.face_encoder_blocks = nn.ModuleList(encoder)

        self.audio_encoder = nn.Sequential(
            *[conv(1, 2 * b), *same(2 * b, 2)],
            *[conv(2 * b, 4 * b, 3, (3, 1)), *same(4 * b, 2)],
            *[conv(4 * b, 8 * b, 3, 3), *same(8 * b, 2)],
            *[conv(8 * b, 16 * b, 3, (3, 2)), *same(16 * b, 1)],
            *[conv(16 * b, top, 3, 1, 0), conv(top, top, 1, 1, 0)],
        )

        small = Block(nn.ConvTranspose2d(2 * top, top, last, 1, 0), top)
        decoder = [nn.Sequential(conv(top, top, 1, 1, 0)), nn.Sequential(small, *same(top, 1))]
        if side == 256:
            decoder.append(nn.Sequential(grow(2 * top, top), *same(top, 1)))
        decoder.append(nn.Sequential(grow(2 * top, top), *same(top, 2)))
        before = top + 16 * b
        for (channels, count), shown in zip(made, (8 * b, 4 * b, 2 * b, b)):
            decoder.append(nn.Sequential(grow(before, channels), *same(channels, count)))
            before = channels + shown
        self.face_decoder_blocks = nn.ModuleList(decoder)
        self.output_block = nn.Sequential(conv(before, 2 * b), nn.Conv2d(2 * b, 3, 1), nn.Sigmoid())

    def forward(self, mel: torch.Tensor, face: torch.Tensor) -> torch.Tensor:
        shown: List[torch.Tensor] = []
        for block in self.face_encoder_blocks:
            face = block(face)
            shown.append(face)
        made = self.audio_encoder(mel)
        for block in self.face_decoder_blocks:
            made = torch.cat([block(made), shown.pop()], dim=1)
        return self.output_block(made)
