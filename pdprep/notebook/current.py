"""The dataset group that magics send to: one is current, others are variables of the notebook."""

from __future__ import annotations

from argparse import Namespace

from IPython.core.interactiveshell import InteractiveShell

from pdprep.errors import GroupError
from pdprep.group import DatasetGroup, connect


def chosen(args: Namespace, shell: InteractiveShell, current: DatasetGroup | None) -> DatasetGroup:
    """Return the group that a line of ``%personalize`` names; the current one where it names none.

    Raises:
        GroupError: There is none, or the notebook has no group of that name.
    """
    if args.use:
        return _variable(args.use, shell)
    if args.group:
        return connect(args.group, domain=args.domain, profile=args.profile, home=args.home)
    return required(current, shell)


def required(current: DatasetGroup | None, shell: InteractiveShell) -> DatasetGroup:
    """Return the current group.

    Raises:
        GroupError: There is none yet.
    """
    if current is None:
        known = _variables(shell)
        hint = f"%personalize --use {known[-1]}" if known else "%personalize movies"
        raise GroupError("no dataset group yet", "one to send to", hint)
    return current


def _variable(name: str, shell: InteractiveShell) -> DatasetGroup:
    known = _variables(shell)
    if name not in known:
        raise GroupError(
            f"no DatasetGroup {name!r}",
            ", ".join(known) or "this notebook has none yet",
            f'{name} = pdprep.connect("{name.replace("_", "-")}")' if name.isidentifier() else "",
        )
    group: DatasetGroup = shell.user_ns[name]
    return group


def _variables(shell: InteractiveShell) -> list[str]:
    names = shell.user_ns.items()
    return [name for name, value in names if isinstance(value, DatasetGroup) and not name.startswith("_")]
