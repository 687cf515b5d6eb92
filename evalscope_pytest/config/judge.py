"""The judge's settings: `judge_strategy`, `judge_model_args`, and EvalScope's newer `judge`.

Sources: spec/parameters.md ("Judge Parameters") for the first two, EvalScope 1.x's ``JudgeConfig`` for the third.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ..core.errors import ConfigError, closest
from ..core.tables import refuse_unknown
from .parse import checked, filled_in
from .rules import check_together
from .schema import Settings
from .setting import describe

Strategy = Literal["auto", "llm", "rule", "llm_recall"]
STRATEGIES = ("auto", "llm", "rule", "llm_recall")
AGGREGATIONS = ("mean", "median", "majority_vote")
SWAPS = ("auto", "always", "never")
SCORE_TYPES = ("pattern", "numeric")
GENERATION = {"temperature": 0.0, "max_tokens": 4096}

_MODEL = ("model_id", "judge_id", "api_key", "api_url", "eval_type", "model_args", "generation_config")
_CONTRACT = ("system_prompt", "prompt_template", "score_type", "score_pattern", "score_mapping")
_JUDGE = ("strategy", "models", "contract", "repeats", "position_swap", "aggregation", "min_valid_judges", "media")
_NAME, _ADDRESS, _KEY = "MODELSCOPE_JUDGE_LLM", "MODELSCOPE_API_BASE", "MODELSCOPE_SDK_TOKEN"
_MADE_UP = ("mock", "mock_llm")


@dataclass(frozen=True, slots=True)
class JudgeContract:
    """The prompt and the reply format that the user wants of the judge, instead of the benchmark's.

    Attributes:
        prompt: Names ``{question}``, ``{gold}``, ``{pred}``; empty: the benchmark's, or the generic one.
        numeric: A number between 0 and 1 instead of a label.
        pattern: Regular expression of which the last match is the verdict; empty: the strict reading.
        mapping: Labels and their values.
        for_generic: The prompt comes from the environment, for benchmarks that have none.
    """

    system_prompt: str = ""
    prompt: str = ""
    numeric: bool = False
    pattern: str = ""
    mapping: Mapping[str, float] = field(default_factory=lambda: {"A": 1.0, "B": 0.0})
    for_generic: bool = False

    @property
    def is_own(self) -> bool:
        """True if the user chose anything but the system prompt."""
        prompt = self.prompt if self.for_generic else ""
        return self != JudgeContract(self.system_prompt, prompt, for_generic=self.for_generic)


@dataclass(frozen=True, slots=True)
class JudgeModel:
    """One judge.

    Attributes:
        name: Its name in reports.
        task: The model's settings, as if it were evaluated.
    """

    name: str
    task: Settings


@dataclass(frozen=True, slots=True)
class JudgeConfig:
    """The judges, when they decide, and how several verdicts become one.

    Attributes:
        swap: Judge comparisons in both orders; ``auto`` leaves it to the benchmark.
        media: Send the question's pictures and the like to the judges as well, in each request.
        unready: The reason why the judge that the environment names cannot be used; empty if it can. It may be meant
            for other runs, so it is an error only if something is to be judged.
    """

    strategy: Strategy = "auto"
    models: tuple[JudgeModel, ...] = ()
    contract: JudgeContract = field(default_factory=JudgeContract)
    repeats: int = 1
    swap: Literal["auto", "always", "never"] = "auto"
    aggregation: Literal["mean", "median", "majority_vote"] = "mean"
    least_valid: int = 1
    unready: str = ""
    media: bool = False


def judge_config(settings: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> JudgeConfig:
    """Return the judges that a run's settings describe.

    Args:
        settings: The fields of a `TaskConfig`.
        environ: Holds what ``judge_model_args`` leaves out: MODELSCOPE_JUDGE_LLM, MODELSCOPE_API_BASE,
            MODELSCOPE_SDK_TOKEN, JUDGE_SYSTEM_PROMPT, JUDGE_PROMPT_TEMPLATE.

    Raises:
        ConfigError: An entry is unknown, of the wrong type, or given in both styles.
    """
    newer, older = dict(settings["judge"]), dict(settings["judge_model_args"])
    if newer and (older or settings["judge_strategy"] != "auto"):
        raise ConfigError(
            "judge is given together with judge_model_args or judge_strategy, which set the same in another style. "
            "Keep one of them."
        )
    if newer:
        return _newer(newer, environ)
    refuse_unknown(older, (*_MODEL, *_CONTRACT, "media"), "judge_model_args")
    contract = _contract({k: v for k, v in older.items() if k in _CONTRACT}, "judge_model_args", environ)
    entry = {k: v for k, v in older.items() if k in _MODEL}
    unready = "" if entry else _unready(environ)
    model = None if unready else _model(entry, "judge_model_args", environ)
    media = _switch(older, "judge_model_args")
    return JudgeConfig(settings["judge_strategy"], (model,) if model else (), contract, unready=unready, media=media)


def _newer(table: dict[str, Any], environ: Mapping[str, str]) -> JudgeConfig:
    refuse_unknown(table, _JUDGE, "judge")
    models: Any = table.get("models") or ({},)
    if isinstance(models, Mapping) or not all(isinstance(m, Mapping) for m in models):
        raise ConfigError(f'models of judge is {describe(models)}. Write a list: [{{"model_id": "..."}}].')
    made = []
    for number, entry in enumerate(models):
        where = f"models[{number}] of judge"
        refuse_unknown(entry, _MODEL, where)
        made.append(_model(dict(entry), where, environ))
    judges = tuple(judge for judge in made if judge is not None)
    _check_names([judge.name for judge in judges])
    contract = table.get("contract") or {}
    refuse_unknown(contract, _CONTRACT, "contract of judge")
    least = _whole(table, "min_valid_judges")
    if least > max(1, len(judges)):
        raise ConfigError(f"min_valid_judges of judge is {least}, and there are {len(judges)} judges. Lower it.")
    return JudgeConfig(
        _word(table, "strategy", STRATEGIES),  # type: ignore[arg-type]
        judges,
        _contract(contract, "contract of judge", environ),
        _whole(table, "repeats"),
        _word(table, "position_swap", SWAPS),  # type: ignore[arg-type]
        _word(table, "aggregation", AGGREGATIONS),  # type: ignore[arg-type]
        least,
        media=_switch(table, "judge"),
    )


def _model(entry: dict[str, Any], where: str, environ: Mapping[str, str]) -> JudgeModel | None:
    name = entry.get("model_id") or environ.get(_NAME)
    if not name:
        if entry:
            raise ConfigError(f"{where} names no model. Add its model_id.")
        return None
    raw: dict[str, Any] = {
        "model": name,
        "eval_type": entry.get("eval_type"),
        "model_args": entry.get("model_args"),
        "generation_config": {**GENERATION, **_table(entry.get("generation_config"), f"generation_config of {where}")},
    }
    if raw["eval_type"] not in ("llm_ckpt", "mock_llm") and name not in _MADE_UP:
        raw["api_url"] = entry.get("api_url") or environ.get(_ADDRESS) or None
        raw["api_key"] = entry.get("api_key") or environ.get(_KEY) or None
        if raw["api_url"] is None and raw["eval_type"] != "custom":
            raise ConfigError(
                f"{where} names the judge {name!r} without an address. Add its api_url, or set {_ADDRESS}."
            )
    layer = checked(raw, lambda key: f"{where} ({key})")
    settings = filled_in(layer)
    check_together(settings, layer.origin)
    return JudgeModel(str(entry.get("judge_id") or name), Settings.of(settings))


def _unready(environ: Mapping[str, str]) -> str:
    name = environ.get(_NAME)
    if not name or name in _MADE_UP or environ.get(_ADDRESS):
        return ""
    return f"{_NAME} names the judge {name!r}, and {_ADDRESS} no address: set it as well"


def _contract(table: Mapping[str, Any], where: str, environ: Mapping[str, str]) -> JudgeContract:
    for name in ("system_prompt", "prompt_template", "score_pattern"):
        if table.get(name) is not None and not isinstance(table[name], str):
            raise ConfigError(f"{name} of {where} is {describe(table[name])}. Write a text.")
    score_type = _word(table, "score_type", SCORE_TYPES)
    contract = JudgeContract(
        system_prompt=table.get("system_prompt") or environ.get("JUDGE_SYSTEM_PROMPT", ""),
        prompt=table.get("prompt_template") or environ.get("JUDGE_PROMPT_TEMPLATE", ""),
        numeric=score_type == "numeric",
        pattern=table.get("score_pattern") or "",
        for_generic=not table.get("prompt_template") and bool(environ.get("JUDGE_PROMPT_TEMPLATE")),
    )
    if table.get("score_mapping") is None:
        return contract
    if contract.numeric:
        raise ConfigError(f"score_mapping of {where} is for labels, and score_type is numeric. Leave one of them out.")
    mapping = _table(table["score_mapping"], f"score_mapping of {where}")
    if not mapping or not all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in mapping.values()):
        raise ConfigError(
            f'score_mapping of {where} is {describe(mapping)}. Write labels and numbers: {{"A": 1, "B": 0}}.'
        )
    return replace(contract, mapping={str(k): float(v) for k, v in mapping.items()})


def _table(value: Any, where: str) -> dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if not isinstance(value, Mapping):
        raise ConfigError(f'{where} is not a mapping. Write JSON: {{"name": value}}.')
    return dict(value)


def _word(table: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    value = str(table.get(name) or allowed[0]).lower()
    if value not in allowed:
        raise ConfigError(f"{name} of judge: {value!r}. {closest(value, allowed)}")
    return value


def _switch(table: Mapping[str, Any], where: str) -> bool:
    value = table.get("media", False)
    if isinstance(value, str) and value.lower() in ("true", "false"):
        value = value.lower() == "true"
    if not isinstance(value, bool):
        raise ConfigError(f"media of {where}: {describe(value)}. Write true or false.")
    return value


def _whole(table: Mapping[str, Any], name: str) -> int:
    value = table.get(name, 1)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{name} of judge: {describe(value)}. Write a whole number, 1 or more.")
    return value


def _check_names(names: list[str]) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(f"two judges are called {twice!r}. Give them different names with judge_id.")
