"""Where diffusers, transformers and onnxruntime lie: a folder of their own, so that Debian's PyTorch stays what it is.

Import this first. The folder is LIPCAM_EXPORT_PACKAGES, or ~/.cache/lipcam/export-packages; README.md says how it is filled.
Nothing is fetched from here: models come from the folders that were named.
"""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from pathlib import Path
from types import ModuleType

FOLDER = Path(os.environ.get("LIPCAM_EXPORT_PACKAGES") or Path.home() / ".cache" / "lipcam" / "export-packages")
if FOLDER.is_dir():
    sys.path.insert(0, str(FOLDER))
for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "DISABLE_TELEMETRY"):
    os.environ.setdefault(name, "1")
warnings.filterwarnings("ignore", category=FutureWarning)
warnings.filterwarnings("ignore", category=UserWarning)


def need(name: str) -> ModuleType:
    """The package, or an exit that says how to get it."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise SystemExit(f"no package {name} ({error}), wanted what scripts/export/README.md installs in {FOLDER}")
