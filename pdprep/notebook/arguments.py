"""The flags of the magics: few, shared, each with a help text; a slip is answered with the nearest one."""

from __future__ import annotations

import argparse
import difflib
import functools
import re
import textwrap
from collections.abc import Callable
from typing import Any, Final, TypeVar

from IPython.core.error import UsageError
from IPython.core.magic import no_var_expand
from IPython.core.magic_arguments import MagicArgumentParser, argument, kwds, magic_arguments

from pdprep import platforms
from pdprep.errors import InputError
from pdprep.flags import SHARED, flag
from pdprep.notebook import pasting

T = TypeVar("T")
Body = Callable[[Any, argparse.Namespace, str | None], T]
Magic = Callable[..., T | None]


FLAGS: Final = {
    "frames": flag("frames", nargs="*", metavar="FRAME", help="a frame of the notebook, by name"),
    "group": flag("group", nargs="?", metavar="GROUP", help="a dataset group; none: show the current one"),
    "of": flag("of", nargs="?", metavar="DATASET", help="a dataset type, or a frame whose dataset is meant"),
    "output": flag("-o", "--output", metavar="NAME", help="a variable to keep the result in"),
    "use": flag("--use", metavar="VARIABLE", help="a DatasetGroup of the notebook, by name"),
    **SHARED,
}


def takes(*flags: str, examples: str) -> Callable[[Body[T]], Magic[T]]:
    """Make a magic of a function of parsed arguments and a cell's body.

    Args:
        flags: Names of ``FLAGS``, in the order of the help.
        examples: Lines that the help ends with.
    """

    def decorate(body: Body[T]) -> Magic[T]:
        parser = _describe(body, flags, examples)

        @functools.wraps(body)
        def magic(self: Any, line: str = "", cell: str | None = None) -> T | None:
            words = _split(line)
            if {"--help", "-h"} & set(words):
                print(magic.__doc__)
                return None
            args = parse(parser, words)
            args.typed = _typed(parser.prog, line, cell)
            with pasting.runnable_hints(getattr(args, "frames", None) or (), self.shell.user_ns):
                return body(self, args, cell)

        # IPython would fill in {x} and $x of the line first, and a path or SQL may hold either.
        return no_var_expand(magic)

    return decorate


def parse(parser: MagicArgumentParser, words: list[str]) -> argparse.Namespace:
    """Parse the words of a line.

    Raises:
        InputError: A flag or a value is not one of the magic's; the nearest is named.
    """
    _check_flags(parser, words)
    try:
        args: argparse.Namespace = parser.parse_args(words)
    except UsageError as error:
        raise _mistake(parser, str(error)) from None
    if not getattr(args, "output", None) or args.output.isidentifier():
        return args
    raise InputError(f"-o {args.output}", "the name of a variable", "-o job")


def again(typed: str, flags: tuple[str, ...] = ()) -> str:
    """Return what was typed, in earnest and with more flags, ready to be typed again.

    >>> again("%personalize_bulk inter --dry-run", ("--replace",))
    '%personalize_bulk inter --replace'
    """
    line, end, body = typed.partition("\n")
    # argparse takes any beginning of --dry-run for the flag.
    earnest = re.sub(r"\s--dry[-run]*(?=\s|$)", "", line)
    more = [flag for flag in flags if flag not in earnest.split()]
    return " ".join([earnest.rstrip(), *more]) + end + body


def _typed(name: str, line: str, cell: str | None) -> str:
    words = " ".join([name, *line.split()])
    return f"%{words}" if cell is None else f"%%{words}\n{cell}".rstrip("\n")


def _describe(body: Any, flags: tuple[str, ...], examples: str) -> MagicArgumentParser:
    # As decorators would stand above the function: IPython takes the lowest first.
    for each in (FLAGS[name] for name in reversed(flags)):
        argument(*each.names, **each.settings)(body)
    kwds(description=body.__doc__)(body)
    magic_arguments()(body)
    parser: MagicArgumentParser = body.parser
    body.__doc__ = _help(parser, examples)
    return parser


def _help(parser: MagicArgumentParser, examples: str) -> str:
    """Return the help as a terminal shows it: IPython's own is markup for its documentation."""
    name, parser.prog = parser.prog, f"%{parser.prog}"
    parser.formatter_class, parser.epilog = argparse.HelpFormatter, None
    text = parser.format_help()
    parser.prog = name
    return f"{text}\nExamples:\n{textwrap.indent(examples, '  ')}\n"


def _split(line: str) -> list[str]:
    try:
        # A semicolon at the end hides what a cell returns.
        return platforms.words(line.strip().rstrip(";"))
    except ValueError as error:
        raise InputError(f"{line.strip()} ({error})", "quotes that are closed") from None


def _check_flags(parser: MagicArgumentParser, words: list[str]) -> None:
    # argparse names no flag that is close, and knows a flag by any beginning of its name.
    known = [name for action in parser._actions for name in action.option_strings]
    for word in words:
        flag = word.partition("=")[0]
        if not flag.startswith("-") or any(name.startswith(flag) for name in known):
            continue
        close = difflib.get_close_matches(flag, known, n=1, cutoff=0.6)
        raise InputError(
            f"no flag {flag}",
            f"%{parser.prog} has {', '.join(known)}",
            close[0] if close else f"%{parser.prog} --help",
        )


def _mistake(parser: MagicArgumentParser, text: str) -> InputError:
    help_ = f"%{parser.prog} --help"
    # argparse has one class for every mistake, so a wrong choice is known by its text.
    choice = re.fullmatch(r"argument (\S+): invalid choice: '([^']*)' .*", text)
    if choice is None:
        return InputError(text, f"what %{parser.prog} takes", help_)
    names, value = choice[1].split("/"), choice[2]
    action = next(action for action in parser._actions if set(names) & set(action.option_strings))
    choices = [str(each) for each in action.choices or ()]
    close = difflib.get_close_matches(value.lower(), [each.lower() for each in choices], n=1, cutoff=0.4)
    best = next((each for each in choices if [each.lower()] == close), "")
    return InputError(
        f"{names[-1]} {value}", f"one of {', '.join(choices)}", f"{names[-1]} {best}" if best else help_
    )
