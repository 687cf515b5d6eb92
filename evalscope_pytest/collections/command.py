"""``evalscope-pytest collection``: draws the samples of a collection into one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..core.arguments import Parser
from ..core.errors import ConfigError
from .sampler import Sampler, StratifiedSampler, UniformSampler, WeightedSampler
from .schema import CollectionSchema, dump_jsonl_data

_DESCRIPTION = """\
Draw samples of several benchmarks into one file, to be run as the benchmark data_collection. The collection is a JSON
file: {"name": "reasoning", "datasets": [{"name": "arc", "weight": 2}, {"name": "zh", "datasets": [{"name": "ceval",
"args": {"subset_list": ["logic"]}}]}]}
"""
SAMPLERS: dict[str, type[Sampler]] = {
    "weighted": WeightedSampler,
    "uniform": UniformSampler,
    "stratified": StratifiedSampler,
}


def collection(arguments: Sequence[str]) -> int:
    """Draw a collection's samples and print how many come from each benchmark.

    Raises:
        ConfigError: An option or the collection is wrong.
        DatasetError: Records cannot be had.
    """
    parser = Parser(prog="evalscope-pytest collection", description=_DESCRIPTION)
    parser.add_argument("schema", metavar="SCHEMA", help="the collection, a JSON file")
    parser.add_argument("-n", "--count", type=int, required=True, metavar="N", help="number of samples")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="the file to write, .jsonl")
    parser.add_argument("--sampler", choices=tuple(SAMPLERS), default="weighted", help="default: weighted")
    parser.add_argument("--seed", type=int, default=42, metavar="N", help="another seed draws others; default: 42")
    parser.add_argument("--dataset-dir", metavar="DIR", help="folder with one folder of records for each benchmark")
    parser.add_argument("--dataset-hub", choices=("modelscope", "huggingface", "local"), default="modelscope")
    options = parser.parse_args(arguments)
    if not options.output.endswith(".jsonl"):
        raise ConfigError(f"--output: {options.output!r} does not end in .jsonl, which names its format.")
    draw = SAMPLERS[options.sampler](
        CollectionSchema.from_json(options.schema),
        seed=options.seed,
        dataset_dir=options.dataset_dir,
        hub=options.dataset_hub,
    )
    rows = draw.sample(options.count)
    dump_jsonl_data(rows, options.output)
    for name, count in Counter(row["dataset_name"] for row in rows).items():
        print(f"{name:<24}{count:>8}")
    print(f"{options.output}: {len(rows)} samples. To run them: --eval-datasets data_collection --eval-dataset-args")
    print(f'  \'{{"data_collection": {{"dataset_id": "{options.output}"}}}}\'')
    return 0
