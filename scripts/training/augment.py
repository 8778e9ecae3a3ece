"""Other speakers, rooms, microphones and lines: changes to synthetic speech that leave its timing as the labels say
(or scale it by a known factor).

Everything takes and gives float32 samples at 16 kHz and draws from the generator it is handed.
"""

from __future__ import annotations

import subprocess
from typing import List, Optional, Sequence

import numpy as np
from scipy.signal import butter, fftconvolve, lfilter

RATE = 16000
#: Codecs run through ffmpeg: encoder arguments with container, sample rate.
_CODECS = (
    (("-c:a", "libopus", "-b:a", "12k", "-f", "ogg"), 16000),
    (("-c:a", "libopus", "-b:a", "20k", "-f", "ogg"), 16000),
    (("-c:a", "libgsm", "-f", "gsm"), 8000),
    (("-c:a", "g722", "-f", "g722"), 16000),
)


def change_size(samples: np.ndarray, factor: float) -> np.ndarray:
    """Plays `factor` times faster: pitch, formants and tempo rise together, as of a smaller speaker. Times divide by
    `factor`.
    """
    return np.interp(np.arange(0, len(samples) - 1, factor), np.arange(len(samples)), samples).astype(np.float32)


def warp_formants(samples: np.ndarray, factor: float, window: int = 512, hop: int = 128) -> np.ndarray:
    """Moves the spectral envelope by `factor` in frequency and keeps the pitch: another vocal tract with the same
    voice.

    The envelope is the cepstrum's low part; each frame is multiplied by warped over unwarped envelope (at most 24 dB
    either way).
    """
    shape = np.hanning(window + 1)[:-1].astype(np.float32)
    padded = np.pad(samples, (window, window))
    count = (len(padded) - window) // hop + 1
    index = np.arange(count)[:, None] * hop + np.arange(window)
    spectrum = np.fft.rfft(padded[index] * shape, axis=1)
    logs = np.log(np.abs(spectrum) + 1e-5)
    cepstrum = np.fft.irfft(logs, axis=1)
    cepstrum[:, 28:-27] = 0
    envelope = np.fft.rfft(cepstrum, axis=1).real
    bins = np.arange(envelope.shape[1]) / factor
    low = np.minimum(bins.astype(int), envelope.shape[1] - 2)
    part = np.clip(bins - low, 0, 1)
    warped = envelope[:, low] * (1 - part) + envelope[:, low + 1] * part
    gains = np.exp(np.clip(warped - envelope, -2.8, 2.8))
    frames = np.fft.irfft(spectrum * gains, axis=1) * shape
    out = np.zeros(len(padded), np.float32)
    for at in range(window // hop):  # frames that do not overlap are added at once
        chosen = frames[at :: window // hop]
        start = at * hop
        out[start : start + chosen.size] += chosen.reshape(-1).astype(np.float32)
    return out[window : window + len(samples)] / 1.5


def coloured_noise(count: int, exponent: float, rng: np.random.Generator) -> np.ndarray:
    """Noise with a spectrum of 1/f^exponent and unit power."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    noise = np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 1.0) ** (exponent / 2), count)
    return (noise / (noise.std() + 1e-9)).astype(np.float32)


def _peak(frequency: float, gain_db: float, q: float) -> "tuple[np.ndarray, np.ndarray]":
    """A peaking equaliser (Bristow-Johnson's audio EQ cookbook)."""
    a, w = 10 ** (gain_db / 40), 2 * np.pi * frequency / RATE
    alpha, cosine = np.sin(w) / (2 * q), np.cos(w)
    numerator, denominator = np.array([1 + alpha * a, -2 * cosine, 1 - alpha * a]), np.array(
        [1 + alpha / a, -2 * cosine, 1 - alpha / a]
    )
    return numerator / denominator[0], denominator / denominator[0]


def room(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A room of 0.08 to 0.7 s: decaying noise after the direct sound, which stays at time 0."""
    length = int(rng.uniform(0.08, 0.7) * RATE)
    response = rng.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
    response[: int(rng.uniform(0.001, 0.012) * RATE)] = 0
    response *= rng.uniform(0.05, 0.7) / np.sqrt((response**2).sum() + 1e-9)
    response[0] = 1
    return fftconvolve(samples, response)[: len(samples)].astype(np.float32)


def colour(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Microphone and loudspeaker: up to three peaks or dips and a tilt."""
    for _ in range(int(rng.integers(0, 4))):
        samples = lfilter(
            *_peak(float(np.exp(rng.uniform(np.log(100), np.log(7000)))), rng.uniform(-10, 10), rng.uniform(0.4, 2)),
            samples,
        )
    if rng.random() < 0.35:
        tilt = rng.uniform(-0.75, 0.75)
        samples = lfilter([1, -tilt], [1.0], samples) if tilt > 0 else lfilter([1 + tilt], [1, tilt], samples)
    return samples.astype(np.float32)


def band(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A telephone's or a cheap microphone's band."""
    if rng.random() < 0.5:
        limits = [rng.uniform(80, 320) / 8000, rng.uniform(3300, 6500) / 8000]
        return lfilter(*butter(3, limits, "band"), samples).astype(np.float32)
    return lfilter(*butter(4, rng.uniform(3400, 7200) / 8000), samples).astype(np.float32)


def mu_law(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A telephone line: 8 kHz (by holding every second sample of the band-limited sound) in 8 bits of mu-law."""
    narrow = lfilter(*butter(6, 3600 / 8000), samples)[::2]
    peak = np.abs(narrow).max() + 1e-9
    level = narrow / peak * rng.uniform(0.2, 1)
    code = np.round(np.sign(level) * np.log1p(255 * np.abs(level)) / np.log(256) * 127) / 127
    decoded = np.sign(code) * (256 ** np.abs(code) - 1) / 255 * peak
    wide = np.interp(np.arange(len(samples)) / 2, np.arange(len(decoded)), decoded)
    return wide.astype(np.float32)


def codec(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """There and back through Opus, GSM or G.722 by ffmpeg; without ffmpeg the sound stays as it is."""
    encoder, rate = _CODECS[int(rng.integers(len(_CODECS)))]
    peak = np.abs(samples).max() + 1e-9
    pcm = (samples / peak * 28000).astype("<i2").tobytes()
    common = ("ffmpeg", "-v", "quiet", "-threads", "1")
    try:
        encoded = subprocess.run(
            (*common, "-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "-", "-ar", str(rate), *encoder, "-"),
            input=pcm,
            capture_output=True,
            timeout=30,
            check=True,
        ).stdout
        form = encoder[-1]
        decoded = subprocess.run(
            (
                *common,
                "-f",
                form,
                *(("-ar", "8000") if form == "gsm" else ()),
                "-i",
                "-",
                "-f",
                "s16le",
                "-ar",
                str(RATE),
                "-ac",
                "1",
                "-",
            ),
            input=encoded,
            capture_output=True,
            timeout=30,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return samples
    back = np.frombuffer(decoded, "<i2").astype(np.float32) / 28000 * peak
    if len(back) < 0.9 * len(samples):
        return samples
    return np.pad(back, (0, max(0, len(samples) - len(back))))[: len(samples)]


class Noises:
    """Babble of what was spoken lately, and coloured noise."""

    def __init__(self, keep: int = 12) -> None:
        self._keep = keep
        self._heard: List[np.ndarray] = []

    def hear(self, samples: np.ndarray, rng: np.random.Generator) -> None:
        """Remembers an utterance as a voice for later babble."""
        if len(self._heard) < self._keep:
            self._heard.append(samples)
        elif rng.random() < 0.2:
            self._heard[int(rng.integers(self._keep))] = samples

    def babble(self, count: int, rng: np.random.Generator) -> Optional[np.ndarray]:
        """Three to six voices at once with unit power, or None when too few were heard."""
        voices = int(rng.integers(3, 7))
        if len(self._heard) < voices:
            return None
        chosen: Sequence[int] = rng.choice(len(self._heard), voices, replace=False)
        mixed = np.zeros(count, np.float32)
        for index in chosen:
            voice = self._heard[index]
            mixed += np.roll(np.resize(voice / (voice.std() + 1e-6), count), int(rng.integers(count)))
        return mixed / (mixed.std() + 1e-6)


def add_noise(samples: np.ndarray, noises: Noises, rng: np.random.Generator) -> np.ndarray:
    """Noise or babble at 5 to 45 dB below the speech (babble at least 12), sometimes hum."""
    power = np.sqrt((samples**2).mean() + 1e-12)
    snr_db = rng.uniform(5, 45)
    babble = noises.babble(len(samples), rng) if rng.random() < 0.2 else None
    if babble is not None:
        samples = samples + babble * power * 10 ** (-max(snr_db, 12) / 20)
    else:
        samples = samples + coloured_noise(len(samples), rng.uniform(0, 2.2), rng) * power * 10 ** (-snr_db / 20)
    if rng.random() < 0.12:
        samples = samples + power * rng.uniform(0.02, 0.15) * np.sin(
            2 * np.pi * rng.choice([50, 60, 100, 120]) * np.arange(len(samples)) / RATE
        )
    return samples.astype(np.float32)


def level(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A level of -40 to -12 dB full scale; a tenth is overdriven; clipped at full scale."""
    samples = samples * 10 ** (rng.uniform(-40, -12) / 20) / (np.sqrt((samples**2).mean()) + 1e-9)
    if rng.random() < 0.1:
        drive = rng.uniform(2, 6)
        samples = np.tanh(samples * drive) / 2
    return np.clip(samples, -1, 1).astype(np.float32)


def degrade(samples: np.ndarray, noises: Noises, rng: np.random.Generator) -> np.ndarray:
    """The whole way from a mouth to a file: room, colour, band, noise, line, level; 12 in 100 stay clean."""
    if rng.random() < 0.12:
        return level(samples, rng)
    if rng.random() < 0.5:
        samples = room(samples, rng)
    samples = colour(samples, rng)
    if rng.random() < 0.15:
        samples = band(samples, rng)
    if rng.random() < 0.75:
        samples = add_noise(samples, noises, rng)
    dice = rng.random()
    if dice < 0.05:
        samples = mu_law(samples, rng)
    elif dice < 0.10:
        samples = codec(samples, rng)
    return level(samples, rng)
