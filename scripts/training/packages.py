"""Debian packages that the sentences come from: fetched once, unpacked into the cache, never installed."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Dict, Sequence

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "training"

#: Package -> licence of what we read from it, as its copyright file says.
SOURCES: Dict[str, str] = {
    "installation-guide-amd64": "GPL-2 (real sentences, 17 languages)",
    "gnome-user-docs": "CC-BY-SA-3.0 (real sentences, 25 languages)",
    "libreoffice-help-hi": "MPL-2.0 (real sentences)",
    "libreoffice-help-tr": "MPL-2.0 (real sentences)",
    "sword-text-web": "public domain (World English Bible)",
    "golang-github-mozillazg-go-pinyin-dev": "MIT (readings of Chinese characters)",
    "wamerican": "public domain and SCOWL's free notices (words)",
    "wngerman": "GPL-2+ (words)",
    "wfrench": "GPL-2+ (words)",
    "wspanish": "public domain (words)",
    "wbrazilian": "GPL-2 (words)",
    "wpolish": "Apache-2.0 or CC-BY-4.0, among others (words)",
    "wdutch": "BSD or CC-BY, at choice (words)",
    "wswedish": "GPL-2+ (words)",
    "witalian": "GPL-3+ (words, test only)",
    "wdanish": "GPL-2+ (words, test only)",
    "wukrainian": "GPL-2+ or LGPL-2+ (words, test only)",
    "hunspell-vi": "GPL-2 (words)",
    "hunspell-tr": "MPL-2.0 (words)",
    "hunspell-id": "LGPL-3 (words)",
    "hunspell-ru": "BSD, 4 clauses (words)",
    "hunspell-hi": "GPL-2+ (words)",
    "hunspell-hu": "GPL-3+, LGPL-3+ or MPL-2.0+ (words, test only)",
    "hunspell-ro": "GPL-2, LGPL-2.1 or MPL-1.1 (words, test only)",
    "hunspell-el": "MPL-1.1, GPL-2 or LGPL-2.1 (words, test only)",
}


def unpacked(names: Sequence[str] = tuple(SOURCES)) -> Path:
    """The folder the named packages are unpacked into, after fetching what is missing with `apt-get download`."""
    archives, root = CACHE / "packages", CACHE / "text"
    archives.mkdir(parents=True, exist_ok=True)
    root.mkdir(parents=True, exist_ok=True)
    for name in names:
        mark = archives / f"{name}.unpacked"
        if mark.exists():
            continue
        if not list(archives.glob(f"{name}_*.deb")):
            subprocess.run(["apt-get", "download", "-qq", name], cwd=archives, check=True)
        archive = sorted(archives.glob(f"{name}_*.deb"))[-1]
        subprocess.run(["dpkg-deb", "-x", str(archive), str(root)], check=True)
        mark.touch()
    return root
