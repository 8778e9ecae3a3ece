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
from labels import arpabet_shapes, segments
from store import ROOT, keep, kept_key, kept_value, write_frames

SUFFIX = ".allphone.tsv"
#: Sounds in one run of the recogniser.
_BATCH = 40
#: Length of AH up to which it is taken for the reduced vowel.
REDUCED_S_MAX = 0.09


def _recognise(files: List[Path]) -> List[List[Tuple[float, str]]]:
    """Phones with their starts in seconds, for each file."""
    batch = require("pocketsphinx_batch", "pocketsphinx")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for index, path in enumerate(files):
            (work / f"{index}.wav").symlink_to(path.resolve())
        (work / "list").write_text("".join(f"{index}\n" for index in range(len(files))))
        command = [batch, "-hmm", str(MODEL / "en-us"), "-allphone", str(MODEL / "en-us-phone.lm.bin"), "-lw", "2.0"]
        command += ["-beam", "1e-20", "-pbeam", "1e-10", "-remove_silence", "no", "-adcin", "yes", "-adchdr", "44"]
        command += ["-cepdir", str(work), "-cepext", ".wav", "-ctl", str(work / "list"), "-hypseg", str(work / "found")]
        subprocess.run([*command, "-logfn", str(work / "log")], capture_output=True, check=True)
        found: Dict[int, List[Tuple[float, str]]] = {}
        for line in (work / "found").read_text().splitlines():
            fields = line.split()
            first = fields.index("L") + 2
            rows = [fields[at : at + 4] for at in range(first, len(fields) - 3, 4)]
            found[int(fields[0])] = [(max(0.0, int(row[0]) * FRAME_S + FRAME_OFFSET_S), row[3]) for row in rows]
        return [found.get(index, []) for index in range(len(files))]


def _with_reduced(phones: List[Tuple[float, str]]) -> List[Tuple[float, str]]:
    """The recogniser writes "but" and "about" alike; a short AH is taken for the reduced vowel, which favours it most."""
    ends = [start for start, _ in phones[1:]] + [float("inf")]
    return [
        (start, "AX" if phone == "AH" and end - start < REDUCED_S_MAX else phone) for (start, phone), end in zip(phones, ends)
    ]


def add_to(set_name: str, part: str, root: Path = ROOT) -> None:
    """Writes what was recognised in a part's utterances beside their labels; each sound is listened to once."""
    manifest = json.loads((root / set_name / f"{part}.json").read_text())
    rows = manifest["utterances"]
    files = [root / set_name / f"{row['name']}.wav" for row in rows]
    keys = [kept_key("allphone", path.read_bytes()) for path in files]
    for first in range(0, len(files), _BATCH):
        todo = [at for at in range(first, min(first + _BATCH, len(files))) if kept_value(keys[at]) is None]
        for at, phones in zip(todo, _recognise([files[at] for at in todo]) if todo else []):
            keep(keys[at], phones)
    for row, path, key in zip(rows, files, keys):
        phones = _with_reduced(kept_value(key))
        write_frames(path.with_suffix(SUFFIX), segments(phones, row["seconds"], arpabet_shapes), row["seconds"])
