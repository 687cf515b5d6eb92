"""Written records of function calling and of instructions a program can check."""

from __future__ import annotations

import json
from typing import Any

Row = dict[str, Any]


def _function(name: str, required: str, **properties: str) -> Row:
    described = {key: {"type": kind, "description": f"The {key}."} for key, kind in properties.items()}
    parameters = {"type": "dict", "properties": described, "required": required.split()}
    return {"name": name, "description": f"Computes {name}.", "parameters": parameters}


_AREA = _function("geo.area", "base height", base="integer", height="float", unit="string")
_JAVA = _function("Canvas.draw", "shape", shape="String", size="long", fill="boolean")
_SCRIPT = _function("canvas.draw", "shape", shape="String", size="float", where="dict")
_ASKED = "Find the area of a triangle with a base of 10 cm and a height of 5 cm."
_AREAS = [{"geo.area": {"base": [10], "height": [5], "unit": ["cm", "centimeters", ""]}}]
_TWO = [*_AREAS, {"geo.area": {"base": [3], "height": [4.5], "unit": [""]}}]
_DRAWN = [{"Canvas.draw": {"shape": ["circle"], "size": [5], "fill": [True, ""]}}]
_DRAWN_THERE = [{"canvas.draw": {"shape": ["circle"], "size": [5.5], "where": [{"x": [1], "y": [2]}]}}]
# Subset: the functions and the right calls; none where a call is wrong, or any is right.
_BFCL: dict[str, tuple[list[Row], list[Row] | None]] = {
    "simple_python": ([_AREA], _AREAS),
    "simple_java": ([_JAVA], _DRAWN),
    "simple_javascript": ([_SCRIPT], _DRAWN_THERE),
    "multiple": ([_JAVA, _AREA], _AREAS),
    "parallel": ([_AREA], _TWO),
    "parallel_multiple": ([_JAVA, _AREA], _TWO),
    "live_simple": ([_AREA], _AREAS),
    "live_multiple": ([_JAVA, _AREA], _AREAS),
    "live_parallel": ([_AREA], _TWO),
    "live_parallel_multiple": ([_JAVA, _AREA], _TWO),
    "irrelevance": ([_function("weather", "town", town="string")], None),
    "live_irrelevance": ([_function("weather", "town", town="string")], None),
    "live_relevance": ([_AREA], None),
}
_V3_NAMES = {"simple_python": "simple", "simple_java": "java", "simple_javascript": "javascript"}


def _question(subset: str) -> list[Row]:
    system = [{"role": "system", "content": "Be brief."}] if subset == "live_multiple" else []
    return [*system, {"role": "user", "content": _ASKED}]


def _v3_record(subset: str, functions: list[Row], answer: list[Row] | None) -> Row:
    name = _V3_NAMES.get(subset, subset)
    return {
        "id": f"{name}_0", "multi_turn": False, "functions": json.dumps(functions), "tools": "[]",
        "turns": json.dumps([_question(subset)]), "missed_functions": "{}", "initial_config": "{}",
        "involved_classes": [], "ground_truth": json.dumps(answer or {}), "subset": name, "test_category": name,
        "language": {"java": "Java", "javascript": "JavaScript"}.get(name, "Python"),
    }  # fmt: skip


def _step(target: str) -> Row:
    turns = [
        {"role": "system", "content": "Use the tools find and Finish."},
        {"role": "user", "content": "When does the ferry to Ur leave?\nBegin!\n"},
        {"role": "assistant", "content": "Thought: first the port.\nAction: find\nAction Input: {}"},
        {"role": "function", "content": '{"error": "", "response": "which town?"}', "name": "find"},
    ]
    tools = [{"name": name, "description": f"To {name}.", "parameters": "{}"} for name in ("find", "Finish")]
    return {"messages": turns, "tools": tools, "target": f"Thought: \n{target}"}


FILES: dict[str, dict[str, list[Row] | str]] = {
    "bfcl_v3": {"train.jsonl": [_v3_record(subset, *what) for subset, what in _BFCL.items()]},
    "tool_bench": {
        "in_domain/test.jsonl": [_step('Action: find\nAction Input: {\n  "town": "Ur"\n}')],
        "out_of_domain/test.jsonl": [
            _step('Action: Finish\nAction Input: {"return_type": "give_answer", "final_answer": "At six."}')
        ],
    },
    "bfcl_v4": {
        **{
            f"BFCL_v4_{subset}.json": json.dumps(
                {"id": f"{subset}_0", "question": [_question(subset)], "function": what}
            )
            + "\n"
            for subset, (what, _) in _BFCL.items()
        },
        **{
            f"possible_answer/BFCL_v4_{subset}.json": json.dumps({"id": f"{subset}_0", "ground_truth": answer}) + "\n"
            for subset, (_, answer) in _BFCL.items()
            if answer
        },
    },
}
FILES["data_collection"] = {
    "mixed.jsonl": [
        {
            "index": 0, "tags": ["en"], "categories": ["mixed"], "task_type": "math", "weight": 1.0,
            "dataset_name": "gsm8k", "subset_name": "main", "args": {"few_shot_num": 0},
            "prompt": {"input": [{"role": "user", "content": "Ada has 2 pens and buys 3. How many?"}], "target": "5"},
        }
    ]
}  # fmt: skip
FILES["ifbench"] = {
    "train.jsonl": [
        {
            "key": "0",
            "prompt": "Is the sea wide? Answer with one of the following options: yes/no/maybe.",
            "instruction_id_list": ["format:options"],
            "kwargs": [{"options": "yes/no/maybe", "N": None}],
        },
        {"key": "1", "prompt": "Go.", "instruction_id_list": ["words:start_verb"], "kwargs": [{}]},
    ]
}


def _turns(language: str, *turns: tuple[str, str, Row]) -> Row:
    """Return a conversation whose turns have a prompt and one more instruction each."""
    record: Row = {"turns": None, "responses": None, "key": f"1:{language}", "turn_index": 0, "language": language}
    for number in (1, 2, 3):
        asked = turns[:number] if number <= len(turns) else ()
        prompt = {"role": "user", "content": turns[number - 1][0]} if asked else None
        record[f"turn_{number}_prompt"] = json.dumps(prompt) if prompt else None
        record[f"turn_{number}_instruction_id_list"] = json.dumps([name for _, name, _ in asked])
        record[f"turn_{number}_kwargs"] = json.dumps([json.dumps(arguments) for *_, arguments in asked])
    return record


FILES["multi_if"] = {
    "train.jsonl": [
        _turns(
            "English",
            ("Describe the sea without commas.", "punctuation:no_comma", {}),
            ("Now in capital letters.", "change_case:english_capital", {}),
            ("End with THE END.", "startend:end_checker", {"end_phrase": "THE END."}),
        ),
        _turns("English", ("Say hello without commas.", "punctuation:no_comma", {})),
        _turns("Thai", ("สวัสดี", "length_constraints:number_words", {"num_words": 2, "relation": "at least"})),
        _turns("Thai", ("สวัสดี", "punctuation:no_comma", {})),
    ]
}
SUBSETS: dict[str, tuple[str, ...]] = {"multi_if": ("English", "Thai")}
_TOWN = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Weather of a town.",
        "parameters": {
            "type": "object",
            "properties": {"town": {"type": "string"}, "unit": {"enum": ["C", "F"]}},
            "required": ["town"],
            "additionalProperties": False,
        },
    },
}
_HISTORY: list[Row] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Weather of Ur?"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "c0", "type": "function", "function": {"name": "weather", "arguments": "{town: Ur"}}],
    },
    {"role": "tool", "tool_call_id": "c0", "content": "dry"},
    {"role": "user", "content": "And of Uruk?"},
]
_GREETING: list[Row] = [{"role": "user", "content": "Good morning."}]


def _vendor(messages: list[Row], **fields: Any) -> Row:
    return {"messages": json.dumps(messages), "tools": json.dumps([_TOWN]), **fields}


FILES["general_fc"] = {
    "mine.jsonl": [
        {"messages": _HISTORY, "tools": [_TOWN], "should_call_tool": True},
        {"messages": _GREETING, "tools": [_TOWN], "should_call_tool": False},
    ]
}
FILES["k2_verifier"] = {
    "k2_thinking/test.jsonl": [
        _vendor(_HISTORY, should_call_tool=True, official_finish_reason="tool_calls"),
        _vendor(_GREETING, should_call_tool=False, official_finish_reason="stop"),
    ]
}
_CHECKS = json.dumps(["contains_russian_characters_unicode", "repeat_n_gram"])
FILES["minimax_verifier"] = {
    "test.jsonl": [
        _vendor(_HISTORY, check_type=json.dumps(["tool_calls"]), expected_tool_call=True),
        _vendor(_GREETING, check_type="", expected_tool_call=False),
        _vendor(_GREETING, check_type=_CHECKS, expected_tool_call=None),
        _vendor(_GREETING, check_type='["scenario_check"]', expected_tool_call=None),
    ]
}
FILES["kimi_verifier"] = {"README.md": "Its probes are made, not read."}
SUBSETS["general_fc"] = ("mine",)
_VENDORS = {"general_fc", "k2_verifier", "minimax_verifier", "kimi_verifier"}
NO_OFFICIAL = {*_VENDORS, "bfcl_v3", "tool_bench", "data_collection", "ifbench", "multi_if"}
NO_PAPER = {"data_collection", *_VENDORS}
FEW_OFFICIAL = {"bfcl_v4"}
NO_REFERENCE = {"ifbench", "multi_if"}
