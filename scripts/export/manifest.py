"""model.json of a video engine's model: which graph is what, sizes, sums, licence, and what the export was measured at.

In: a folder with graphs and what is known about them. Out: model.json beside them, in the form that
src/model/neural_manifest.ts reads. The name of the folder is the name of the model.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, Mapping, Optional

NAME = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")
CHUNK_BYTES = 1 << 20
MANIFEST = "model.json"


def checked_folder(text: str) -> Path:
    """A new model's folder: named as models are, and not holding something else."""
    folder = Path(text)
    if not NAME.match(folder.name):
        raise SystemExit(f"the folder {folder.name!r} gives the model its name, wanted 1 to 40 of a-z, 0-9 and -")
    if folder.exists() and any(folder.iterdir()) and not (folder / MANIFEST).exists():
        raise SystemExit(f"{folder} holds other files, wanted a new folder or a model's to replace")
    return folder


@contextmanager
def installed_when_done(folder: Path) -> Iterator[Path]:
    """A folder beside it to write to, which takes its place where nothing failed; nothing is left where something did."""
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def sha256_of(path: Path) -> str:
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            sha.update(chunk)
    return sha.hexdigest()


def write_manifest(
    folder: Path,
    contract: str,
    graphs: Mapping[str, Mapping[str, Any]],
    licence: str,
    *,
    author: Optional[str] = None,
    parity: Optional[Mapping[str, Any]] = None,
    name: Optional[str] = None,
) -> Dict[str, Any]:
    """Every file of the folder but model.json is the model's."""
    files = [
        {"name": path.name, "sha256": sha256_of(path), "bytes": path.stat().st_size}
        for path in sorted(folder.iterdir())
        if path.name != MANIFEST
    ]
    about: Dict[str, Any] = {
        "name": name or folder.name,
        "kind": contract.split("/")[0],
        "version": 1,
        "contract": contract,
        "files": files,
        "licence": licence,
        **({"author": author} if author else {}),
        "graphs": {role: dict(entry) for role, entry in graphs.items()},
        **({"parity": dict(parity)} if parity else {}),
    }
    (folder / MANIFEST).write_text(json.dumps(about, indent=2) + "\n")
    return about
