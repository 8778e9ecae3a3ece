#!/usr/bin/python3
"""How good is the aligner? It dates synthetic English whose phone times are known: `python3 check_aligner.py [--sentences N]`.

Prints, per voice: how far its boundaries lie from the synthesiser's (median, and the share within 20 ms), the share of
20 ms frames on whose viseme both agree, and the same after moving the alignment by -20 to 20 ms (a bias would show).
"""
from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import List, Tuple

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]

import numpy as np  # noqa: E402

from acoustics import AcousticModel  # noqa: E402
from align import align  # noqa: E402
from human import SOURCES, costs_of, recordings  # noqa: E402
from labels import arpabet_shapes, frame_labels, segments  # noqa: E402
from pronounce import english  # noqa: E402
from store import RATE  # noqa: E402
from synthesize import Spoken, festival, flite  # noqa: E402

VOICES = ("festival:cmu_us_slt_arctic_hts", "festival:kal_diphone", "flite:rms", "flite:awb", "flite:slt")
SHIFTS_MS = (-20, -10, 0, 10, 20)


def speak(voice: str, texts: List[str]) -> List[Spoken]:
    maker, name = voice.split(":")
    if maker == "flite":
        return [flite(text, name) for text in texts]
    return [spoken for spoken in festival([(text, "") for text in texts], name) if spoken is not None]


def boundary_errors(known: Spoken, found: List[Tuple[float, str]]) -> List[float]:
    """Distances from the boundaries of phones that both call alike to the nearest such boundary of the other."""
    errors: List[float] = []
    for start, label in found:
        near = [start - other for other, phone in known.phones if phone.lower() == label.lower() and abs(start - other) < 0.12]
        if near:
            errors.append(min(near, key=abs))
    return errors


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures the aligner on synthetic speech with known phone times.")
    parser.add_argument("--sentences", type=int, default=40)
    options = parser.parse_args()
    model = AcousticModel()
    texts = [one.text for one in recordings(SOURCES[0]) if len(one.text) > 25 and "." not in one.text][:: 4][: options.sentences]
    print("voice\tboundaries\tmedian error ms\twithin 20 ms\t" + "\t".join(f"visemes alike at {shift:+} ms" for shift in SHIFTS_MS))
    for voice in VOICES:
        spoken = speak(voice, texts)
        errors: List[float] = []
        alike = np.zeros(len(SHIFTS_MS))
        frames = 0
        for known, costs, text in zip(spoken, costs_of([one.samples for one in spoken]), texts):
            try:
                found = align(model, costs, english(text))
            except ValueError:
                continue
            starts = [(phone.start, phone.label) for phone in found.phones]
            errors += boundary_errors(known, [(start, label) for start, label in starts if label != "SIL"])
            seconds = len(known.samples) / RATE
            truth, _ = frame_labels(known.segments(), seconds)
            frames += len(truth)
            for at, shift in enumerate(SHIFTS_MS):
                moved = [(max(0.0, start + shift / 1000) if index else 0.0, label) for index, (start, label) in enumerate(starts)]
                guess, _ = frame_labels(segments(moved, seconds, arpabet_shapes), seconds)
                alike[at] += (guess == truth).sum()
        absolute = np.abs(errors) * 1000
        row = [voice, len(errors), f"{np.median(errors) * 1000:.1f}", f"{(absolute <= 20).mean():.2f}", *(f"{share:.3f}" for share in alike / frames)]
        print("\t".join(str(cell) for cell in row), flush=True)


if __name__ == "__main__":
    main()
