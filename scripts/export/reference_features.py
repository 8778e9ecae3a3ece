"""What the engines hear, computed plainly in NumPy from the definitions: the known answers of the streams in src/features.

In: 16 kHz mono, -1..1, a whole utterance at once. Out: mels and windows in double precision. Sources: MuseTalk
(musetalk/utils/audio_processor.py and musetalk/whisper), HF WhisperFeatureExtractor, Wav2Lip (audio.py, hparams.py, with
the mirrored edges of librosa 0.7), Ultralight (data_utils/hubert.py). Nothing here is taken from the TypeScript.
"""

from __future__ import annotations

import numpy as np

RATE_HZ = 16_000
PIECE_SAMPLES = 30 * RATE_HZ
PIECE_COLUMNS = 3000


def slaney_mels(count: int, bins: int, low_hz: float, high_hz: float) -> np.ndarray:
    """[count, bins] triangles of area one on Slaney's scale, in 32 bits as the references have them."""

    def to_mel(hz: float) -> float:
        return hz * 3 / 200 if hz < 1000 else 15 + 27 * np.log(hz / 1000) / np.log(6.4)

    def to_hz(mel: np.ndarray) -> np.ndarray:
        return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))

    edges = to_hz(np.linspace(to_mel(low_hz), to_mel(high_hz), count + 2))
    hz = np.linspace(0, RATE_HZ / 2, bins)
    rising = (hz[None] - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - hz[None]) / np.diff(edges)[1:, None]
    areas = 2 / (edges[2:] - edges[:-2])
    return (np.maximum(0, np.minimum(rising, falling)) * areas[:, None]).astype(np.float32)


def spectrum(pcm: np.ndarray, size: int, hop: int) -> np.ndarray:
    """[bins, columns], mirrored at the edges, periodic Hann."""
    padded = np.pad(pcm.astype(np.float64), size // 2, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    starts = range(0, len(padded) - size + 1, hop)
    return np.stack([np.fft.rfft(padded[at : at + size] * window) for at in starts], axis=1)


def whisper_log_mel(pcm: np.ndarray) -> np.ndarray:
    """[80, n / 160], log10, floored 8 under the loudest, scaled."""
    power = np.abs(spectrum(pcm, 400, 160)[:, :-1]) ** 2
    log = np.log10(np.maximum(slaney_mels(80, 201, 0, 8000).astype(np.float64) @ power, 1e-10))
    return (np.maximum(log, log.max() - 8) + 4) / 4


def whisper_input(pcm: np.ndarray, version: str) -> np.ndarray:
    """[80, 3000] of one piece: 1.5 fills up the sound, 1.0 the spectrum."""
    if version == "1.5":
        return whisper_log_mel(np.pad(pcm, (0, PIECE_SAMPLES - len(pcm))))
    mel = whisper_log_mel(pcm)
    return np.pad(mel, ((0, 0), (0, PIECE_COLUMNS - mel.shape[1])))


def whisper_window(hidden: np.ndarray, samples: int, frame: int, version: str) -> np.ndarray:
    """[50, 384] of a frame at 25 fps, from hidden states [T, 5, 384]."""
    known = hidden[: samples * 50 // RATE_HZ]
    if version == "1.0":
        return known[np.clip(np.arange(2 * frame - 4, 2 * frame + 6), 0, len(known) - 1)].reshape(50, 384)
    padded = np.pad(known, ((4, 12), (0, 0), (0, 0)))
    return padded[2 * frame : 2 * frame + 10].reshape(50, 384)


def positional_encoding() -> np.ndarray:
    """[50, 384]."""
    angles = np.arange(50)[:, None] * 10_000 ** (-np.arange(0, 384, 2) / 384)
    return np.stack([np.sin(angles), np.cos(angles)], axis=2).reshape(50, 384)


def wav2lip_mel(pcm: np.ndarray) -> np.ndarray:
    """[80, 1 + n / 200] in -4..4."""
    emphasised = pcm.astype(np.float64) - 0.97 * np.concatenate([[0], pcm[:-1].astype(np.float64)])
    energy = slaney_mels(80, 401, 55, 7600).astype(np.float64) @ np.abs(spectrum(emphasised, 800, 200))
    decibels = 20 * np.log10(np.maximum(1e-5, energy)) - 20
    return np.clip(8 * (decibels + 100) / 100 - 4, -4, 4)


def wav2lip_window(mel: np.ndarray, frame: int) -> np.ndarray:
    """[1, 80, 16]; the last sixteen columns serve at the end."""
    first = min(int(80 / 25 * frame), mel.shape[1] - 16)
    return mel[None, :, first : first + 16]


def wav2lip_face(crop: np.ndarray) -> np.ndarray:
    """[6, S, S] of an RGB crop: blue, green, red; first with the lower half empty."""
    whole = crop[:, :, ::-1].astype(np.float32).transpose(2, 0, 1) / np.float32(255)
    hidden = whole.copy()
    hidden[:, crop.shape[0] // 2 :] = 0
    return np.concatenate([hidden, whole])


def hubert_input(pcm: np.ndarray) -> np.ndarray:
    """Mean 0 and variance 1 over the whole sound."""
    wide = pcm.astype(np.float64)
    return ((wide - wide.mean()) / np.sqrt(wide.var() + 1e-7)).astype(np.float32)


def hubert_window(features: np.ndarray, frame: int) -> np.ndarray:
    """[16, 32, 32]: eight frames of two features of 1024, from four before on."""
    pairs = features[: len(features) // 2 * 2].reshape(-1, 2, 1024)
    window = np.zeros((8, 2, 1024), np.float32)
    for nth in range(8):
        if 0 <= frame - 4 + nth < len(pairs):
            window[nth] = pairs[frame - 4 + nth]
    return window.reshape(16, 32, 32)


def ultralight_face(crop: np.ndarray) -> np.ndarray:
    """[6, 160, 160] of an RGB crop of 168: blue, green, red; real, then with the black rectangle x 5, y 5, 150 x 145."""
    real = crop[4:164, 4:164, ::-1].astype(np.float32).transpose(2, 0, 1) / np.float32(255)
    hidden = real.copy()
    hidden[:, 5:150, 5:155] = 0
    return np.concatenate([real, hidden])


def to_bytes(image: np.ndarray) -> np.ndarray:
    """[B, 3, S, S] in 0..1 -> [B, S, S, 3], half to even."""
    return np.rint(np.clip(image.astype(np.float32), 0, 1) * np.float32(255)).astype(np.uint8).transpose(0, 2, 3, 1)


def musetalk_patches(image: np.ndarray) -> np.ndarray:
    """The decoder's -1..1, RGB."""
    return to_bytes(image / np.float32(2) + np.float32(0.5))


def generator_patches(image: np.ndarray) -> np.ndarray:
    """A generator's 0..1 in the order blue, green, red -> RGB bytes, rounded (the references cut off the fraction)."""
    return np.ascontiguousarray(to_bytes(image)[..., ::-1])
