"""Collections: samples of several benchmarks, drawn by weight into one file and run as ``data_collection``.

schema = CollectionSchema("reasoning", datasets=[DatasetInfo("arc", weight=2), DatasetInfo("ceval")])
dump_jsonl_data(WeightedSampler(schema).sample(100), "mixed.jsonl")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy import loading

if TYPE_CHECKING:
    from .sampler import StratifiedSampler as StratifiedSampler
    from .sampler import UniformSampler as UniformSampler
    from .sampler import WeightedSampler as WeightedSampler
    from .schema import CollectionSchema as CollectionSchema
    from .schema import DatasetEntry as DatasetEntry
    from .schema import DatasetInfo as DatasetInfo
    from .schema import dump_jsonl_data as dump_jsonl_data

_HOME = {
    "CollectionSchema": "schema",
    "DatasetEntry": "schema",
    "DatasetInfo": "schema",
    "StratifiedSampler": "sampler",
    "UniformSampler": "sampler",
    "WeightedSampler": "sampler",
    "dump_jsonl_data": "schema",
}

__all__ = ["CollectionSchema", "DatasetEntry", "DatasetInfo", "StratifiedSampler", "UniformSampler", "WeightedSampler",
           "dump_jsonl_data"]  # fmt: skip


__getattr__ = loading(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted(__all__)
