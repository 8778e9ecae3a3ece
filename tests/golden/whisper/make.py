"""More known answers in the format of ../musetalk: python3 make.py writes them beside itself (PyTorch, NumPy).

Sounds whose quiet bands show every rounding of PyTorch's spectrum, windows at other rates and over the ends of pieces of
30 s, several windows of positional encoding. Computed from the definitions (MuseTalk: musetalk/utils/audio_processor.py,
musetalk/models/unet.py; HF WhisperFeatureExtractor), with the operations of PyTorch that those use.
"""

import json
import math
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).parent
arrays = {}


def keep(name: str, values: np.ndarray) -> None:
    values = np.ascontiguousarray(values, dtype=np.float32)
    values.tofile(HERE / f"{name}.bin")
    arrays[name] = {"file": f"{name}.bin", "dtype": "float32", "shape": list(values.shape)}


def mel_filters() -> np.ndarray:
    def to_mel(hz: float) -> float:
        return hz * 3 / 200 if hz < 1000 else 15 + 27 * math.log(hz / 1000) / math.log(6.4)

    mels = np.linspace(0, to_mel(8000), 82)
    edges = np.where(mels < 15, mels * 200 / 3, 1000 * np.exp((mels - 15) * math.log(6.4) / 27))
    hz = np.linspace(0, 8000, 201)
    rising = (hz[None] - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - hz[None]) / np.diff(edges)[1:, None]
    return np.maximum(0, np.minimum(rising, falling)) * (2 / (edges[2:] - edges[:-2]))[:, None]


def log_mel(pcm: np.ndarray) -> torch.Tensor:
    padded = torch.zeros(480_000)
    padded[: len(pcm)] = torch.from_numpy(pcm)
    spectrum = torch.stft(padded, 400, 160, window=torch.hann_window(400), return_complex=True)
    energies = torch.from_numpy(mel_filters()).float() @ (spectrum[..., :-1].abs() ** 2)
    log = torch.clamp(energies, min=1e-10).log10()
    return (torch.maximum(log, log.max() - 8.0) + 4.0) / 4.0


def window_case(fps: int, samples: int, frames: list) -> dict:
    step = 50 / fps
    left = 2 * math.ceil(step)
    known = math.floor(samples / 16_000 * 50)
    rows = {}
    for frame in frames:
        first = math.floor(frame * step) - left
        rows[str(frame)] = [t if 0 <= t < known else -1 for t in range(first, first + 10)]
    return {"samples": samples, "frames": math.floor(samples / 16_000 * fps), "rows": rows}


def positions() -> torch.Tensor:
    angles = torch.arange(0, 50).float()[:, None] * torch.exp(
        torch.arange(0, 384, 2).float() * (-math.log(10_000.0) / 384)
    )
    return torch.stack([torch.sin(angles), torch.cos(angles)], dim=2).reshape(50, 384)


def main() -> None:
    rng = np.random.default_rng(11)
    t = np.arange(6400) / 16_000
    sounds = {
        "chirp": 0.4 * np.sin(2 * np.pi * (100 * t + 4000 * t * t)),
        "tones": sum(a * np.sin(2 * np.pi * f * t) for a, f in [(0.3, 220), (0.1, 440), (0.05, 3000)])
        + 1e-3 * rng.standard_normal(len(t)),
    }
    for name, sound in sounds.items():
        pcm = sound.astype(np.float32)
        keep(f"{name}_pcm16k", pcm)
        keep(f"{name}_mel_first50", log_mel(pcm)[:, :50].numpy())
    given = rng.standard_normal((3, 50, 384)).astype(np.float32)
    keep("many_pe_in", given)
    keep("many_pe_out", (torch.from_numpy(given) + positions()).numpy())
    windows = {
        "24": window_case(24, 40_000, [0, 1, 12, 59]),
        "25": window_case(25, 41 * 16_000 + 123, [0, 1, 748, 749, 750, 751, 752, 1024]),
        "29": window_case(29, 480_000, [0, 144, 145, 290, 551, 869]),
        "30": window_case(30, 33_333, [0, 1, 2, 3, 61]),
        "60": window_case(60, 16_000, [0, 1, 2, 59]),
    }
    text = json.dumps({"arrays": arrays, "windows": windows})
    (HERE / "golden.json").write_text(text + "\n")


main()
