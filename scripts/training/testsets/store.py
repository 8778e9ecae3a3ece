"""Where a test set lies: .cache/eval/<set>/<part>.json with, per utterance, a WAV, its frames and its phones.

A part is one voice of one set and is kept as long as its recipe (what it was made from) stays the same; its JSON is
written last and renamed into place, so a part that was interrupted is made again and never half counted.
"""
from __future__ import annotations

import hashlib
import json
import re
import wave
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Sequence, Tuple

import numpy as np

from labels import INDEX, PARAMETERS, SHAPES, VISEMES, Segment, frame_labels

RATE = 16000
ROOT = Path(__file__).resolve().parents[3] / ".cache" / "eval"


class Utterance(NamedTuple):
    """Samples [n] at 16 kHz in -1..1, the shapes of its phones, the phones themselves (start, end, name), and its words."""

    name: str
    samples: np.ndarray
    segments: Sequence[Segment]
    phones: Sequence[Tuple[float, float, str]]
    text: str


class Part(NamedTuple):
    """One voice of one set: `recipe` is everything its content depends on; `make` yields utterances and says what it left out."""

    name: str
    language: str
    voice: str
    recipe: Dict[str, Any]
    make: Callable[[], Tuple[List[Utterance], List[Dict[str, Any]]]]


def write_wav(path: Path, samples: np.ndarray) -> None:
    """Samples in -1..1 as 16 bit PCM at 16 kHz."""
    pcm = (np.clip(samples, -1.0, 1.0) * 32767).round().astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm.tobytes())


def write_frames(path: Path, segments: Sequence[Segment], seconds: float) -> int:
    """The table of frames that the evaluation reads; returns how many there are."""
    visemes, mouths = frame_labels(segments, seconds)
    rows = ["\t".join(("viseme",) + tuple(PARAMETERS))]
    rows += ["\t".join([VISEMES[viseme], *(f"{value:.3f}" for value in mouth)]) for viseme, mouth in zip(visemes, mouths)]
    partial = path.with_suffix(".partial")
    partial.write_text("\n".join(rows) + "\n")
    partial.rename(path)
    return len(visemes)


def _write_utterance(folder: Path, utterance: Utterance) -> Dict[str, Any]:
    seconds = len(utterance.samples) / RATE
    write_wav(folder / f"{utterance.name}.wav", utterance.samples)
    frames = write_frames(folder / f"{utterance.name}.frames.tsv", utterance.segments, seconds)
    table = "".join(f"{start:.4f}\t{end:.4f}\t{phone}\n" for start, end, phone in utterance.phones)
    (folder / f"{utterance.name}.phones.tsv").write_text("start\tend\tphone\n" + table)
    return {"name": utterance.name, "seconds": round(seconds, 4), "frames": frames, "text": utterance.text}


def kept_key(kind: str, *parts: "bytes | str") -> Path:
    """Where something that took long is kept: under a digest of everything it was made from."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else part.encode())
        digest.update(b"|")
    return ROOT / "kept" / f"{kind}-{digest.hexdigest()[:24]}.json"


def kept_value(key: Path) -> Any:
    """What was kept there (lists for tuples), or None."""
    return json.loads(key.read_text()) if key.exists() else None


def keep(key: Path, value: Any) -> None:
    key.parent.mkdir(parents=True, exist_ok=True)
    partial = key.with_suffix(".partial")
    partial.write_text(json.dumps(value))
    partial.rename(key)


def labels_digest() -> str:
    """Changes when the shapes that labels are made of change, so that sets are made again."""
    here = Path(__file__).resolve().parent
    text = (here.parent / "labels.py").read_text() + repr((sorted(INDEX.items()), sorted(SHAPES)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def build(set_name: str, part: Part, root: Path = ROOT) -> Dict[str, Any]:
    """Makes a part unless it is there with the same recipe; returns its manifest."""
    folder = root / set_name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{part.name}.json"
    recipe = json.loads(json.dumps({**part.recipe, "labels": labels_digest()}))
    if path.exists():
        known: Dict[str, Any] = json.loads(path.read_text())
        if known["recipe"] == recipe:
            return known
        path.unlink()
    for old in folder.glob(f"{re.sub(r'[*?[]', '?', part.name)}~*"):
        old.unlink()
    utterances, left_out = part.make()
    rows = [_write_utterance(folder, item._replace(name=f"{part.name}~{item.name}")) for item in utterances]
    manifest = {
        "set": set_name, "part": part.name, "language": part.language, "voice": part.voice, "recipe": recipe,
        "utterances": rows, "leftOut": left_out,
    }
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
    partial.rename(path)
    return manifest
