"""Undoes what regression does to a face: it shrinks extremes, so that jaws open too little and lips nearly close.

Fitted on the validation shards (held-out synthesisers), never on people or test voices, and written into the exported
network: jaw, spread and pucker are stretched to the spread of the labels; the contacts' logits are sharpened, and the
press's are moved so that FALSE_PRESS of the open vowels' frames show pressed lips.
"""

from __future__ import annotations

from typing import NamedTuple, Sequence

import numpy as np
import torch
from torch import Tensor

import labels

FALSE_PRESS = 0.012
SHARPEN = np.array([2.2, 1.6, 1.6])  # press, teeth, tongue
_PRESS = 3
_LOWEST_THRESHOLD = 0.25


class Calibration(NamedTuple):
    """mouth = clip(gain * sigmoid(logit_gain * logit + logit_bias) + offset, 0, 1), each of 6."""

    logit_gain: np.ndarray
    logit_bias: np.ndarray
    gain: np.ndarray
    offset: np.ndarray

    def apply(self, logits: Tensor) -> Tensor:
        """Mouth parameters of mouth logits [..., 6]."""
        logit_gain, logit_bias, gain, offset = (torch.from_numpy(value.astype(np.float32)) for value in self)
        return (torch.sigmoid(logits * logit_gain + logit_bias) * gain + offset).clamp(0.0, 1.0)


def nothing() -> Calibration:
    return Calibration(np.ones(6), np.zeros(6), np.ones(6), np.zeros(6))


def fit(true: Sequence[np.ndarray], wanted: Sequence[np.ndarray], shown: Sequence[np.ndarray]) -> Calibration:
    """The calibration for uncalibrated predictions of several validation streams (visemes [n], mouths [n, 6] each);
    each counts alike.
    """
    result = nothing()
    for index in range(3):
        spreads = [(w[:, index].std(), s[:, index].std()) for w, s in zip(wanted, shown)]
        gain = float(np.mean([w / max(s, 1e-3) for w, s in spreads]))
        result.gain[index] = min(1.6, max(1.0, gain))
        # Silence stays closed: the stretch turns about the value shown in silence.
        rest = float(np.mean([np.median(s[t == 0, index]) if (t == 0).any() else 0.0 for t, s in zip(true, shown)]))
        result.offset[index] = -rest * result.gain[index]
    result.logit_gain[_PRESS:] = SHARPEN
    thresholds = []
    for t, w, s in zip(true, wanted, shown):
        is_vowel = (t >= labels.INDEX["aa"]) & (w[:, _PRESS] < 0.15)
        thresholds.append(float(np.quantile(s[is_vowel, _PRESS], 1 - FALSE_PRESS)) if is_vowel.any() else 0.5)
    threshold = min(0.5, max(_LOWEST_THRESHOLD, max(thresholds)))
    result.logit_bias[_PRESS] = -SHARPEN[0] * np.log(threshold / (1 - threshold))
    return result
