"""What PyTorch answered for values that the parity was measured on, kept for a test: golden.json and plain arrays.

In: arrays by name. Out: a folder that tests/fakes/neural_answers.ts reads. Only with --answers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, Optional

import numpy as np


class Answers:
    def __init__(self, folder: Optional[Path], model: Path, contract: str) -> None:
        self.folder, self.model, self.contract = folder, model, contract
        self.files: Dict[str, Dict[str, Any]] = {}
        self.frames = 0
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def keep(self, name: str, values: np.ndarray) -> None:
        if self.folder is None:
            return
        is_bytes = values.dtype == np.uint8
        file = f"{name}.{'u8' if is_bytes else 'f32'}"
        (self.folder / file).write_bytes(np.ascontiguousarray(values if is_bytes else values.astype("<f4")).tobytes())
        self.files[name] = {"file": file, "shape": list(values.shape)}

    def keep_frames(self, features: np.ndarray, faces: np.ndarray, patches: np.ndarray) -> None:
        """What the mouth's network is given for each frame, and RGB bytes."""
        self.frames = len(patches)
        self.keep("features", features)
        self.keep("faces", faces)
        self.keep("patches", patches)

    def write(self, patch_limit: int) -> None:
        if self.folder is None:
            return
        about = {
            "contract": self.contract,
            "model": self.model.name,
            "frames": list(range(self.frames)),
            "files": self.files,
            "patchStep": 1,
            "tolerances": {"patches": patch_limit},
        }
        (self.folder / "golden.json").write_text(json.dumps(about, indent=2) + "\n")
