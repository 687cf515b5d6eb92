"""The bundled benchmarks.

They have one import name: an installed package holds their folders here, a checkout at its top, in ``suites/``.
"""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent

if not (_HERE / "demo").is_dir():
    __path__ = [str(_HERE.parent.parent / "suites")]
