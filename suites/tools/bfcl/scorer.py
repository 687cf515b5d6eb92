"""The scorer of function calls: the right ones, none at all, or any at all."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from evalscope_pytest.core.errors import ScoringError
from evalscope_pytest.core.values import Sample, Score
from evalscope_pytest.scoring.scorer import Scorer

from . import java, javascript
from .call import FunctionCall, UnreadableError, read_json, written_json
from .expected import Expected, MismatchError, shown
from .foreign_text import read_foreign, written_foreign
from .python_text import read_python, written_python

NONE, ANY = "none", "any"


PARAMETERS = {"is_fc_model": True, "underscore_to_dot": True}


def function_calls(*, native: bool = True, underscores: bool = True) -> Scorer:
    """Compare the calls of a reply with those a sample expects, as the Berkeley leaderboard's AST checker does.

    The sample's target is JSON: a list of the calls, each ``{function: {parameter: [right values]}}``; ``none`` if
    no function fits and a call is wrong; ``any`` if any call is right. Its metadata holds ``functions``
    and ``language``.

    Args:
        native: Replies are what `call.called` returns; else calls in the language of the functions.
        underscores: Dots in functions' names may be written as underscores.
    """

    def score(text: str, sample: Sample) -> Score:
        return _score(text, sample, native=native, underscores=underscores)

    def ideal_reply(sample: Sample) -> str:
        return _ideal_reply(sample, native=native, underscores=underscores)

    return Scorer(
        "function_calls", ("accuracy",), score, ideal_reply, options=f"native={native}, underscores={underscores}"
    )


def variant(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the scorer that `PARAMETERS`, or a user's values for them, choose."""
    return {"scorer": function_calls(native=params["is_fc_model"], underscores=params["underscore_to_dot"])}


def _score(text: str, sample: Sample, *, native: bool, underscores: bool) -> Score:
    language = _language(sample)
    try:
        calls, unreadable = _read(text, native=native, language=language), ""
    except UnreadableError as error:
        calls, unreadable = [], str(error)
    target = sample.targets[0]
    if target in (NONE, ANY):
        right = bool(calls) == (target == ANY)
        return Score(accuracy=right, answer=_shown(calls), explanation=unreadable or f"{len(calls)} calls")
    if unreadable:
        return Score(accuracy=0.0, explanation=unreadable)
    expected = Expected(sample.metadata["functions"], _answers(target), language, underscores)
    try:
        expected.check(calls)
    except MismatchError as error:
        return Score(accuracy=0.0, answer=_shown(calls), explanation=str(error))
    return Score(accuracy=1.0, answer=_shown(calls), explanation="the expected calls")


def _language(sample: Sample) -> str:
    language: str = sample.metadata.get("language", "python")
    return language


def _answers(target: str) -> list[Mapping[str, Mapping[str, Sequence[Any]]]]:
    try:
        answers = json.loads(target)
    except ValueError:
        answers = None
    if not isinstance(answers, list) or not all(isinstance(a, dict) and a for a in answers):
        raise ScoringError(
            f"the target {target[:100]!r} is not a JSON list of calls. Correct the record, or to_sample."
        )
    return answers


def _read(text: str, *, native: bool, language: str) -> list[FunctionCall]:
    if native:
        return read_json(text)
    return read_python(text) if language == "python" else read_foreign(text)


def _shown(calls: Sequence[FunctionCall]) -> str:
    return "; ".join(
        f"{call.name}({', '.join(f'{k}={shown(v)}' for k, v in call.arguments.items())})" for call in calls
    )


def _ideal_reply(sample: Sample, *, native: bool, underscores: bool) -> str:
    """Return a reply with the first right value of each parameter."""
    target, language = sample.targets[0], _language(sample)
    if target == NONE:
        return "None of the functions fits."
    functions: Sequence[Mapping[str, Any]] = sample.metadata["functions"]
    if target == ANY:
        calls = [FunctionCall(functions[0]["name"], {})]
    else:
        calls = [_right_call(answer, functions, language, quoted=not native) for answer in _answers(target)]
    if native:
        return written_json([FunctionCall(_name(call, underscores), call.arguments) for call in calls])
    return written_python(calls) if language == "python" else written_foreign(calls)


def _name(call: FunctionCall, underscores: bool) -> str:
    return call.name.replace(".", "_") if underscores else call.name


def _right_call(
    answer: Mapping[str, Any], functions: Sequence[Mapping[str, Any]], language: str, *, quoted: bool
) -> FunctionCall:
    (name, values), *_ = answer.items()
    properties = next(f["parameters"]["properties"] for f in functions if f["name"] == name)
    chosen = {k: _first(v) for k, v in values.items() if k in properties and any(one != "" for one in v)}
    arguments = {k: _in_language(_plain(v), properties[k], language) for k, v in chosen.items()}
    if quoted and language != "python":
        arguments = {k: f'"{v}"' if isinstance(chosen[k], str) else v for k, v in arguments.items()}
    return FunctionCall(name, arguments)


def _first(allowed: Sequence[Any]) -> Any:
    return next(value for value in allowed if value != "")


def _plain(value: Any) -> Any:
    """Return an object with the first right value of each key; in an expected object, each key has several."""
    if isinstance(value, dict):
        return {k: _first(v) for k, v in value.items() if any(one != "" for one in v)}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _in_language(value: Any, parameter: Mapping[str, Any], language: str) -> Any:
    if language == "java":
        return java.write(value, parameter["type"], (parameter.get("items") or {}).get("type", ""))
    return javascript.write(value, parameter["type"]) if language == "javascript" else value
