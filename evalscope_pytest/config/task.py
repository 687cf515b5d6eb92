# ruff: noqa: RUF009  a setting is a dataclass field
"""`TaskConfig`: everything a run can be told. Options, ini keys and environment variables are made from its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import TYPE_CHECKING, Any

from ..core.secret import Secret
from ..version import __version__
from .kinds import (
    BUDGET,
    GATES,
    LIMIT,
    LINES,
    NAME_OR_PATH,
    NAMES,
    PAIR,
    PATH,
    PATH_OR_TABLE,
    SECRET,
    SWITCH,
    TABLE,
    TEMPLATE,
    URL,
    choice,
    number,
    whole,
)
from .sandbox import ENGINES, LATER_ENGINES
from .setting import setting

if TYPE_CHECKING:
    from .budget import ErrorBudget
    from .dataset_args import DatasetArgs
    from .generation import GenerationConfig
    from .reading import Layer

EVAL_TYPES = ("llm_ckpt", "openai_api", "openai_responses_api", "anthropic_api", "mock_llm", "custom")
LATER_EVAL_TYPES = ("litellm", "text2image", "text2speech", "image_editing")
_EVAL_TYPE_ALIASES = {"service": "openai_api", "server": "openai_api", "checkpoint": "llm_ckpt", "mock": "mock_llm"}
BACKENDS = ("Native", "OpenCompass", "VLMEvalKit", "RAGEval", "ThirdParty")
JUDGE_STRATEGIES = ("auto", "llm", "rule", "llm_recall")
HUBS = ("modelscope", "huggingface", "local")
MOCK = ("mock", "mock_llm")
LATEST = "latest"
ARENA = "general_arena"
SERVICE_BATCH_SIZE = 8
MOST_IN_FLIGHT = 65_536  # one address has no more ports to connect from


def _default_generation() -> GenerationConfig:
    from .generation import GenerationConfig

    return GenerationConfig()


@dataclass(frozen=True, init=False, repr=False, eq=False)
class TaskConfig:
    """A run's configuration, checked and complete: what the user left out is filled in.

    ``TaskConfig(model="qwen2.5", api_url="http://127.0.0.1:8000/v1", datasets=["gsm8k", "arc"], limit=5)``; keywords
    are the fields below and EvalScope's older spellings of them. Mappings may also be JSON or ``key=value`` text.

    Attributes:
        model_id: The last part of ``model`` unless given; empty without a model.
        eval_type: Which provider answers; None as long as no model is given.
        eval_batch_size: Requests in flight, or rows of a local model's batch: 8 for services, 1 for local models.
        limit: Samples of each subset, as a number (int) or a share of them (float, 1.0 being all).
        timeout: The same as ``generation_config.timeout``; ``stream`` likewise.
        given: Where each setting that the user made comes from: ``{"generation_config.top_p": "--eval-..."}``.
        notes: What the user should know of how older spellings were understood, a sentence each.

    Raises:
        ConfigError: A keyword or value is wrong; the message names the closest right one.
    """

    model: str | None = setting(
        NAME_OR_PATH, "Name of the model: a ModelScope id, a local path, or what a service calls it."
    )
    model_id: str = setting(TEMPLATE, "What the model is called in reports; default: the last part of its name.", "")
    model_args: Mapping[str, Any] = setting(
        TABLE, "Loading or client arguments: revision, precision, device_map ...", factory=dict
    )
    model_task: str = setting(choice("text_generation", "image_generation"), "What the model does.", "text_generation")
    chat_template: str | None = setting(TEMPLATE, "Jinja chat template of a local model, in place of its own.")
    datasets: tuple[str, ...] = setting(NAMES, "The benchmarks to run.", ())
    dataset_args: Mapping[str, DatasetArgs] = setting(
        TABLE, 'Changes to single benchmarks: {"gsm8k": {"few_shot_num": 0}}.', factory=dict
    )
    prompts: str | None = setting(
        choice("evalscope"), "Whose prompt templates are used in place of our own: those of an installed EvalScope."
    )
    dataset_dir: str | None = setting(PATH, "Folder with the datasets: DIR/<benchmark>/ is used where it exists.")
    dataset_hub: str = setting(choice(*HUBS), "Where datasets are downloaded from; local: nowhere.", "modelscope")
    limit: int | float | None = setting(LIMIT, "Samples of each subset: a number (5) or a share (0.1; 1.0 is all).")
    limit_total: int | None = setting(whole(1), "Samples of each benchmark, over all its subsets.")
    repeats: int = setting(whole(1), "How often each sample is asked.", 1)
    generation_config: GenerationConfig = setting(
        TABLE, "Generation parameters: temperature, max_tokens, timeout ...", factory=_default_generation
    )
    eval_type: str | None = setting(
        choice(*EVAL_TYPES, also=_EVAL_TYPE_ALIASES, later=LATER_EVAL_TYPES),
        "Kind of model: llm_ckpt (local), openai_api, openai_responses_api, anthropic_api, mock_llm; default: "
        "openai_api with an api-url, else llm_ckpt.",
    )
    eval_backend: str = setting(choice(*BACKENDS), "Evaluation backend.", "Native")
    eval_config: str | Mapping[str, Any] | None = setting(PATH_OR_TABLE, "Configuration of another backend.")
    eval_batch_size: int = setting(
        whole(1, MOST_IN_FLIGHT),
        "Requests in flight; default: 8. Rows of a local model's batch; default: 1.",
        8,
    )
    use_cache: str | None = setting(PATH, "Directory of an earlier run to carry on, or 'latest'.")
    response_cache: str | None = setting(
        PATH, "Directory where replies are kept across runs: what was asked in one is not asked again in another."
    )
    response_cache_sampled: bool = setting(SWITCH, "Keep sampled replies there too, not only repeatable ones.", False)
    rerun_review: bool = setting(SWITCH, "Score the answers of the earlier run again, asking nothing.", False)
    work_dir: str = setting(PATH, "Where runs are recorded, each in a directory of its own.", "./outputs")
    no_timestamp: bool = setting(SWITCH, "Record directly in work-dir.", False)
    enable_progress_tracker: bool = setting(SWITCH, "Keep progress.json up to date.", False)
    ignore_errors: bool = setting(SWITCH, "Exit with 0 whatever samples end in an error.", False)
    max_errors: ErrorBudget | None = setting(
        BUDGET, "Exit with 0 as long as no more samples end in an error; end the run once they do."
    )
    debug: bool = setting(SWITCH, "Log every request.", False)
    seed: int = setting(whole(0), "Seed of shuffling and of local sampling.", 42)
    api_url: str | None = setting(
        URL, "Base URL of the service, such as http://127.0.0.1:8000/v1.", env=("EVALSCOPE_BASE_URL",)
    )
    api_key: Secret = setting(SECRET, "Key of the service, or env:NAME.", factory=lambda: Secret("EMPTY"))
    timeout: float | None = setting(number(0, above=True), "Seconds one request may take.")
    stream: bool | None = setting(SWITCH, "Receive replies as a stream.")
    judge: Mapping[str, Any] = setting(
        TABLE,
        "Judges in EvalScope's newer form: strategy, models, contract, repeats, position_swap, aggregation, "
        "min_valid_judges.",
        factory=dict,
    )
    judge_strategy: str = setting(
        choice(*JUDGE_STRATEGIES),
        "When a judge model decides: where the benchmark wants it (auto), always (llm), never (rule), or where the "
        "rule found the reply wrong (llm_recall).",
        "auto",
    )
    judge_model_args: Mapping[str, Any] = setting(
        TABLE,
        "The judge: model_id, api_url, api_key, system_prompt, prompt_template, generation_config, model_args, "
        "score_type, score_pattern, score_mapping.",
        factory=dict,
    )
    arena: tuple[str, ...] = setting(
        LINES,
        "Run whose replies are compared with those of others: DIR or NAME=DIR. Given once for each model, it stands "
        "for the benchmark general_arena over these.",
        (),
    )
    judge_worker_num: int | None = setting(
        whole(1, MOST_IN_FLIGHT), "Requests in flight to each judge; default: as many as to the model."
    )
    judge_audit: int = setting(
        whole(0), "Write this many judgements, drawn at random, to a file for a person to check.", 0
    )
    analysis_report: bool = setting(
        SWITCH, "Have the judge write about each report's figures, in the language of --eval-language.", False
    )
    use_sandbox: bool = setting(
        SWITCH, "Run the code that models write in a container; without it, in a local sandbox.", False
    )
    sandbox: Mapping[str, Any] = setting(
        TABLE, "The sandbox: enabled, engine, pool_size, default_config, manager_config.", factory=dict
    )
    sandbox_type: str | None = setting(
        choice(*ENGINES, later=LATER_ENGINES),
        "Where code runs: bubblewrap, landlock, or the better of them (auto); with use-sandbox also docker, which is "
        "then the default.",
    )
    sandbox_manager_config: Mapping[str, Any] = setting(
        TABLE, "The service that makes containers: base_url, api_key; default: made here.", factory=dict
    )
    allow_unsafe_code: bool = setting(
        SWITCH, "Run the code that models write even where nothing isolates it; reports are marked.", False
    )
    agent_config: Mapping[str, Any] = setting(TABLE, "The agent that answers.", factory=dict)
    think_tags: tuple[str, str] | None = setting(
        PAIR,
        "The model's marks around its thinking, if they are not common ones such as <think>, <thought> or [THINK].",
    )
    thinking_metrics: bool = setting(
        SWITCH, "Measure the thinking too: tokens, thoughts, how early the right answer is reached.", False
    )
    collect_perf: bool = setting(SWITCH, "Measure latency and tokens, and report them.", True)
    dry_run: bool = setting(SWITCH, "List what would run, and ask nothing.", False)
    trust_remote_code: bool = setting(SWITCH, "Run code that comes with a local model or a dataset.", False)
    language: str = setting(choice("en", "zh"), "Language of the tables' titles and of the analysis.", "en")
    gate: tuple[str, ...] = setting(
        GATES, "Required score, such as 'gsm8k>=0.7', 'perf:ttft.p99<0.5'. May be given several times.", ()
    )
    baseline: str | None = setting(PATH, "Directory of an earlier run whose scores must be reached, or 'latest'.")
    max_drop: float = setting(number(0), "How far a score may fall below the baseline's.", 0.0)
    show_wrong: int = setting(whole(0), "Print this many wrong answers of each benchmark.", 0)
    strict: bool = setting(SWITCH, "Report wrong answers as failed tests.", False)
    skip_unready: bool = setting(
        SWITCH, "Skip benchmarks that lack a judge, data, a sandbox or a package, list them, and run the others.", False
    )
    rerun: str | None = setting(choice("errors"), "Ask only the samples again that ended in an error last time.")
    heartbeat_interval: float = setting(number(0, above=True), "Seconds between signs of life in the log.", 60.0)
    evalscope_version: str = __version__
    given: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __init__(self, **settings: Any) -> None:
        from .reading import checked

        self._fill(checked(settings, lambda key: f"TaskConfig({key}=...)"))

    @classmethod
    def from_layer(cls, layer: Layer) -> TaskConfig:
        """Make a configuration of checked settings (`sources.resolve`)."""
        config = cls.__new__(cls)
        config._fill(layer)
        return config

    def _fill(self, layer: Layer) -> None:
        from .reading import complete

        for name, value in complete(layer).items():
            object.__setattr__(self, name, value)

    def replaced(self, **settings: Any) -> TaskConfig:
        """Return a copy with some settings changed; what was filled in is filled in anew, mappings key by key."""
        from .reading import checked, merged
        from .sources import given_layer

        return self.from_layer(merged([checked(settings, lambda key: f"replaced({key}=...)"), given_layer(self)]))

    def args_of(self, benchmark: str) -> DatasetArgs:
        """Return what the user changed of one benchmark."""
        from .dataset_args import DatasetArgs

        return self.dataset_args.get(benchmark) or DatasetArgs()

    @property
    def generation_given(self) -> frozenset[str]:
        """The generation parameters the user set; the others are defaults."""
        prefix = "generation_config."
        return frozenset(name.removeprefix(prefix) for name in self.given if name.startswith(prefix))

    def __repr__(self) -> str:
        from .sources import to_mapping

        return f"TaskConfig({', '.join(f'{k}={v!r}' for k, v in to_mapping(self, only_given=True).items())})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TaskConfig):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in _compared())

    __hash__ = None  # type: ignore[assignment]


@cache
def _compared() -> tuple[str, ...]:
    return tuple(f.name for f in fields(TaskConfig) if f.name not in ("given", "notes"))
