"""Requirements of settings on each other, the sandbox's included; `judge` adds those of the judge.

The sandbox is set with `use_sandbox`, `sandbox_type`, `sandbox_manager_config`, `sandbox`, and `sandbox_config` of
single benchmarks (spec/parameters.md, "Sandbox Parameters").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..core.errors import ConfigError, closest
from ..core.tables import refuse_unknown
from ..sandbox.engine import DOCKER, ENGINES, LOCAL, SandboxChoice
from .generation import VECTOR_TASKS
from .prices import load_prices

# Setting: its value when it is not given, and what to do instead.
_LOCAL_ONLY: dict[str, tuple[Any, str]] = {
    "chat_template": (None, "A service applies its own; vLLM takes one in generation_config extra_body."),
    "model_task": (None, "A service knows what its model takes. Remove it."),
}
_FROM_ENVIRONMENT = "environment"
# What may give vectors and grades.
VECTOR_TYPES = ("openai_api", "llm_ckpt", "mock_llm")
_NO_SERVICE = ("llm_ckpt", "mock_llm")


def check_together(result: dict[str, Any], origin: Mapping[tuple[str, ...], str]) -> None:
    """Refuse settings that contradict each other, or that would have no effect.

    Environment variables may be meant for every run: those that do not concern this one are dropped.

    Args:
        result: Every field of a `TaskConfig`, filled in.
        origin: Where each setting that was made comes from.

    Raises:
        ConfigError: Two settings contradict each other.
    """
    _check_model(result, origin)
    _check_local_only(result, origin)
    _check_vectors(result, origin)
    _check_sandbox(result)
    _check_stop(result, origin)
    for name in ("max_drop", "gate_level") if not result["baseline"] else ():
        where = origin.get((name,), "")
        if result[name] and (name == "max_drop" or where.startswith("--")):  # a level may be meant for every run
            raise ConfigError(
                f"{name} is given without a baseline (in {where}). Add the run to compare with: --eval-baseline DIR."
            )
    _check_prices(result, origin)
    if result["response_cache_sampled"] and result["response_cache"] is None:
        raise ConfigError(
            f"response_cache_sampled is given without a cache (in {origin['response_cache_sampled',]}). Add its "
            "directory: --eval-response-cache DIR."
        )
    if result["rerun_review"] and not (result["use_cache"] or result["no_timestamp"]):
        raise ConfigError(
            f"rerun_review needs the run whose answers are scored again (in {origin['rerun_review',]}). Add its "
            "directory: --eval-use-cache DIR."
        )


def _check_prices(result: dict[str, Any], origin: Mapping[tuple[str, ...], str]) -> None:
    """Refuse a file of prices that cannot be used, and a limit on costs without one."""
    if result["prices"] is not None:
        load_prices(Path(result["prices"]))
    elif result["max_cost"] is not None:
        where = origin.get(("max_cost",), "--eval-max-cost")
        raise ConfigError(
            f"max_cost is given without prices (in {where}). Add a file with the price of each model: --eval-prices "
            "prices.yaml (docs/budget.md), or limit the tokens: --eval-max-tokens-total N."
        )


def _check_model(result: dict[str, Any], origin: Mapping[tuple[str, ...], str]) -> None:
    unused: tuple[str, ...] = ()
    if result["model"] is None:
        unused = ("eval_type", "api_url")
    elif result["eval_type"] in _NO_SERVICE:
        unused = ("api_url",)
    for name in unused:
        where = origin.get((name,), "")
        if where and not where.startswith(_FROM_ENVIRONMENT) and result[name] is not None:
            if result["model"] is None:
                raise ConfigError(f"{name} is given without a model (in {where}). Add its name: --eval-model NAME.")
            named = "eval_type" not in {path[0] for path in origin} and result["eval_type"] == "mock_llm"
            why = f" The model name {result['model']} stands for the built-in one." if named else ""
            raise ConfigError(
                f"api_url has no effect on eval_type {result['eval_type']} (in {where}).{why} Leave it out, or add "
                "--eval-type openai_api (or openai_responses_api, anthropic_api) to send to the service there."
            )
        result[name] = None


def _check_stop(result: dict[str, Any], origin: Mapping[tuple[str, ...], str]) -> None:
    """Refuse to stop early without anything to decide, or on questions that are not a random part."""
    where = origin.get(("stop_when_decided",), "")
    if result["stop_when_decided"] is False:
        return
    if not (result["gate"] or result["baseline"]):
        if where.startswith(_FROM_ENVIRONMENT):
            result["stop_when_decided"] = False
            return
        raise ConfigError(
            f"stop_when_decided is given without a gate to decide (in {where}). Add one: --eval-gate 'gsm8k>=0.7', or "
            "the run to compare with: --eval-baseline DIR."
        )
    limited = result["limit_total"] is not None or (result["limit"] is not None and str(result["limit"]) != "1.0")
    if limited and result["limit_order"] == "first":
        limit = "limit" if result["limit"] is not None else "limit_total"
        raise ConfigError(
            f"stop_when_decided with the first samples of a dataset ({limit} in {origin.get((limit,), 'TaskConfig')}): "
            "they may be easier than the rest. Add --eval-limit-order random for a random part, or drop the limit."
        )


def _check_local_only(result: dict[str, Any], origin: Mapping[tuple[str, ...], str]) -> None:
    if result["eval_type"] in (None, "llm_ckpt", "custom"):
        return
    for name, (default, instead) in _LOCAL_ONLY.items():
        where = origin.get((name,), _FROM_ENVIRONMENT)
        if name == "model_task" and result[name] in VECTOR_TASKS:  # what a service is
            continue
        meant = result[name] and (name, result[name]) != ("model_task", "text_generation")  # EvalScope's files name it
        if meant and not where.startswith(_FROM_ENVIRONMENT):
            raise ConfigError(f"{name} is for local models only, not for {result['eval_type']} (in {where}). {instead}")
        result[name] = default


def _check_vectors(result: dict[str, Any], origin: Mapping[tuple[str, ...], str]) -> None:
    """Refuse a service of vectors or grades in a dialect that has neither."""
    task, eval_type = result["model_task"], result["eval_type"]
    if task in VECTOR_TASKS and eval_type not in (None, *VECTOR_TYPES):
        where = origin.get(("model_task",), "TaskConfig")
        raise ConfigError(
            f"model_task: {task!r} cannot be used with eval_type {eval_type} (in {where}). Allowed: "
            f"{', '.join(VECTOR_TYPES)}. Choose one of them: --eval-type openai_api for a service."
        )


def _check_sandbox(result: dict[str, Any]) -> None:
    choice = sandbox_choice(result)
    for benchmark, args in result["dataset_args"].items():
        choice.changed(args.sandbox_config or {}, f"sandbox_config of {benchmark!r}")


# The sandbox ---------------------------------------------------------------------------------------------------------


_MANAGER = ("base_url", "api_key")


def sandbox_choice(settings: Mapping[str, Any]) -> SandboxChoice:
    """Return the sandbox that a run's settings describe.

    Without ``use_sandbox`` code is isolated just the same, by what this machine has, or by the local engine that
    ``sandbox_type`` names. With it, code runs in Docker unless another engine is named. EvalScope's files name Docker
    whether it is used or not, so naming it alone has no effect.

    Args:
        settings: The fields of a `TaskConfig`.

    Raises:
        ConfigError: An entry is unknown or contradicts another.
    """
    table = dict(settings["sandbox"])
    refuse_unknown(table, ("enabled", "engine", "default_config", "manager_config", "pool_size"), "sandbox")
    named = table.get("engine") or settings["sandbox_type"] or DOCKER
    engine = str(named).lower()
    if engine not in ENGINES:
        raise ConfigError(f"engine: {engine!r} in sandbox. {closest(engine, ENGINES)}")
    enabled = settings["use_sandbox"] or table.get("enabled", engine in LOCAL)
    manager = {**settings["sandbox_manager_config"], **(table.get("manager_config") or {})}
    refuse_unknown(manager, _MANAGER, "sandbox_manager_config")
    choice = SandboxChoice(engine if enabled else "auto", size=_size(table.get("pool_size")))
    if manager and choice.engine != DOCKER:
        raise ConfigError(
            "sandbox_manager_config configures containers, and code runs in a local sandbox. Add --eval-use-sandbox to "
            "run it in Docker, or leave it out."
        )
    choice = replace(choice, base_url=str(manager.get("base_url") or ""), api_key=str(manager.get("api_key") or ""))
    return choice.changed(table.get("default_config") or {}, "default_config of sandbox")


def _size(value: Any) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"pool_size: {value!r} in sandbox. Write a whole number, 1 or more.")
    return value
