"""A peer: pocketsphinx's phone recogniser on the test sets, its phones turned into the same frames as the labels.

It works offline (it hears the whole utterance, twice over its features' mean), knows English, and on set c its acoustic
model is the one the labels were aligned with, which favours it there.
"""
from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Dict, List, Tuple

from acoustics import FRAME_OFFSET_S, FRAME_S, MODEL, require
from labels import PARAMETERS, VISEMES, arpabet_shapes, frame_labels, segments
from store import ROOT

SUFFIX = ".allphone.tsv"


def _recognise(files: List[Path]) -> List[List[Tuple[float, str]]]:
    """Phones with their starts in seconds, for each file."""
    batch = require("pocketsphinx_batch", "pocketsphinx")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for index, path in enumerate(files):
            (work / f"{index}.wav").symlink_to(path.resolve())
        (work / "list").write_text("".join(f"{index}\n" for index in range(len(files))))
        command = [batch, "-hmm", str(MODEL / "en-us"), "-allphone", str(MODEL / "en-us-phone.lm.bin"), "-lw", "2.0"]
        command += ["-beam", "1e-20", "-pbeam", "1e-20", "-remove_silence", "no", "-adcin", "yes", "-adchdr", "44"]
        command += ["-cepdir", str(work), "-cepext", ".wav", "-ctl", str(work / "list"), "-hypseg", str(work / "found")]
        subprocess.run([*command, "-logfn", str(work / "log")], capture_output=True, check=True)
        found: Dict[int, List[Tuple[float, str]]] = {}
        for line in (work / "found").read_text().splitlines():
            fields = line.split()
            first = fields.index("L") + 2
            rows = [fields[at : at + 4] for at in range(first, len(fields) - 3, 4)]
            found[int(fields[0])] = [(max(0.0, int(row[0]) * FRAME_S + FRAME_OFFSET_S), row[3]) for row in rows]
        return [found.get(index, []) for index in range(len(files))]


def add_to(set_name: str, part: str, root: Path = ROOT) -> None:
    """Writes what was recognised in a part's utterances beside their labels, unless it is there already."""
    manifest = json.loads((root / set_name / f"{part}.json").read_text())
    todo = [row for row in manifest["utterances"] if not _is_fresh(root / set_name / f"{row['name']}.wav")]
    files = [root / set_name / f"{row['name']}.wav" for row in todo]
    for row, path, phones in zip(todo, files, _recognise(files) if files else []):
        visemes, mouths = frame_labels(segments(phones, row["seconds"], arpabet_shapes), row["seconds"])
        rows = ["\t".join(("viseme",) + tuple(PARAMETERS))]
        rows += ["\t".join([VISEMES[viseme], *(f"{value:.3f}" for value in mouth)]) for viseme, mouth in zip(visemes, mouths)]
        partial = path.with_suffix(".partial")
        partial.write_text("\n".join(rows) + "\n")
        partial.rename(path.with_suffix(SUFFIX))


def _is_fresh(sound: Path) -> bool:
    answer = sound.with_suffix(SUFFIX)
    return answer.exists() and answer.stat().st_mtime >= sound.stat().st_mtime
