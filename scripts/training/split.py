"""Who may be heard when: the split of sentences, languages and voices into training, validation and test
(split.json).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Dict

SPLIT: Dict[str, Any] = json.loads((Path(__file__).parent / "split.json").read_text(encoding="utf-8"))


def part_of(sentence: str) -> str:
    """ "train", "validation" or "test": decided by the sentence's own hash, so that it holds on every machine and
    run.
    """
    bucket = int(hashlib.sha1(sentence.encode("utf-8")).hexdigest()[:8], 16) % 100
    return "test" if bucket < 5 else "validation" if bucket < 8 else "train"
