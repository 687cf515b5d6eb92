# ruff: noqa: RUF009  a setting is a dataclass field
"""The table of settings. Options, ini keys, environment variables and `TaskConfig` are made from its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from ..core.content import DETAILS
from ..core.secret import MASK, Secret, is_secret_name
from ..sandbox.engine import ENGINES, LATER_ENGINES
from ..version import __version__
from .generation import VECTOR_TASKS, GenerationConfig
from .setting import (
    BUDGET,
    GATES,
    LEVEL,
    LIMIT,
    LINES,
    METRICS,
    NAME_OR_PATH,
    NAMES,
    PAIR,
    PATH,
    PATH_OR_TABLE,
    PATHS,
    SECRET,
    SWITCH,
    SWITCH_OR_LEVEL,
    TABLE,
    TEMPLATE,
    TEXT,
    TEXTS,
    URL,
    ErrorBudget,
    choice,
    number,
    setting,
    whole,
)

if TYPE_CHECKING:
    from typing_extensions import Self

AGGREGATIONS = ("mean", "mean_and_pass_at_k", "mean_and_vote_at_k", "mean_and_pass_hat_k", "mean_and_at_least_k")
EVAL_TYPES = (
    "llm_ckpt", "openai_api", "openai_responses_api", "anthropic_api", "systemone_api", "autotrust_api", "mock_llm",
    "custom",
)  # fmt: skip
LATER_EVAL_TYPES = ("litellm", "text2image", "text2speech", "image_editing")
_EVAL_TYPE_ALIASES = {"service": "openai_api", "server": "openai_api", "checkpoint": "llm_ckpt", "mock": "mock_llm"}
MODEL_TASKS = (
    "text_generation", "image_text_to_text", "audio_text_to_text", "automatic_speech_recognition", *VECTOR_TASKS
)  # fmt: skip
_MODEL_TASK_ALIASES = {  # as hubs spell them
    **{name.replace("_", "-"): name for name in MODEL_TASKS},
    **dict.fromkeys(("feature-extraction", "sentence-similarity"), "embedding"),
    "text-ranking": "rerank",
}
BACKENDS = ("Native", "OpenCompass", "VLMEvalKit", "RAGEval", "ThirdParty")
JUDGE_STRATEGIES = ("auto", "llm", "rule", "llm_recall")
HUBS = ("modelscope", "huggingface", "local")
MOCK = ("mock", "mock_llm")
LATEST = "latest"
ARENA = "general_arena"
SERVICE_BATCH_SIZE = 8
LEAST_BYTES = 1024  # of a picture: the smallest JPEG has 631
MOST_FRAMES = 1000
MOST_IN_FLIGHT = 65_536  # one address has no more ports to connect from


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetArgs:
    """Changes to one benchmark: an entry of `dataset_args` (spec/parameters.md, "dataset-args").

    None keeps what the benchmark's author wrote.

    Attributes:
        dataset_id: Id on the hub, or a local path (which never goes online).
        review_timeout: Seconds for scoring one sample.
        filters: Steps applied to a reply before scoring: ``remove_until``, ``extract``.
        extra_params: The benchmark's own parameters, checked against those it declares.
    """

    dataset_id: str | None = setting(PATH, "Id on the hub, or a local path.")
    dataset_revision: str | None = setting(TEXT, "Revision of the dataset on the hub.")
    subset_list: tuple[str, ...] | None = setting(TEXTS, "The subsets to evaluate.")
    default_subset: str | None = setting(TEXT, "Subset of records that name none.")
    train_split: str | None = setting(TEXT, "Split that few-shot exemplars are taken from.")
    eval_split: str | None = setting(TEXT, "Split that is evaluated.")
    few_shot_num: int | None = setting(whole(0), "Number of few-shot exemplars.")
    few_shot_random: bool | None = setting(SWITCH, "Draw the exemplars instead of taking the first.")
    prompt_template: str | None = setting(TEMPLATE, "Template of the user message.")
    few_shot_prompt_template: str | None = setting(TEMPLATE, "Template of the user message with exemplars.")
    query_template: str | None = setting(TEMPLATE, "Template of the question within the prompt.")
    system_prompt: str | None = setting(TEMPLATE, "System message.")
    shuffle: bool | None = setting(SWITCH, "Shuffle the samples before the limit is applied.")
    shuffle_choices: bool | None = setting(SWITCH, "Shuffle the options of multiple-choice questions.")
    metric_list: tuple[str | Mapping[str, Any], ...] | None = setting(METRICS, "The metrics to report.")
    primary_metric: str | None = setting(TEXT, "The main metric of the benchmark.")
    aggregation: str | None = setting(choice(*AGGREGATIONS), "Aggregation of the scores into a metric.")
    filters: Mapping[str, Any] | None = setting(TABLE, "Steps applied to a reply before scoring.")
    review_timeout: float | None = setting(number(0, above=True), "Maximum duration of scoring a sample, in seconds.")
    image_detail: str | None = setting(choice(*DETAILS), "Detail of its pictures, in place of the run's.")
    max_image_pixels: int | None = setting(whole(1), "Most pixels of its pictures, in place of the run's.")
    max_image_bytes: int | None = setting(whole(LEAST_BYTES), "Most bytes of its pictures, in place of the run's.")
    video_frames: int | None = setting(whole(1, MOST_FRAMES), "Most pictures in place of a video, not the run's.")
    video_fps: float | None = setting(number(0, above=True), "Frames a second of its videos, in place of the run's.")
    force_redownload: bool | None = setting(SWITCH, "Download the dataset again.")
    extra_params: Mapping[str, Any] | None = setting(TABLE, "Parameters that the benchmark declares.")
    sandbox_config: Mapping[str, Any] | None = setting(
        TABLE, "Container of the code the model writes: image, memory_limit, cpu_limit."
    )


# Settings of a run that one of its benchmarks may have as well.
_COMMON = ("image_detail", "max_image_pixels", "max_image_bytes", "video_frames", "video_fps")


@dataclass(frozen=True, init=False, repr=False, eq=False)
class Settings:
    """The settings of a run, complete: settings that the user left out are filled in.

    Attributes:
        model_id: The last part of ``model`` unless given; empty without a model.
        eval_type: The provider; None without a model.
        eval_batch_size: Requests in flight, or rows of a local model's batch: 8 for services, 1 for local models.
        limit: Samples of each subset, as a number (int) or a share of them (float, 1.0 being all).
        timeout: The same as ``generation_config.timeout``; ``stream`` likewise.
        given: The source of each setting that the user made: ``{"generation_config.top_p": "--eval-..."}``.
        notes: A sentence for each legacy spelling that was translated.
    """

    model: str | None = setting(
        NAME_OR_PATH, "Name of the model: a ModelScope id, a local path, or the name that a service uses."
    )
    model_id: str = setting(TEMPLATE, "Name of the model in reports; default: the last part of its name.", "")
    model_args: Mapping[str, Any] = setting(
        TABLE, "Loading or client arguments: revision, precision, device_map ...", factory=dict
    )
    model_task: str | None = setting(
        choice(*MODEL_TASKS, also=_MODEL_TASK_ALIASES, later=("image_generation",)),
        "What the model does: embedding (vectors of texts) and rerank (grades of documents), also for services; else "
        "what a local model is loaded for, such as text alone. Default: what its configuration shows.",
    )
    chat_template: str | None = setting(
        TEMPLATE, "Jinja chat template of a local model, instead of the one it comes with."
    )
    datasets: tuple[str, ...] = setting(NAMES, "The benchmarks to run.", ())
    dataset_args: Mapping[str, DatasetArgs] = setting(
        TABLE, 'Changes to single benchmarks: {"gsm8k": {"few_shot_num": 0}}.', factory=dict
    )
    prompts: str | None = setting(
        choice("evalscope"), "Use the prompt templates of an installed EvalScope instead of the built-in ones."
    )
    dataset_dir: str | None = setting(PATH, "Folder with the datasets: DIR/<benchmark>/ is used if it exists.")
    dataset_hub: str = setting(
        choice(*HUBS), "Hub that datasets are downloaded from; local: download nothing.", "modelscope"
    )
    limit: int | float | None = setting(
        LIMIT, "Maximum number of samples of each subset (5), or a share of them (0.1; 1.0 is all)."
    )
    limit_total: int | None = setting(whole(1), "Maximum number of samples of each benchmark, over all its subsets.")
    limit_order: str = setting(
        choice("first", "random"),
        "Samples that a limit leaves: the first ones of the dataset, or a random part, drawn with the seed.",
        "first",
    )
    repeats: int = setting(whole(1), "Number of generations for each sample.", 1)
    generation_config: GenerationConfig = setting(
        TABLE, "Generation parameters: temperature, max_tokens, timeout ...", factory=GenerationConfig
    )
    image_detail: str | None = setting(
        choice(*DETAILS), "How closely the service looks at pictures whose benchmark does not say, or says auto."
    )
    max_image_pixels: int | None = setting(
        whole(1), "Make larger pictures, and frames of videos, smaller before they are sent: width x height."
    )
    max_image_bytes: int | None = setting(
        whole(LEAST_BYTES), "Make pictures, and frames of videos, of more bytes smaller before they are sent."
    )
    video_frames: int | None = setting(
        whole(1, MOST_FRAMES),
        "Send videos as pictures, for services that take no videos: at most this many, evenly spread.",
    )
    video_fps: float | None = setting(
        number(0, above=True),
        "Frames a second of videos whose benchmark does not say: of the pictures with video-frames, else for the "
        "service.",
    )
    eval_type: str | None = setting(
        choice(*EVAL_TYPES, also=_EVAL_TYPE_ALIASES, later=LATER_EVAL_TYPES),
        "Kind of model: llm_ckpt (local), openai_api, openai_responses_api, anthropic_api, mock_llm, or systemone_api "
        "and autotrust_api, which take typed decisions; default: openai_api with an api-url, else llm_ckpt.",
    )
    eval_backend: str = setting(choice(*BACKENDS), "Evaluation backend.", "Native")
    eval_config: str | Mapping[str, Any] | None = setting(PATH_OR_TABLE, "Configuration of another backend.")
    eval_batch_size: int = setting(
        whole(1, MOST_IN_FLIGHT),
        "Maximum number of requests in flight; default: 8. For a local model, rows of a batch; default: 1.",
        8,
    )
    use_cache: str | None = setting(PATH, "Directory of an earlier run to resume, or 'latest'.")
    response_cache: str | None = setting(
        PATH, "Directory that keeps replies across runs, so that no request is sent twice."
    )
    response_cache_sampled: bool = setting(
        SWITCH, "Keep sampled replies in the response cache too, not only reproducible ones.", False
    )
    rerun_review: bool = setting(
        SWITCH, "Re-score the recorded answers of an earlier run without sending requests.", False
    )
    work_dir: str = setting(PATH, "Directory of recorded runs; each run gets its own subdirectory.", "./outputs")
    no_timestamp: bool = setting(SWITCH, "Record directly in work-dir, without a subdirectory.", False)
    enable_progress_tracker: bool = setting(SWITCH, "Keep progress.json up to date.", False)
    ignore_errors: bool = setting(SWITCH, "Exit with 0 even if samples end in errors.", False)
    max_errors: ErrorBudget | None = setting(
        BUDGET, "Exit with 0 up to this number or percentage of errors; stop the run beyond it."
    )
    prices: str | None = setting(
        PATH, "YAML file with the prices of models, per million tokens: reports show what the run cost."
    )
    max_cost: float | None = setting(
        number(0), "Stop before the request that could raise the cost of the records in work-dir above this; resumable."
    )
    max_tokens_total: int | None = setting(
        whole(1),
        "Stop before the request that could raise the input and output tokens of the records in work-dir above this; "
        "resumable.",
    )
    debug: bool = setting(SWITCH, "Log every request.", False)
    seed: int = setting(whole(0), "Seed of shuffling and of local sampling.", 42)
    api_url: str | None = setting(
        URL, "Base URL of the service, such as http://127.0.0.1:8000/v1.", env=("EVALSCOPE_BASE_URL",)
    )
    api_key: Secret = setting(SECRET, "Key of the service, or env:NAME.", factory=lambda: Secret("EMPTY"))
    timeout: float | None = setting(number(0, above=True), "Maximum duration of a request, in seconds.")
    stream: bool | None = setting(SWITCH, "Receive replies as a stream.")
    judge: Mapping[str, Any] = setting(
        TABLE,
        "Judges in EvalScope's newer form: strategy, models, contract, repeats, position_swap, aggregation, "
        "min_valid_judges, media.",
        factory=dict,
    )
    judge_strategy: str = setting(
        choice(*JUDGE_STRATEGIES),
        "When a judge model decides: if the benchmark requires it (auto), always (llm), never (rule), or if the rule "
        "found the reply wrong (llm_recall).",
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
        "Run whose replies are compared with those of other runs: DIR or NAME=DIR. Repeat it for each model; "
        "this selects the benchmark general_arena.",
        (),
    )
    judge_worker_num: int | None = setting(
        whole(1, MOST_IN_FLIGHT), "Maximum number of requests in flight to each judge; default: as for the model."
    )
    judge_audit: int = setting(
        whole(0),
        "Write a random sample of this many judgements to a file; verdicts written into it correct scores on resume.",
        0,
    )
    analysis_report: bool = setting(
        SWITCH, "Let the judge write an analysis of each report, in the language of --eval-language.", False
    )
    use_sandbox: bool = setting(
        SWITCH, "Run the code that models write in a container; without it, in a local sandbox.", False
    )
    sandbox: Mapping[str, Any] = setting(
        TABLE, "The sandbox: enabled, engine, pool_size, default_config, manager_config.", factory=dict
    )
    sandbox_type: str | None = setting(
        choice(*ENGINES, later=LATER_ENGINES),
        "Sandbox for code: bubblewrap, landlock, or the better of the two (auto); with use-sandbox also docker, "
        "which is then the default.",
    )
    sandbox_manager_config: Mapping[str, Any] = setting(
        TABLE, "The service that makes containers: base_url, api_key; default: made here.", factory=dict
    )
    allow_unsafe_code: bool = setting(
        SWITCH, "Run the code that models write even if nothing isolates it; reports are marked.", False
    )
    agent_config: Mapping[str, Any] = setting(TABLE, "The agent that answers.", factory=dict)
    think_tags: tuple[str, str] | None = setting(
        PAIR,
        "The model's marks around its thinking, if they are not common ones such as <think>, <thought> or [THINK].",
    )
    thinking_metrics: bool = setting(
        SWITCH, "Measure the thinking too: tokens, thoughts, and the position of the first right answer.", False
    )
    collect_perf: bool = setting(SWITCH, "Measure latency and tokens, and report them.", True)
    dry_run: bool = setting(SWITCH, "List what would run, without sending requests.", False)
    trust_remote_code: bool = setting(SWITCH, "Run code that comes with a local model or a dataset.", False)
    language: str = setting(choice("en", "zh"), "Language of the tables' titles and of the analysis.", "en")
    gate: tuple[str, ...] = setting(
        GATES, "Required score, such as 'gsm8k>=0.7', 'perf:ttft.p99<0.5'. May be given several times.", ()
    )
    baseline: tuple[str, ...] = setting(
        PATHS,
        "Directory of an earlier run, or 'latest': no score may be shown to be worse than there. May be given several "
        "times, for runs of the same model.",
        (),
    )
    max_drop: float = setting(number(0), "Maximum drop of a score below the baseline.", 0.0)
    gate_level: float | str = setting(
        LEVEL,
        "Level at which a drop below the baseline must be shown, over all benchmarks together; none compares the "
        "printed scores.",
        0.95,
    )
    stop_when_decided: bool | float = setting(
        SWITCH_OR_LEVEL,
        "Send no more requests of a benchmark once all its gates are decided. With a level, such as 95%, gates without "
        "one are decided as soon as the full run's verdict is known at that level.",
        False,
    )
    show_wrong: int = setting(whole(0), "Print this many wrong answers of each benchmark.", 0)
    summary: str | None = setting(
        PATH, "File for a summary in Markdown: scores, gates, samples to look at. $GITHUB_STEP_SUMMARY gets one, too."
    )
    strict: bool = setting(SWITCH, "Report wrong answers as failed tests.", False)
    skip_unready: bool = setting(
        SWITCH, "Skip benchmarks that lack a judge, data, a sandbox or a package, list them, and run the others.", False
    )
    rerun: str | None = setting(choice("errors"), "Rerun only the samples that ended in an error last time.")
    heartbeat_interval: float = setting(number(0, above=True), "Seconds between signs of life in the log.", 60.0)
    evalscope_version: str = __version__
    given: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Make settings of checked and complete values, by field name."""
        settings = cls.__new__(cls)
        settings._fill(values)
        return settings

    def _fill(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def args_of(self, benchmark: str) -> DatasetArgs:
        """Return the user's changes to a benchmark."""
        return self.dataset_args.get(benchmark) or DatasetArgs()

    def all_args_of(self, benchmark: str) -> DatasetArgs:
        """Return the user's changes to a benchmark, and those to all benchmarks unless it has its own."""
        own = self.args_of(benchmark)
        common = {name: getattr(self, name) for name in _COMMON if getattr(own, name) is None}
        return replace(own, **common) if any(value is not None for value in common.values()) else own

    @property
    def generation_given(self) -> frozenset[str]:
        """The generation parameters the user set; the others are defaults."""
        prefix = "generation_config."
        return frozenset(name.removeprefix(prefix) for name in self.given if name.startswith(prefix))


# As JSON -----------------------------------------------------------------------------------------------------------


def to_mapping(config: Settings, *, reveal_secrets: bool = False, only_given: bool = False) -> dict[str, Any]:
    """Return a configuration as one flat mapping of JSON values, for ``task_config.yaml``.

    Args:
        config: The settings.
        reveal_secrets: Write keys, instead of stars. `sources.from_mapping` is lossless then.
        only_given: Leave out what the user did not set.
    """
    given = {name.partition(".")[0] for name in config.given}
    names = [f.name for f in fields(config) if f.name not in ("given", "notes", "timeout", "stream")]
    result = {n: _json(getattr(config, n), reveal_secrets) for n in names if not only_given or n in given}
    if "generation_config" in result:
        plain = GenerationConfig()
        kept = {
            f.name: getattr(config.generation_config, f.name)
            for f in fields(GenerationConfig)
            if f.name in config.generation_given or getattr(config.generation_config, f.name) != getattr(plain, f.name)
        }
        result["generation_config"] = _json(kept, reveal_secrets)
    return result


def _json(value: Any, reveal: bool, key: str = "") -> Any:
    if isinstance(value, Secret):
        return value.reveal() if reveal or value.reveal() == "EMPTY" else MASK
    if isinstance(value, ErrorBudget):
        return str(value)
    if isinstance(value, DatasetArgs):
        value = {f.name: v for f in fields(value) if (v := getattr(value, f.name)) is not None}
    if isinstance(value, Mapping):
        return {k: _json(item, reveal, k) for k, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json(item, reveal, key) for item in value]
    if isinstance(value, str) and value and not reveal and is_secret_name(key):
        return MASK
    return value
