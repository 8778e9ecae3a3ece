"""Debian's English pocketsphinx model as a scorer: how well does each 10 ms of sound fit each tied state of each phone?

In: 16 kHz WAV files. Out: for every frame the cost of all 5126 senones, which pocketsphinx itself computes and logs
(`-senlogdir -compallsen yes`), and from the model's definition which senones a phone has between two neighbours. The
searches over these costs are in align.py.
"""
from __future__ import annotations

import functools
import math
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Dict, List, NamedTuple, Sequence, Tuple

import numpy as np

MODEL = Path("/usr/share/pocketsphinx/model/en-us")
FRAME_S = 0.010
#: A boundary before frame k is taken to lie at k * 10 ms and this much. By the frames' windows it would be 7.8 ms; against
#: synthetic speech with known times (check_aligner.py) that is 0 to 9.5 ms late, depending on the voice, so half is taken off.
FRAME_OFFSET_S = 0.0039
#: pocketsphinx counts scores in steps of 1024 in the logarithm to base 1.0001.
NATS_A_STEP = 1024 * math.log(1.0001)
STATES = 3


class Missing(Exception):
    """Something has to be installed; the message is one line and names the package."""


class PhoneModel(NamedTuple):
    """The three states of one phone in its context: which senones, and the costs (nats) of staying and of going on."""

    senones: Tuple[int, int, int]
    stay: np.ndarray
    leave: np.ndarray


def require(program: str, package: str) -> str:
    """The path of a program, or Missing with the name of its package."""
    path = shutil.which(program)
    if path is None:
        raise Missing(f"the program {program} is missing, wanted: apt-get install {package}")
    return path


def _transitions(path: Path) -> np.ndarray:
    """Transition probabilities of the model, [phones, 3, 4], from a Sphinx-3 binary file (which holds counts)."""
    raw = path.read_bytes()
    at = raw.index(b"endhdr\n") + len(b"endhdr\n")
    numbers = np.frombuffer(raw, "<u4", 5, at)
    if numbers[0] != 0x11223344:
        raise ValueError(f"{path.name} has an unknown byte order")
    phones, rows, columns, count = (int(value) for value in numbers[1:])
    table = np.frombuffer(raw, "<f4", count, at + 20).reshape(phones, rows, columns)
    return table / table.sum(2, keepdims=True)


class AcousticModel:
    """Which senones a phone has, given its neighbours and its place in the word."""

    def __init__(self) -> None:
        if not (MODEL / "en-us" / "mdef").exists():
            raise Missing("the English acoustic model is missing, wanted: apt-get install pocketsphinx-en-us")
        convert = require("pocketsphinx_mdef_convert", "pocketsphinx")
        with tempfile.TemporaryDirectory() as folder:
            text = Path(folder) / "mdef"
            subprocess.run([convert, "-text", str(MODEL / "en-us" / "mdef"), str(text)], check=True, capture_output=True)
            rows = [line.split() for line in text.read_text().splitlines()]
        self._models: Dict[Tuple[str, str, str, str], Tuple[int, Tuple[int, int, int]]] = {}
        for row in rows:
            if len(row) == 10 and row[9] == "N" and row[6].isdigit():
                self._models[row[0], row[1], row[2], row[3]] = (int(row[5]), tuple(int(value) for value in row[6:9]))
        self.phones = [name for name, left, _, _ in self._models if left == "-" and not name.startswith("+")]
        self._transitions = _transitions(MODEL / "en-us" / "transition_matrices")

    @functools.lru_cache(maxsize=None)
    def find(self, phone: str, left: str = "-", right: str = "-", place: str = "-") -> PhoneModel:
        """The phone between `left` and `right` (b, i, e, s: place in the word), or the nearest thing the model knows."""
        places = [place] + [other for other in "ibes" if other != place]
        found = next((self._models[key] for other in places if (key := (phone, left, right, other)) in self._models), None)
        matrix, senones = found or self._models[phone, "-", "-", "-"]
        table = np.maximum(self._transitions[matrix], 1e-4)
        steps = np.arange(STATES)
        return PhoneModel(senones, -np.log(table[steps, steps]), -np.log(table[steps, steps + 1]))


def senone_costs(files: Sequence[Path]) -> List[np.ndarray]:
    """Costs in nats, float32 [frames, senones], of each 16 kHz mono WAV file; the best senone of a frame costs 0."""
    batch = require("pocketsphinx_batch", "pocketsphinx")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "costs").mkdir()
        for index, path in enumerate(files):
            (work / f"{index}.wav").symlink_to(path.resolve())
        (work / "list").write_text("".join(f"{index}\n" for index in range(len(files))))
        command = [batch, "-hmm", str(MODEL / "en-us"), "-allphone", str(MODEL / "en-us-phone.lm.bin"), "-allphone_ci", "yes"]
        command += ["-adcin", "yes", "-adchdr", "44", "-cepdir", str(work), "-cepext", ".wav", "-ctl", str(work / "list")]
        command += ["-remove_silence", "no", "-remove_noise", "no"]
        command += ["-compallsen", "yes", "-senlogdir", str(work / "costs"), "-logfn", str(work / "log")]
        done = subprocess.run(command, capture_output=True)
        logs = sorted((work / "costs").iterdir())
        if done.returncode != 0 or len(logs) != len(files):
            raise RuntimeError(f"pocketsphinx_batch scored {len(logs)} of {len(files)} files (exit code {done.returncode})")
        return [_read_costs(path) for path in logs]


def _read_costs(path: Path) -> np.ndarray:
    raw = path.read_bytes()
    header, at = raw[: raw.index(b"endhdr\n")].decode(), raw.index(b"endhdr\n") + len(b"endhdr\n") + 4
    count = int(next(line.split()[1] for line in header.splitlines() if line.startswith("n_sen")))
    row = np.dtype([("active", "<i2"), ("costs", "<i2", (count,))])
    frames = np.frombuffer(raw, row, (len(raw) - at) // row.itemsize, at)
    if not (frames["active"] == count).all():
        raise ValueError(f"{path.name}: not every senone of every frame was scored")
    return frames["costs"].astype(np.float32) * np.float32(NATS_A_STEP)
