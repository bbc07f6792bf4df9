"""YAML as settings need it: plain values. What may be something else than it looks is refused.

YAML lets a key stand twice and takes the last one, and lets a page of aliases stand for gigabytes.
"""

from typing import Any

import yaml


class NotPlain(Exception):  # noqa: N818  a finding about a text, not a fault of the program
    """The text is no plain YAML. Says where and why, in one line."""


def load_plain(text: str) -> Any:
    """The value of a YAML document. Raises NotPlain, and nothing else, whatever the text."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506  a SafeLoader
    except yaml.YAMLError as error:
        raise NotPlain(_where(error)) from error
    except RecursionError as error:
        raise NotPlain("it is nested too deeply") from error
    except (ValueError, LookupError, ArithmeticError, TypeError, AttributeError) as error:
        # PyYAML's own: on a date of month 13, on `!!bool maybe`, on an integer of 5,000 digits.
        raise NotPlain(f"a value is not what it is said to be: {' '.join(str(error).split())[:200]}") from error


def _where(error: yaml.YAMLError) -> str:
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    if mark is None:
        return " ".join(str(error).split())
    return f"line {mark.line + 1}, column {mark.column + 1}: {problem}"


class _Loader(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(
                None, None, f"*{event.anchor} repeats another value; write it out", event.start_mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set[str]()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key.value!r} stands here a second time", key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)
