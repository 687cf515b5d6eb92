"""YAML of people and datasets, read as plain values: no objects, no key twice, no more values than are wanted.

A few hundred bytes can stand for billions of values, through aliases and merge keys. They are counted in the tree of
the text, before anything is made of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import yaml

MAX_WRITTEN = 20_000
MAX_VALUES = 100_000  # with every alias written out
LONGEST_NUMBER = 400


def parse_yaml(text: str, *, written: int = MAX_WRITTEN, values: int = MAX_VALUES) -> Any:
    """Return what a document holds.

    Args:
        written: The most values that may stand in the text.
        values: The most it may stand for, aliases written out.

    Raises:
        ValueError: It is no YAML, gives a key twice, asks for an object, or holds too much.
        RecursionError: It is nested too deeply.
    """
    import yaml

    try:
        loader = _loader(written)(text)
        node = loader.get_single_node()
        if node is None:
            return None
        _count(node, values, {}, set())
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ValueError(f"not valid YAML: {error.problem or error.context}{line}") from None
    except yaml.YAMLError as error:
        raise ValueError(f"not valid YAML: {str(error).splitlines()[0]}") from None


def _loader(written: int) -> type[yaml.SafeLoader]:
    import yaml

    class Loader(yaml.SafeLoader):
        """Safe YAML that counts its nodes and refuses a repeated key."""

        nodes = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            self.nodes += 1
            if self.nodes > written:
                raise ValueError(f"it holds more than {written} values")
            return super().compose_node(parent, index)

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            seen = set()
            for key_node, _ in node.value:
                key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
                if key in seen:
                    raise ValueError(f"the key {key!r} is given twice, again in line {key_node.start_mark.line + 1}")
                if key is not None and key != "<<":
                    seen.add(key)
            return super().construct_mapping(node, deep)

        def construct_number(self, node: yaml.ScalarNode) -> int:
            if len(node.value) > LONGEST_NUMBER:
                raise ValueError(f"a number of {len(node.value)} digits in line {node.start_mark.line + 1}")
            return int(self.construct_yaml_int(node))

    Loader.add_constructor("tag:yaml.org,2002:int", Loader.construct_number)
    return Loader


def _count(node: Any, most: int, counted: dict[int, int], open_: set[int]) -> int:
    """Count a node and all below it, aliases each time they stand. Each node is walked once."""
    if isinstance(node.value, str):
        return 1
    if id(node) in open_:
        raise ValueError("an alias refers to what it stands in")
    if id(node) not in counted:
        open_.add(id(node))
        below = (part for item in node.value for part in (item if isinstance(item, tuple) else (item,)))
        counted[id(node)] = 1 + sum(_count(part, most, counted, open_) for part in below)
        open_.remove(id(node))
    if counted[id(node)] > most:
        raise ValueError(f"it stands for more than {most} values, through aliases")
    return counted[id(node)]
