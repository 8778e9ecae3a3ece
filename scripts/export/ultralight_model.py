"""Ultralight's network with the weights' names of its checkpoints (anliyuan/Ultralight-Digital-Human: unet.py, all versions).

A U of depthwise blocks: four halvings of the face, sound put in at the bottom, four bilinear doublings that see each size of
the face again. `widths`: 32 to 512 in what is trained by default, 16 to 256 for phones. Since June 2025 what hears WeNet is wider,
since May 2026 two wrappers are gone from the names; both are taken.
"""

from __future__ import annotations

import re
from typing import Dict, Mapping, Optional, Sequence

import torch
from torch import nn
from torch.nn import functional as F

WIDTHS = (32, 64, 128, 256, 512)


class Inverted(nn.Module):
    """Wider, seen channel by channel, narrower."""

    def __init__(self, inner: int, outer: int, stride: int = 1, adds: bool = False) -> None:
        super().__init__()
        wide = 2 * inner
        self.adds = adds
        self.conv = nn.Sequential(
            *[nn.Conv2d(inner, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.ReLU()],
            *[nn.Conv2d(wide, wide, 3, stride, 1, groups=wide, bias=False), nn.BatchNorm2d(wide), nn.ReLU()],
            *[nn.Conv2d(wide, outer, 1, bias=False), nn.BatchNorm2d(outer)],
        )

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        made = self.conv(seen)
        return seen + made if self.adds else made


class Double(nn.Module):
    def __init__(self, inner: int, outer: int, stride: int) -> None:
        super().__init__()
        self.double_conv = nn.Sequential(Inverted(inner, outer, stride), Inverted(outer, outer, 1, True))

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        return self.double_conv(seen)


class Enter(nn.Module):
    def __init__(self, inner: int, outer: int) -> None:
        super().__init__()
        self.inconv = nn.Sequential(Inverted(inner, outer))

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        return self.inconv(seen)


class Down(nn.Module):
    def __init__(self, inner: int, outer: int) -> None:
        super().__init__()
        self.maxpool_conv = nn.Sequential(Double(inner, outer, 2))

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        return self.maxpool_conv(seen)


class Up(nn.Module):
    def __init__(self, inner: int, outer: int) -> None:
        super().__init__()
        self.conv = Double(inner, outer, 1)

    def forward(self, seen: torch.Tensor, shown: torch.Tensor) -> torch.Tensor:
        large = F.interpolate(seen, scale_factor=2.0, mode="bilinear", align_corners=True)
        return self.conv(torch.cat([large, shown], dim=1))


class Leave(nn.Module):
    def __init__(self, inner: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inner, 3, 1)

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        return self.conv(seen)


class Hear(nn.Module):
    """HuBERT's [B, 16, 32, 32] or WeNet's [B, 128, 16, 32] -> [B, widths[4], 10, 10]."""

    def __init__(self, mode: str, widths: Sequence[int], wenet_width: Optional[int]) -> None:
        super().__init__()
        _, second, third, fourth, fifth = widths
        is_wenet = mode == "wenet"
        if is_wenet:
            planes, wide = third, wenet_width or third
            self.conv1, self.conv2 = Inverted(planes, wide, 1, planes == wide), Inverted(wide, wide, 1, True)
        else:
            wide = third
            self.conv1, self.conv2 = Inverted(16, second), Inverted(second, third)
        self.conv3 = nn.Conv2d(wide, fourth, 3, (1, 2) if is_wenet else 2, 1)
        self.bn3 = nn.BatchNorm2d(fourth)
        self.conv4 = Inverted(fourth, fourth, 1, True)
        self.conv5 = nn.Conv2d(fourth, fifth, 3, 2, 3)
        self.bn5 = nn.BatchNorm2d(fifth)
        self.conv6 = Inverted(fifth, fifth, 1, True)
        self.conv7 = Inverted(fifth, fifth, 1, True)

    def forward(self, audio: torch.Tensor) -> torch.Tensor:
        heard = torch.relu(self.bn3(self.conv3(self.conv2(self.conv1(audio)))))
        heard = torch.relu(self.bn5(self.conv5(self.conv4(heard))))
        return self.conv7(self.conv6(heard))


class Ultralight(nn.Module):
    """face [B, 6, 160, 160], audio -> image [B, 3, 160, 160] in 0..1."""

    def __init__(self, mode: str, widths: Sequence[int] = WIDTHS, wenet_width: Optional[int] = None) -> None:
        super().__init__()
        w0, w1, w2, w3, w4 = widths
        self.audio_model = Hear(mode, widths, wenet_width)
        self.fuse_conv = nn.Sequential(Double(2 * w4, w4, 1), Double(w4, w3, 1))
        self.inc = Enter(6, w0)
        self.down1, self.down2, self.down3, self.down4 = Down(w0, w1), Down(w1, w2), Down(w2, w3), Down(w3, w4)
        self.up1, self.up2 = Up(w4, w3 // 2), Up(w3, w2 // 2)
        self.up3, self.up4 = Up(w2, w1 // 2), Up(w1, w0)
        self.outc = Leave(w0)

    def forward(self, face: torch.Tensor, audio: torch.Tensor) -> torch.Tensor:
        seen = [self.inc(face)]
        for down in (self.down1, self.down2, self.down3, self.down4):
            seen.append(down(seen[-1]))
        made = self.fuse_conv(torch.cat([seen.pop(), self.audio_model(audio)], dim=1))
        for up in (self.up1, self.up2, self.up3, self.up4):
            made = up(made, seen.pop())
        return torch.sigmoid(self.outc(made))


def with_first_names(weights: Mapping[str, torch.Tensor]) -> Dict[str, torch.Tensor]:
    """Those of 2026 have no list of one around the blocks of `inc` and `down`."""
    pattern = re.compile(r"^(inc\.inconv|down\d\.maxpool_conv)\.(?=[a-z])")
    return {pattern.sub(r"\1.0.", name): value for name, value in weights.items()}
