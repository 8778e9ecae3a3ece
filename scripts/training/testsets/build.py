#!/usr/bin/python3
"""Makes the test sets for `deno task eval:visemes` under .cache/eval: sounds, labels, and what pocketsphinx recognises in them.

python3 build.py [--sets a,b,noisy,c,codebook] [--scale N] [--smoke] [--root FOLDER] [--no-recogniser]

Everything is seeded and resumable: a part that is there with the same recipe is kept. What is missing on this machine is
said in one line with the Debian package to install, exit code 2.
"""
from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Dict, List

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]

import allphone  # noqa: E402
import human  # noqa: E402
import synthetic  # noqa: E402
from acoustics import Missing  # noqa: E402
from sentences import Corpus  # noqa: E402
from split import SPLIT  # noqa: E402
from store import ROOT, Part, build  # noqa: E402
from synthesize import Espeak  # noqa: E402

#: Seconds of speech of each part of a set.
SECONDS: Dict[str, float] = {"voices": 40.0, "languages": 75.0, "festival": 100.0, "codebook": 600.0}
#: "codebook" is no test: the MFCC peer learns from it.
SETS = ("c", "b", "a", "noisy", "codebook")


def parts_of(set_name: str, scale: float, corpus: Corpus) -> List[Part]:
    """The parts of a set; `scale` multiplies what is synthesised, 1 is the published size."""
    if set_name == "a":
        espeak = Espeak()
        kinds = {"voices": SPLIT["languages"]["train"], "languages": SPLIT["languages"]["test"]}
        return [
            synthetic.espeak_part(kind, language, SECONDS[kind] * scale, espeak, corpus)
            for kind, languages in kinds.items() for language in languages
        ]
    if set_name in ("b", "noisy"):
        length = SECONDS["festival"] * scale
        return [synthetic.festival_part(voice, length, corpus, set_name == "noisy") for voice in synthetic.FESTIVAL_VOICES]
    if set_name == "codebook":
        return [synthetic.training_part(SECONDS["codebook"] * scale)]
    return human.parts()


def smoke_parts() -> List[Part]:
    """A few utterances of espeak-ng in two languages, from sentences that need no package."""
    espeak = Espeak()
    texts = Path(__file__).resolve().parent / "smoke"
    corpus = Corpus(texts, salad=0.0, short=0.0)
    return [synthetic.espeak_part("voices", "en", 6.0, espeak, corpus), synthetic.espeak_part("languages", "it", 6.0, espeak, corpus)]


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes the test sets of eval:visemes.")
    parser.add_argument("--sets", default=",".join(SETS), help="which of a, b, noisy, c, codebook (default: all)")
    parser.add_argument("--scale", type=float, default=1.0, help="how much is synthesised, 1 is the published size")
    parser.add_argument("--root", type=Path, default=ROOT, help="where to (default: .cache/eval)")
    parser.add_argument("--smoke", action="store_true", help="only a set called smoke: a few utterances of espeak-ng")
    parser.add_argument("--no-recogniser", action="store_true", help="without pocketsphinx's phones")
    options = parser.parse_args()
    names = ["smoke"] if options.smoke else options.sets.split(",")
    unknown = [name for name in names if name not in SETS + ("smoke",)]
    if unknown:
        parser.error(f'no set is called "{unknown[0]}", wanted one of {", ".join(SETS)}')
    try:
        synthetic.check_split()
        corpus = None if options.smoke else Corpus()
        for name in names:
            parts = smoke_parts() if corpus is None else parts_of(name, options.scale, corpus)
            for part in parts:
                manifest = build(name, part, options.root)
                if not (options.no_recogniser or name in ("smoke", "codebook")):
                    allphone.add_to(name, part.name, options.root)
                total = sum(row["seconds"] for row in manifest["utterances"])
                left_out = f", {len(manifest['leftOut'])} left out" if manifest["leftOut"] else ""
                print(f"{name}\t{part.name}\t{len(manifest['utterances'])} utterances, {total:.0f} s{left_out}", flush=True)
    except Missing as missing:
        print(f"testsets: {missing}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
