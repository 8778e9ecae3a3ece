"""Whisper's log-mel spectrum at 16 kHz, with the viseme network's fixed floor instead of the clip's own maximum.

80 Slaney mels of 400-sample windows every 160 samples, log10(max(x, 1e-10)), centred with reflection, the last frame
dropped; then (max(m, -8) + 4) / 4, so that silence is exactly -1 and nothing depends on what is heard later.
"""

from __future__ import annotations

import numpy as np

RATE = 16000
WINDOW = 400
HOP = 160
MELS = 80
FLOOR_LOG10 = -8.0
SILENCE = -1.0


def _hz_to_mel(hz: np.ndarray) -> np.ndarray:
    logarithmic = 15 + 27 * np.log(np.maximum(hz, 1e-9) / 1000) / np.log(6.4)
    return np.where(hz >= 1000, logarithmic, hz * 3 / 200)


def _mel_to_hz(mel: np.ndarray) -> np.ndarray:
    return np.where(mel >= 15, 1000 * np.exp(np.log(6.4) / 27 * (mel - 15)), mel * 200 / 3)


def filter_bank() -> np.ndarray:
    """Slaney's mel filters with Slaney's normalisation (area 1), [80, 201]; the same as librosa.filters.mel(16000,
    400, 80).
    """
    bins = np.linspace(0, RATE / 2, WINDOW // 2 + 1)
    edges = _mel_to_hz(np.linspace(_hz_to_mel(np.array(0.0)), _hz_to_mel(np.array(RATE / 2)), MELS + 2))
    widths = np.diff(edges)
    slopes = edges[:, None] - bins[None]
    weights = np.maximum(0, np.minimum(-slopes[:-2] / widths[:-1, None], slopes[2:] / widths[1:, None]))
    return (weights * (2 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


_BANK = filter_bank()
_HANN = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)


def log_mel(samples: np.ndarray) -> np.ndarray:
    """Samples in -1..1 (at least 201) as log10 mels, float32 [floor(n / 160), 80]."""
    padded = np.pad(samples.astype(np.float32), WINDOW // 2, mode="reflect")
    count = (len(padded) - WINDOW) // HOP + 1
    step = padded.strides[0]
    frames = np.lib.stride_tricks.as_strided(padded, (count, WINDOW), (step * HOP, step))
    power = np.abs(np.fft.rfft(frames * _HANN, axis=1)).astype(np.float32) ** 2
    return np.log10(np.maximum(power @ _BANK.T, 1e-10))[:-1]


def normalise(log_mels: np.ndarray) -> np.ndarray:
    """log10 mels with the fixed floor as the network wants them: -1 is silence, about 0.5 a loud voice."""
    return (np.maximum(log_mels, FLOOR_LOG10) + 4) / 4
