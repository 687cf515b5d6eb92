"""Writes from the code: `parameters.md`, `benchmarks.md`, the metrics in `perf.md` and ``config/option_table.py``.

    python docs/generate.py

Making the fields of `Settings` takes 5 ms, reading the table of options 0.3 ms, and every run of pytest with this
package installed pays for it. tests/docs/test_generated.py and tests/config/test_options.py fail when the code and
these files disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from functools import cache, partial
from pathlib import Path
from typing import Any

from evalscope_pytest.benchmarks.catalogue import SUBJECTS, Entry, entries
from evalscope_pytest.cli.benchmark_info import markdown_entry
from evalscope_pytest.config.generation import GenerationConfig
from evalscope_pytest.config.legacy import UNDOCUMENTED
from evalscope_pytest.config.options import GROUPS, cli_flag, ini_name, pytest_flag
from evalscope_pytest.config.schema import DatasetArgs, Settings
from evalscope_pytest.config.setting import settings_of
from evalscope_pytest.config.task import TaskConfig
from evalscope_pytest.core.errors import ConfigError
from evalscope_pytest.core.secret import Secret
from evalscope_pytest.models import llm_ckpt
from evalscope_pytest.perf.measure.metric import METRICS
from evalscope_pytest.wire import anthropic, openai_chat, openai_responses

FOLDER = Path(__file__).parent
EXAMPLES = FOLDER.parent / "tests" / "suites" / "__snapshots__" / "test_suites"
PROMPT_TEST = "test_the_prompt_of_the_first_sample_is_the_golden_one"
LONGEST_EXAMPLE = 3000  # characters

# Defaults without a plain value, or that depend on something.
DEFAULTS = {
    "model_id": "last part of `model`",
    "model_task": "by the checkpoint's `config.json`",
    "eval_type": "`openai_api` with an `api_url`, else `llm_ckpt`",
    "eval_batch_size": "8; local models: 1",
    "api_key": "`EMPTY`",
    "judge_worker_num": "`eval_batch_size`",
    "sandbox_type": "`docker` with `use_sandbox`, else `auto`",
}
IMAGES = ("height", "width", "num_inference_steps", "guidance_scale")
PROVIDERS = {
    "services": openai_chat,
    "Responses": openai_responses,
    "Anthropic": anthropic,
    "local models": llm_ckpt,
}
SAMPLES = (1, 0.5, True, "low", ("x",), {"1": 1})

PARAMETERS = """\
<!-- Written by docs/generate.py: change the code and run it again. -->
# Parameters

Every parameter is a field of `TaskConfig`, and can be given in each of these ways; the first that has it wins, and
mappings are merged key by key:

1. on the command line, for pytest or for `evalscope-pytest eval` (`--eval-limit 5`, `--limit 5`),
2. in a YAML or JSON file (`limit: 5`) named by `--eval-task-config FILE`,
3. in the environment (`EVALSCOPE_LIMIT=5`),
4. in pytest.ini or pyproject.toml (`eval_limit = 5`); paths are relative to that file.

The name in a file is the name in the first column, as in Python: `TaskConfig(limit=5)`. Mappings may be written as JSON
or as `key=value,key=value`. A switch has a counterpart that turns it off: `--no-eval-stream`. An unknown name, or a
value out of range, is an error that names the closest right one; EvalScope's older spellings are understood
([migrating.md](migrating.md)). `evalscope-pytest eval --help` shows the same list.
"""

OPTION_TABLE = '''# ruff: noqa: E501
# fmt: off
"""The options, without loading `TaskConfig`. Written by docs/generate.py.

Field, form on the command line, placeholder of its value, and help text, empty if the field is not supported yet.
"""

OPTIONS = (
'''

DATASET_ARGS = """\
## `dataset_args`

One mapping for each benchmark: `--eval-dataset-args '{"gsm8k": {"few_shot_num": 0}}'`. What is left out stays as the
benchmark's author wrote it ([benchmarks.md](benchmarks.md)).
"""

GENERATION = """\
## `generation_config`

`--eval-generation-config temperature=0.6,max_tokens=512`, or JSON. What is left out is not sent, with two exceptions:
services are asked for temperature 0 unless a sampling parameter is given, and local models generate at most 2048
tokens, greedily unless a sampling parameter is given. A parameter the provider cannot use is refused. Fields that only
your service knows go into `extra_body`.
"""

ENVIRONMENT = """\
## Further environment variables

| variable | meaning |
|---|---|
| `EVALSCOPE_CACHE` | where datasets are downloaded to, in place of the hub library's own cache |
| `EVALSCOPE_BASE_URL` | another name of `EVALSCOPE_API_URL` |
| `EVALSCOPE_PYTEST_DATA` | folder of official records for this project's own tests |
| `MODELSCOPE_CACHE`, `HF_HOME` ... | read by the hubs' own libraries |
"""

BENCHMARKS = """\
<!-- Written by docs/generate.py: change the suites and run it again. -->
# Bundled benchmarks

`evalscope-pytest benchmark-info` prints this list, also by `--subject`, `--language`, `--needs`, `--metric` and
`--tag`; `evalscope-pytest benchmark-info gsm8k` prints one entry. Each benchmark is one file in `suites/`; its
records are looked for in `DIR/<name>/` with `--eval-dataset-dir DIR`, and otherwise on the hub, under the dataset
id below. `accuracy` is printed as `mean_acc`, the name EvalScope gives it. A benchmark's version is raised whenever
its prompt or scoring changes; scores of different versions are not comparable. Records are those of all subsets,
where they were counted.

The page of a subject has for each benchmark what it is, its paper, where its scores differ from EvalScope's, and
what is sent for a record that was written for this project, with its reference answer.
"""
SUBJECT = "<!-- Written by docs/generate.py: change the suites and run it again. -->\n# Benchmarks: {}\n"
# Sections of differences.md on all benchmarks of a kind, by what shows it.
KINDS = {
    "choice": "Multiple choice",
    "verdict": "Yes and no",
    "math": "Mathematics",
    "judge": "Judged benchmarks",
    "program": "Programs",
}


def parameters() -> str:
    """Return the page of all parameters."""
    parts = [PARAMETERS]
    for title, names in GROUPS.items():
        parts.append(f"## {title}\n\n{_table(TASK_HEAD, map(_task_row, names.split()))}")
    parts.append(DATASET_ARGS + "\n" + _table(("key", "takes", "meaning"), _rows(DatasetArgs)))
    parts.append(GENERATION + "\n" + _table(("key", "takes", "default", "meaning", "not for"), _generation_rows()))
    return "\n".join([*parts, ENVIRONMENT])


TASK_HEAD = ("name", "pytest", "`evalscope-pytest eval`", "environment, ini", "takes", "default", "meaning")


def _task_row(name: str) -> list[str]:
    setting = settings_of(TaskConfig)[name]
    variables = [f"EVALSCOPE_{name.upper()}", *setting.env]
    places = [*variables, ini_name(name)]
    flags = f"`{pytest_flag(name)}`", f"`{cli_flag(name)}`"
    return [
        f"`{name}`",
        *flags,
        ", ".join(f"`{p}`" for p in places),
        setting.type.expects,
        _default(name),
        setting.help,
    ]


def _default(name: str) -> str:
    return DEFAULTS.get(name) or _shown(_defaults(TaskConfig)[name])


def _rows(cls: type) -> Iterator[list[str]]:
    for name, setting in settings_of(cls).items():
        if name not in UNDOCUMENTED:
            yield [f"`{name}`", setting.type.expects, setting.help]


def _generation_rows() -> Iterator[list[str]]:
    defaults = _defaults(GenerationConfig)
    for name, setting in settings_of(GenerationConfig).items():
        if name not in (*IMAGES, "max_tool_output"):
            shown = _shown(defaults[name])
            yield [
                f"`{name}`",
                setting.type.expects,
                shown,
                setting.help,
                ", ".join(_refusing(name, setting.type.check)),
            ]


def _refusing(name: str, check: Any) -> Iterator[str]:
    config = GenerationConfig(**{name: next(v for v in map(_or_none(check), SAMPLES) if v is not None)})
    for title, provider in PROVIDERS.items():
        try:
            provider.check(config)
        except ConfigError as error:
            if "cannot be used by eval_type" in str(error):
                yield title


def _or_none(check: Any) -> Any:
    def checked(value: object) -> object:
        try:
            return check(value)
        except ValueError:
            return None

    return checked


def _defaults(cls: type) -> Mapping[str, Any]:
    return {f.name: f.default_factory() if f.default_factory is not MISSING else f.default for f in fields(cls)}


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if value is None or value == () or value == {} or isinstance(value, (GenerationConfig, Secret)):
        return ""
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def benchmarks() -> str:
    """Return the catalogue of the bundled benchmarks: a table by subject."""
    head = ("name", "language", "metrics", "shots", "needs", "subsets", "records", "dataset", "version")
    parts = []
    for folder, of_it in _by_subject().items():
        rows = _table(head, (_benchmark_row(entry, folder) for entry in of_it))
        parts.append(f"\n## [{of_it[0].subject.capitalize()}](benchmarks/{folder}.md)\n\n{rows}")
    return BENCHMARKS + "".join(parts)


def _by_subject() -> dict[str, list[Entry]]:
    folders = {subject: folder for folder, subject in SUBJECTS.items()}
    found: dict[str, list[Entry]] = {}
    for entry in entries():
        found.setdefault(folders[entry.subject], []).append(entry)
    return found


def _benchmark_row(entry: Entry, folder: str) -> list[str]:
    metrics = entry.metrics[0] + (f" and {len(entry.metrics) - 1} more" if len(entry.metrics) > 1 else "")
    place, count = (f"`{entry.dataset}`", str(len(entry.subsets))) if entry.dataset else ("your own", "")
    size, link = f"{entry.size:,}" if entry.size else "", f"[{entry.name}](benchmarks/{folder}.md#{entry.name})"
    return [link, entry.language, metrics, str(entry.few_shot_num), ", ".join(entry.needs), count, size, place,
            entry.version]  # fmt: skip


def subject_page(folder: str) -> str:
    """Return the page on the benchmarks of a subject."""
    of_it = _by_subject()[folder]
    parts = (f"{markdown_entry(entry)}{_differences(entry)}{_example(entry.name)}" for entry in of_it)
    return SUBJECT.format(of_it[0].subject) + "\n" + "\n".join(parts)


def _differences(entry: Entry) -> str:
    """Return links to the sections of differences.md that concern a benchmark."""
    sections = _sections()
    named = [title for title, text in sections.items() if f"`{entry.name}`" in text]
    titles = dict.fromkeys([*(title for kind, title in KINDS.items() if _is_of(entry, kind)), *named])
    links = [f"[{title}](../differences.md#{_anchor(title)})" for title in titles]
    return f"\nWhere scores differ from EvalScope's: {', '.join(links)}.\n" if links else ""


def _is_of(entry: Entry, kind: str) -> bool:
    shown = {
        "choice": "multiple_choice" in entry.tags,
        "verdict": "yes_no" in entry.tags,
        "math": entry.subject == SUBJECTS["math"],
        "judge": "judge" in entry.needs,
        "program": "sandbox" in entry.needs,
    }
    return shown[kind]


@cache
def _sections() -> dict[str, str]:
    text = (FOLDER / "differences.md").read_text(encoding="utf-8")
    return {part.partition("\n")[0]: part for part in text.split("\n## ")[1:]}


def _anchor(title: str) -> str:
    return "".join(sign for sign in title.lower().replace(" ", "-") if sign.isalnum() or sign == "-")


def _example(name: str) -> str:
    """Return the golden prompt of a record written for the benchmark; empty without one."""
    file = EXAMPLES / f"{PROMPT_TEST}[{name}].txt"
    if not file.exists():
        return ""
    sent, _, target = file.read_text(encoding="utf-8").rpartition("--- target\n")
    shown = f"{_shortened(sent)}--- target\n{_shortened(target)}"
    return f"\n<details><summary>Example</summary>\n\n````text\n{shown}````\n</details>\n"


def _shortened(text: str) -> str:
    half = LONGEST_EXAMPLE // 2
    if len(text) <= LONGEST_EXAMPLE:
        return text
    return f"{text[:half]}\n[... {len(text) - LONGEST_EXAMPLE:,} characters ...]\n{text[-half:]}"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head)]
    lines += [["---"] * len(lines[0]), *([_cell(text) for text in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(text: str) -> str:
    """Escape what Markdown would take for the end of a cell or, outside of code, for an HTML tag that it hides."""
    pieces = text.replace("|", "\\|").split("`")
    return "`".join(piece if index % 2 else piece.replace("<", "\\<") for index, piece in enumerate(pieces))


def option_table() -> str:
    """Return the source of `config.option_table`."""
    rows = []
    for name, (type_, help, _) in settings_of(Settings).items():
        shown = "" if name in UNDOCUMENTED else help.replace("%", "%%")
        rows.append(f"    ({_literal(name)}, {_literal(type_.flag)}, {_literal(type_.metavar)}, {_literal(shown)}),\n")
    return OPTION_TABLE + "".join(rows) + ")\n"


def _literal(text: str) -> str:
    """Return a Python literal in the quotes that ruff format chooses."""
    return repr(text) if '"' in text else f'"{text}"'


def perf() -> str:
    """Return the page of load tests, with the table of metrics that the code has."""
    page = (FOLDER / "perf.md").read_text(encoding="utf-8")
    before, mark, rest = page.partition("<!-- Metrics, written by docs/generate.py -->\n")
    after = rest.partition("<!-- End of metrics -->")[2]
    rows = ([f"`{m.name}`", UNITS[m.unit], m.meaning] for m in METRICS.values())
    return f"{before}{mark}{_table(('metric', 'unit', 'meaning'), rows)}<!-- End of metrics -->{after}"


UNITS = {"s": "s", "1/s": "a second", "share": "share", "tokens": "tokens"}
PAGES = {
    "parameters.md": parameters,
    "benchmarks.md": benchmarks,
    **{f"benchmarks/{folder}.md": partial(subject_page, folder) for folder in _by_subject()},
    "perf.md": perf,
    "../evalscope_pytest/config/option_table.py": option_table,
}

if __name__ == "__main__":
    for page, write in PAGES.items():
        (FOLDER / page).parent.mkdir(exist_ok=True)
        (FOLDER / page).write_text(write(), encoding="utf-8")
