"""What the Tab key offers on a magic's line and in its cell: flags, choices, names of frames."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic_arguments import MagicArgumentParser

from pdprep.contract.catalogue import DATASETS
from pdprep.notebook import frames

Matcher = Callable[[CompletionContext], SimpleMatcherResult]
# The last magic of the line, so that `job = %personalize_bulk` completes too.
_MAGIC: Final = re.compile(r".*%(personalize\w*)\s(.*)", re.DOTALL)


def matcher(shell: InteractiveShell) -> Matcher:
    """Return the matcher of one shell, to be added to its ``Completer.custom_matchers``."""

    @context_matcher()  # type: ignore[untyped-decorator]  # IPython leaves it untyped
    def pdprep_matcher(context: CompletionContext) -> SimpleMatcherResult:
        found = [text for text in offered(context, shell) if text.startswith(context.token)]
        completions = [SimpleCompletion(text, type="pdprep") for text in found]
        return SimpleMatcherResult(completions=completions, suppress=bool(found))

    return pdprep_matcher  # type: ignore[no-any-return]  # as above


def offered(context: CompletionContext, shell: InteractiveShell) -> Iterable[str]:
    """Return everything that fits where the cursor is."""
    head, *_ = context.full_text.split("\n")
    if head.startswith("%%personalize") and context.cursor_line > 0:
        return frames.names(shell.user_ns)
    line = context.full_text.split("\n")[context.cursor_line][: context.cursor_position]
    found = _MAGIC.fullmatch(line)
    magic = shell.magics_manager.magics["line"].get(found[1]) if found else None
    parser = getattr(magic, "parser", None)
    return _on_line(parser, found[2].split(), context.token, shell) if found and parser else []


def _on_line(
    parser: MagicArgumentParser, words: list[str], token: str, shell: InteractiveShell
) -> Iterable[str]:
    # What is being typed is a word already; the one before it may be a flag that takes a value.
    before = words[:-1] if token else words
    actions = {name: action for action in parser._actions for name in action.option_strings}
    action = actions.get(before[-1]) if before else None
    if action is not None and action.nargs != 0:
        return [str(each) for each in action.choices or ()] or _variables(action.dest, shell)
    if token.startswith("-"):
        return actions
    return _positional(parser, shell)


def _positional(parser: MagicArgumentParser, shell: InteractiveShell) -> Iterable[str]:
    takes = {action.dest for action in parser._actions if not action.option_strings}
    datasets = DATASETS if "of" in takes else ()
    return [*datasets, *(frames.names(shell.user_ns) if takes & {"of", "frames"} else ())]


def _variables(flag: str, shell: InteractiveShell) -> Iterable[str]:
    if flag != "use":
        return []
    # Known by the name of its class: a Tab need not wait until boto3 is imported.
    names = shell.user_ns.items()
    return [name for name, value in names if type(value).__name__ == "DatasetGroup" and name[0] != "_"]
