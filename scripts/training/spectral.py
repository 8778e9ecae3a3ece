"""Augmentation of log-mels in training: other vocal tracts, microphones, levels and noise, new at every step.

Takes and gives [B, N, 80] in the network's scale, x = (log10(power) + 4) / 4; the floor of silence (-1) stays the
floor.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor

_LOG = float(4 * np.log(10))  # x grows by 1 when the power grows 10 000 times


def _warp(mel: Tensor, factors: Tensor) -> Tensor:
    """Moves the mel axis by a factor of each row: a longer or shorter vocal tract."""
    bins = mel.shape[2]
    place = (torch.arange(bins, dtype=torch.float32)[None] * factors[:, None]).clamp(0, bins - 1)
    low = place.floor().long()
    part = (place - low)[:, None]
    high = (low + 1).clamp(max=bins - 1)
    shape = mel.shape
    return mel.gather(2, low[:, None].expand(shape)) * (1 - part) + mel.gather(2, high[:, None].expand(shape)) * part


def _curve(rng: np.random.Generator, rows: int, knots: int, deviation: float) -> Tensor:
    """Smooth random curves over the mel axis, [rows, 1, 80]."""
    values = torch.from_numpy(rng.normal(0, deviation, (rows, 1, knots)).astype(np.float32))
    return functional.interpolate(values, size=80, mode="linear", align_corners=True)


def augment(mel: Tensor, rng: np.random.Generator) -> Tensor:
    """A new version of every row."""
    rows, columns, _ = mel.shape
    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))

    def uniform(low: float, high: float) -> Tensor:
        return torch.from_numpy(rng.uniform(low, high, (rows, 1, 1)).astype(np.float32))

    warps = rng.uniform(0.9, 1.1, rows) * (rng.random(rows) < 0.5) + 0.0
    warps = np.where(warps == 0, 1.0, warps)
    mel = _warp(mel, torch.from_numpy(warps.astype(np.float32)))
    slope = uniform(-0.12, 0.12) * torch.linspace(-1, 1, 80)
    mel = mel + uniform(-0.25, 0.25) + slope + _curve(rng, rows, 9, 0.07)
    # Contrast: dull, compressed or peaky voices. The spectrum's fine shape is what differs most between a
    # synthesiser and a person.
    smooth = functional.avg_pool1d(mel.reshape(-1, 1, 80), 9, 1, 4, count_include_pad=False).reshape(mel.shape)
    mel = smooth + (mel - smooth) * uniform(0.6, 1.25)
    # Steady noise of a random colour, 0.15 to 1.2 (6 to 48 dB) below the loudest part of a row, for half of the rows.
    loudest = (
        mel.flatten(1).quantile(0.98, dim=1)[:, None, None]
        if rows * columns < 200
        else mel.amax((1, 2), keepdim=True) - 0.15
    )
    noise = (
        loudest - uniform(0.35, 1.4) + _curve(rng, rows, 5, 0.12) + 0.055 * torch.randn(mel.shape, generator=generator)
    )
    is_noisy = torch.from_numpy((rng.random((rows, 1, 1)) < 0.5))
    mel = torch.where(is_noisy, torch.logaddexp(mel * _LOG, noise * _LOG) / _LOG, mel)
    for row in range(rows):
        if rng.random() < 0.4:
            first = int(rng.integers(0, 70))
            mel[row, :, first : first + int(rng.integers(2, 11))] = float(mel[row].mean())
        if rng.random() < 0.2:
            at = int(rng.integers(0, columns - 10))
            mel[row, at : at + int(rng.integers(2, 9))] = -1.0
    return mel.clamp(-1.0, 2.0)
