"""A resolved benchmark with its samples: records chosen, made into samples, checked, and ready to be sent."""

from __future__ import annotations

import inspect
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from ..core.canonical import digest
from ..core.errors import (
    ConfigError,
    DatasetError,
    EvalError,
    NoDataError,
    RecordError,
    closest,
    raised_in,
)
from ..core.listed_options import letters
from ..core.template import parse, unknown_field
from ..core.values import Message, NotTextError, Sample
from ..datasets.base import DataLocation
from ..datasets.load import load_subsets, locate, read_release_text
from ..datasets.media_files import MediaFinder, places_of, with_bytes_on_disk
from ..datasets.media_form import MediaForm
from ..datasets.reader import Reader
from ..datasets.sampling import Sampling, bound_total, choose, draw_shots, shuffle_choices
from ..datasets.source import Record
from ..datasets.spool import light
from ..statistics.questions import cluster_name, clusters_with_duplicates, number_duplicates, question_hash
from .bundled import bundled_dir
from .definition import Benchmark, FewShot
from .prompt import SAMPLE_FIELDS, Exemplars, messages, release_shots, template_of
from .resolve import ResolvedBenchmark
from .shots import Shots, shots_of


def earlier_equals(samples: Sequence[Sample], messages: Callable[[Sample], Sequence[Message]]) -> list[int]:
    """Return for each sample of a subset the number of earlier samples with an identical prompt; 0 for nearly all.

    Args:
        messages: Renders a sample's prompt. It is called only for samples with equal question and options:
            comparing 100,000 questions takes 0.2 s.
    """
    questions = [(sample.input, sample.choices) for sample in samples]
    known = Counter(questions)
    if len(known) == len(samples):
        return [0] * len(samples)
    seen: Counter[str] = Counter()
    earlier = []
    for sample, question in zip(samples, questions, strict=True):
        if known[question] == 1:
            earlier.append(0)
            continue
        prompt = digest([m.identity for m in messages(sample)], sample.request_identity)
        earlier.append(seen[prompt])
        seen[prompt] += 1
    return earlier


def identified(loaded: LoadedBenchmark) -> Iterator[tuple[str, str]]:
    """Yield the key and the cluster of each question, in order."""
    name, fields = loaded.resolved.name, loaded.resolved.question_fields
    hashes = [question_hash(name, sample, fields) for found in loaded.subsets.values() for sample in found]
    keys, duplicates = number_duplicates(hashes)
    clusters = [cluster for found in loaded.clusters.values() for cluster in found]
    return zip(keys, clusters_with_duplicates(clusters, duplicates), strict=True)


_SCALARS = (str, int, float, bool, type(None))


@dataclass(frozen=True, slots=True)
class LoadedBenchmark:
    """The samples of a benchmark.

    Attributes:
        subsets: The chosen samples of each subset, in the order they are sent and reported.
        shots: The exemplars of each subset; empty for none.
        clusters: The name of the cluster of each sample, by subset; empty if none is known.
        form: The form in which the user wants media sent; None to send them as they are.
    """

    resolved: ResolvedBenchmark
    subsets: Mapping[str, Sequence[Sample]]
    shots: Mapping[str, Shots]
    clusters: Mapping[str, Sequence[str]]
    form: MediaForm | None = None

    def messages(self, sample: Sample) -> tuple[Message, ...]:
        """Return what one sample sends."""
        shots = self.shots.get(sample.subset)
        found = messages(self.resolved.benchmark, sample, *([shots.before(sample)] if shots else []))
        return found if self.form is None else self.form.messages(found)

    @property
    def prompts_with_media(self) -> Iterator[tuple[Message, ...]]:
        """Yield what each sample sends that has pictures and the like, or comes behind exemplars that have."""
        of_shots = any(shots.all.media for shots in self.shots.values())
        samples = (sample for found in self.subsets.values() for sample in found if sample.has_media or of_shots)
        return map(self.messages, samples)


def load(
    resolved: ResolvedBenchmark,
    place: DataLocation,
    *,
    seed: int = 42,
    limit: int | float | None = None,
    limit_total: int | None = None,
    at_random: bool = False,
) -> LoadedBenchmark:
    """Load the samples that will be sent.

    Args:
        seed: Of every order and draw.
        limit: Samples of each subset: a count, or a share up to 1.0. None for all.
        limit_total: Samples of the whole benchmark, shared out evenly among its subsets.
        at_random: Let the limits leave a random part, in place of the first ones.

    Raises:
        DatasetError: Data, a subset, a split or a field is missing or malformed.
        ConfigError: A template names a field the samples do not have.
    """
    benchmark = resolved.benchmark
    _check_own_data(benchmark, place)
    shuffle = resolved.shuffle or (at_random and (limit is not None or limit_total is not None))
    sampling = Sampling(limit=limit, shuffle=shuffle, seed=seed)
    records = _kept(benchmark, place, resolved.subsets, sampling.first())
    places = {s: choose(range(len(found)), sampling, f"{benchmark.name}\0{s}") for s, found in records.items()}
    if limit_total is not None:
        shares = bound_total({subset: len(found) for subset, found in places.items()}, limit_total)
        places = {subset: found[: shares[subset]] for subset, found in places.items() if shares[subset]}
    chosen = {subset: [records[subset][at] for at in found] for subset, found in places.items()}
    subsets = {subset: samples_of(benchmark, subset, found, seed, places[subset]) for subset, found in chosen.items()}
    subsets = _with_media(benchmark, place, subsets)
    clusters = {subset: [_cluster(benchmark, sample) for sample in found] for subset, found in subsets.items()}
    if resolved.args.shuffle_choices and not any(_moves(s.choices) for found in subsets.values() for s in found):
        raise ConfigError(
            f"shuffle_choices of {benchmark.name!r} has no effect: its samples have no options in text. Remove it."
        )
    form = resolved.media_form if resolved.media_form.changes else None
    loaded = LoadedBenchmark(resolved, subsets, _shots(resolved, place, tuple(subsets), seed), clusters, form)
    _check_fields(loaded)
    _check_cluster(benchmark, subsets)
    return loaded


def _moves(choices: tuple[str, ...]) -> bool:
    """Return whether options have texts that can change places."""
    return bool(choices) and choices != letters(len(choices))


def _with_media(benchmark: Benchmark, place: DataLocation, subsets: dict[str, list[Sample]]) -> dict[str, list[Sample]]:
    """Return the samples with the pictures and the like that they name; of texts alone, as they are."""
    if not any(sample.has_media for found in subsets.values() for sample in found):
        return subsets
    try:
        finder = MediaFinder(places_of(locate(benchmark.dataset, place), benchmark.media_dir))
    except NoDataError:  # its records were made of nothing
        finder = MediaFinder(places_of(None, benchmark.media_dir))
    return {subset: finder.samples(found) for subset, found in subsets.items()}


def _cluster(benchmark: Benchmark, sample: Sample) -> str:
    """Return the name of a sample's cluster; empty if none is known."""
    metadata = sample.metadata
    if name := cluster_name(sample.cluster) or (cluster_name(metadata.get("cluster")) if metadata else ""):
        return name
    name = cluster_name(metadata.get(benchmark.cluster)) if benchmark.cluster else ""
    return f"{sample.subset}/{name}" if name else ""


def _check_cluster(benchmark: Benchmark, subsets: Mapping[str, Sequence[Sample]]) -> None:
    """Fail if the field that holds the cluster is in no sample: its name is likely to be misspelt."""
    if not (name := benchmark.cluster):
        return
    fields = {field for found in subsets.values() for sample in found for field in sample.metadata}
    if name not in fields and "cluster" not in fields:
        raise ConfigError(
            f"cluster of @benchmark({benchmark.name!r}) is {name!r}, a field that the metadata of its samples lacks. "
            f"{closest(name, fields)} Name another, or give each Sample its cluster."
        )


def _kept(
    benchmark: Benchmark, place: DataLocation, subsets: tuple[str, ...], first: int | None
) -> Mapping[str, Sequence[Record]]:
    """Return the records that are sent, the first ones at least."""
    keep, whole = benchmark.keep, benchmark.keep is None and benchmark.expand is None
    found = _records(benchmark, place, subsets, first if whole else None)
    found = {subset: _expanded(benchmark, subset, rows) for subset, rows in found.items()}
    if keep is None:
        return found
    kept = {subset: _those_kept(benchmark, keep, subset, rows) for subset, rows in found.items()}
    for subset, rows in kept.items():
        if not rows:
            raise DatasetError(
                f"no record of subset {subset!r} of {benchmark.name!r} is left: extra_params are "
                f"{dict(benchmark.extra_params)!r}. Use fewer restrictions."
            )
    return kept


def _expanded(benchmark: Benchmark, subset: str, records: Sequence[Record]) -> Sequence[Record]:
    """Return a record for each question; the records themselves unless the benchmark expands them."""
    if benchmark.expand is None:
        return records
    expanded: list[Record] = []
    for number, record in enumerate(records, 1):
        try:
            expanded += map(light, benchmark.expand(record))
        except EvalError:
            raise
        except Exception as error:
            raise DatasetError(_unreadable(benchmark, subset, number, record, error, "expand")) from error
    return expanded


def _those_kept(
    benchmark: Benchmark, keep: Callable[..., object], subset: str, records: Sequence[Record]
) -> list[Record]:
    kept = []
    for number, record in enumerate(records, 1):
        try:
            if keep(record, benchmark.extra_params):
                kept.append(record)
        except EvalError:
            raise
        except Exception as error:
            raise DatasetError(_unreadable(benchmark, subset, number, record, error, "keep")) from error
    return kept


def _records(
    benchmark: Benchmark, place: DataLocation, subsets: tuple[str, ...], first: int | None
) -> Mapping[str, Sequence[Record]]:
    """Return the records of each subset: those of files, or those the benchmark makes of texts."""
    make = benchmark.records
    if make is None:
        return load_subsets(benchmark.dataset, place, subsets, benchmark.dataset.split, first)
    read = Reader(benchmark.dataset, place)
    made: dict[str, list[Record]] = {}
    for subset in subsets:
        try:
            records = make(read, subset, benchmark.extra_params)
            if records is None:
                return load_subsets(benchmark.dataset, place, subsets, benchmark.dataset.split, first)
            made[subset] = list(islice(records, first))
            if not made[subset]:
                raise DatasetError(
                    f"the dataset of {benchmark.name!r} makes no records of subset {subset!r}. Add some."
                )
        except EvalError:
            raise
        except Exception as error:
            where = f"the records of subset {subset!r} of {benchmark.name!r}"
            raise DatasetError(f"{where} cannot be made ({_reason(error)}). Correct `records`, or the data.") from error
    return made


def samples_of(
    benchmark: Benchmark,
    subset: str,
    records: Sequence[Record],
    seed: int = 42,
    positions: Sequence[int] | None = None,
) -> list[Sample]:
    """Make samples of a subset's records.

    Args:
        positions: Where the data set has each of them; None if these are all.

    Raises:
        DatasetError: A record lacks what the benchmark reads, or its answer is none of its options.
    """
    make, placed = _maker(benchmark, subset)
    places = range(len(records)) if positions is None else positions
    samples = []
    for number, record in enumerate(records, 1):
        try:
            sample = make(record, **dict.fromkeys(placed, places[number - 1]))
        except RecordError as error:
            said = _separated(record) or f"{error} {_fields(record)}"
            raise DatasetError(f"{_where(benchmark, subset, number)}: {said}") from error
        except EvalError:
            raise
        except Exception as error:
            made_by = _name_of_to_sample(benchmark)
            raise DatasetError(_unreadable(benchmark, subset, number, record, error, made_by)) from error
        if not isinstance(sample, Sample):
            made_by = _name_of_to_sample(benchmark)
            raise ConfigError(f"{made_by} of {benchmark.name!r} returned {type(sample).__name__}, not a Sample.")
        if sample.has_media:
            sample = with_bytes_on_disk(sample)
        _check_texts(benchmark, subset, number, sample)
        if sample.choices or sample.metadata or sample.private:
            _check(benchmark, subset, number, sample)
        if benchmark.shuffle_choices and sample.choices:
            sample = shuffle_choices(sample, seed)
        # The sample was made a moment ago and nobody else has it; a copy by `replace` costs 4 us.
        object.__setattr__(sample, "subset", subset)
        if not sample.id and isinstance(own_id := record.get("id", ""), (str, int)):
            object.__setattr__(sample, "id", str(own_id))
        samples.append(sample)
    return samples


def _maker(benchmark: Benchmark, subset: str) -> tuple[Callable[..., Any], list[str]]:
    """Bind what `to_sample` takes besides the record; return its parameters that take the position apart."""
    function = benchmark.to_sample
    try:
        wanted = list(inspect.signature(function).parameters.values())[1:]
    except (TypeError, ValueError):  # a built-in
        return function, []
    placed = [parameter.name for parameter in wanted if parameter.name == "position"]
    given: dict[str, Any] = {}
    for parameter in wanted:
        if parameter.name == "subset":
            given["subset"] = subset
        elif parameter.name in placed:
            continue
        elif parameter.name == "extra_params" or parameter.default is parameter.empty:
            given[parameter.name] = benchmark.extra_params
    return partial(function, **given) if given else function, placed


def _name_of_to_sample(benchmark: Benchmark) -> str:
    """Return what the author calls ``to_sample``: by the decorated function's name if it is that function."""
    return benchmark.function.__name__ if benchmark.function is benchmark.to_sample else "to_sample"


def _unreadable(benchmark: Benchmark, subset: str, number: int, record: Record, error: Exception, of: str) -> str:
    where = _where(benchmark, subset, number)
    if isinstance(error, KeyError) and error.args and error.args[0] not in record:
        return f"{where} has no field {str(error.args[0])!r}. {_instead(str(error.args[0]), record)}"
    missing = [repr(k) for k, v in record.items() if v is None or (isinstance(v, float) and math.isnan(v))]
    if benchmark.file.is_relative_to(bundled_dir()):  # its code is not the user's to correct
        if missing and isinstance(error, (TypeError, AttributeError)):
            return f"{where} has no value in {', '.join(missing)}: null or NaN. Give it one, or remove the record."
        return f"{where} cannot be read: {error}. {_fields(record)} Correct the record."
    empty = f" Null or NaN: {', '.join(missing)}." if missing else ""
    return f"{where} cannot be read ({_reason(error)}). {_fields(record)}{empty} Correct the record, or {of}."


def _where(benchmark: Benchmark, subset: str, number: int) -> str:
    return f"record {number} of subset {subset!r} of {benchmark.name!r}"


def _fields(record: Record) -> str:
    return f"Its fields are: {', '.join(map(str, record)) or 'none'}."


def _instead(name: str, record: Record) -> str:
    near = closest(name, map(str, record))
    return _separated(record) or (f"{near} {_fields(record)}" if near.startswith("Did") else _fields(record))


def _separated(record: Record) -> str:
    """Return what to say of a record whose file is separated by another character than its format's; else nothing."""
    only = str(next(iter(record))) if len(record) == 1 else ""
    mark = next((mark for mark in (";", "\t", "|", ",") if mark in only), "")
    shown = "tabs" if mark == "\t" else repr(mark)
    return f"Its one field is {only!r}: separated by {shown}? csv takes ',', tsv takes tabs." if mark else ""


def _reason(error: Exception) -> str:
    where = raised_in(error)
    return f"{type(error).__name__}: {error}" + (f" at {where}" if where else "")


def _check_texts(benchmark: Benchmark, subset: str, number: int, sample: Sample) -> None:
    """Fail if something else is in a field that is sent or compared as text."""
    fields = (("target", sample.targets), ("choices", sample.choices), ("rationale", (sample.rationale,)))
    for name, values in fields:
        for value in values:
            if not isinstance(value, str):
                where, made_by = _where(benchmark, subset, number), _name_of_to_sample(benchmark)
                raise DatasetError(f"{NotTextError(f'{name} of {where}', value)}. Correct the record, or {made_by}.")


def _check(benchmark: Benchmark, subset: str, number: int, sample: Sample) -> None:
    known = letters(len(sample.choices))
    wrong = [target for target in sample.targets if target not in known] if sample.choices else []
    if wrong or (sample.choices and not sample.targets):
        raise DatasetError(
            f"record {number} of subset {subset!r} of {benchmark.name!r} has the answer {', '.join(wrong)!r}, "
            f"which is none of its options {', '.join(known)}. Correct the record."
        )
    for key, value in (*sample.metadata.items(), *sample.private.items()):
        if not isinstance(value, _SCALARS) and not _is_json(value):
            part = "metadata" if key in sample.metadata else "private"
            raise DatasetError(
                f"{part}[{key!r}] of record {number} of subset {subset!r} of {benchmark.name!r} is not a JSON value: "
                f"{type(value).__name__}. Let {_name_of_to_sample(benchmark)} keep text, numbers, lists and mappings "
                "only."
            )


def _is_json(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and _is_json(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return all(map(_is_json, value))
    return isinstance(value, _SCALARS)


def _check_own_data(benchmark: Benchmark, place: DataLocation) -> None:
    """A benchmark for the user's own data has none itself; beside its file lies nothing but code."""
    folder = place.dataset_dir.expanduser() / place.benchmark if place.dataset_dir else None
    if not benchmark.dataset.location and not place.dataset_id and not (folder and folder.exists()):
        raise NoDataError(
            f"{benchmark.name!r} is for records of your own. Name their folder, and its subsets: "
            f'--eval-dataset-args \'{{"{benchmark.name}": {{"dataset_id": "DIR", "subset_list": ["NAME"]}}}}\'.'
        )


def _shots(resolved: ResolvedBenchmark, place: DataLocation, subsets: tuple[str, ...], seed: int) -> dict[str, Shots]:
    few_shot, source = resolved.benchmark.few_shot, resolved.benchmark.dataset
    if few_shot is None or not few_shot.num:
        return {}
    if few_shot.file:
        paths = {subset: few_shot.file.replace("{subset}", subset) for subset in subsets}
        texts = {subset: read_release_text(source, place, path) for subset, path in paths.items()}
        shown = {s: Exemplars(release_shots(text, few_shot.num, paths[s])) for s, text in texts.items()}
        return {subset: Shots(text) for subset, text in shown.items()}
    spare, skip = few_shot.split == source.split, few_shot.skip
    first = None if few_shot.random or resolved.benchmark.expand else skip + few_shot.num + spare
    read = load_subsets(source, place, subsets, few_shot.split, first)
    pool = {subset: _expanded(resolved.benchmark, subset, records) for subset, records in read.items()}
    drawn = {s: _drawn(resolved.benchmark, s, records[skip:], few_shot, seed) for s, records in pool.items()}
    found = _with_media(resolved.benchmark, place, drawn)
    return {subset: shots_of(resolved.benchmark, subset, samples, few_shot) for subset, samples in found.items()}


def _drawn(benchmark: Benchmark, subset: str, records: Sequence[Record], few_shot: FewShot, seed: int) -> list[Sample]:
    """Return the samples that serve as exemplars, one to spare if they come from the evaluated split."""
    spare = few_shot.split == benchmark.dataset.split
    if spare and len(records) <= few_shot.num:
        raise DatasetError(
            f"few_shot_num: {few_shot.num} of {benchmark.name!r}, but the exemplars come from the evaluated split, and "
            f"that has {len(records) - 1} beside each question of {subset!r}. Use fewer, or name a train_split."
        )
    drawn = draw_shots(records, few_shot.num + spare, few_shot.random, seed, salt=f"{benchmark.name}, {subset}")
    return samples_of(benchmark, subset, drawn, seed)


def _check_fields(loaded: LoadedBenchmark) -> None:
    """Fail now, before any request is sent, if a template names what a sample does not have."""
    benchmark, samples = loaded.resolved.benchmark, [s for found in loaded.subsets.values() for s in found]
    name = benchmark.name
    few_shot = benchmark.few_shot
    header = few_shot.prompt if few_shot and loaded.shots else ""
    for found in loaded.subsets.values():
        _check_names(template_of(benchmark, found[0].subset), SAMPLE_FIELDS, found, f"prompt_template of {name!r}")
    _check_names(header, (*SAMPLE_FIELDS, "fewshot"), samples, f"few_shot_prompt_template of {name!r}")
    for found in loaded.subsets.values():
        loaded.messages(found[0])


def _check_names(template: str, known: Sequence[str], samples: Sequence[Sample], where: str) -> None:
    wanted = set(parse(template, where).names).difference(known)
    for sample in samples if wanted else ():
        names = [name for name, value in sample.metadata.items() if isinstance(value, str)]
        if not sample.messages and not wanted.issubset(names):
            raise unknown_field(min(wanted.difference(names)), (*known, *names), where)
