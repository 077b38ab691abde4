"""The magics: parse, call, show."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import traitlets
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class

from pdprep.errors import NotPreparedError
from pdprep.notebook import completion, frames, ready, surroundings
from pdprep.notebook.arguments import takes
from pdprep.notebook.show import Showing
from pdprep.notebook.views.output import publish

if TYPE_CHECKING:
    from pdprep.group import DatasetGroup
    from pdprep.preparation.prepare import Prepared

T = TypeVar("T")


@magics_class
class PersonalizeMagics(Magics):
    """Get frames of this notebook into Amazon Personalize."""

    wait = traitlets.Unicode("auto", help="Wait for jobs: auto, 1 or 0.").tag(config=True)
    display = traitlets.Unicode("auto", help="Show values as auto, widget, html or text.").tag(config=True)

    shell: InteractiveShell
    group: DatasetGroup | None = None

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell)
        self.showing = Showing(shell, self.mode)
        self.matcher = completion.matcher(shell)

    @line_magic
    @takes(
        *("group", "domain", "profile", "use", "home", "check", "output"),
        examples="%personalize movies --domain VIDEO_ON_DEMAND\n%personalize --use group\n%personalize",
    )
    def personalize(self, args: Namespace, cell: str | None) -> object:
        """Connect to a dataset group, or show the current one."""
        from pdprep.notebook import current  # here and below: %load_ext need not wait for boto3

        self.showing.tell()
        self.group = current.chosen(args, self.shell, self.group)
        return self._keep(args, self.group.check() if args.check else self.group)

    @line_cell_magic
    @takes(
        *("frames", "dataset", "on-invalid", "engine", "output"),
        examples="%personalize_check inter items users\nreport = %personalize_check inter\n"
        "%%personalize_check --dataset items\nSELECT movieId AS ITEM_ID, genres AS GENRES FROM movies",
    )
    def personalize_check(self, args: Namespace, cell: str | None) -> object:
        """Validate one or more frames and show the report; nothing is sent."""
        from pdprep.notebook.checking import checked

        self.showing.tell()
        prepared = self._prepared(args, cell)
        engine = args.engine or (self.group.environment.options.engine if self.group else "local")
        return self._keep(args, checked(prepared, self.shell, self.mode(), engine))

    @line_cell_magic
    @takes(
        *("frames", "dataset", "mode", "replace", "shrink", "on-invalid", "engine", "dry-run", "wait"),
        "output",
        examples="%personalize_bulk inter --dry-run\njob = %personalize_bulk inter --replace\n"
        "%%personalize_bulk --mode INCREMENTAL\nSELECT * FROM inter WHERE ITEM_ID <> '0'",
    )
    def personalize_bulk(self, args: Namespace, cell: str | None) -> object:
        """Validate frames, stage them and import them in bulk."""
        settings = {name: getattr(args, name) for name in ("mode", "replace", "shrink", "engine")}
        return self._send(args, cell, "bulk", **settings)

    @line_cell_magic
    @takes(
        *("frames", "dataset", "new-only", "fill", "rate", "fast", "on-invalid", "dry-run", "wait", "output"),
        examples="%personalize_put today\n%personalize_put prices --fill\n"
        "job = %personalize_put today --wait\n"
        "%%personalize_put --dataset users\nSELECT userId AS USER_ID, age AS AGE FROM people",
    )
    def personalize_put(self, args: Namespace, cell: str | None) -> object:
        """Validate frames and put their records one by one."""
        settings = {name: getattr(args, name) for name in ("new_only", "fill", "rate", "fast")}
        return self._send(args, cell, "put", **settings)

    @line_magic
    @takes(
        *("of", "output"),
        examples="%personalize_records interactions\nrecords = %personalize_records items\n"
        "%personalize_records inter",
    )
    def personalize_records(self, args: Namespace, cell: str | None) -> object:
        """Show which records went in bulk and which incrementally."""
        dataset = frames.dataset_named(args.of or "interactions", self.shell.user_ns)
        return self._keep(args, self._group().records(dataset))

    @line_magic
    @takes("output", examples="%personalize_jobs\njobs = %personalize_jobs\n%personalize_jobs -o jobs")
    def personalize_jobs(self, args: Namespace, cell: str | None) -> object:
        """Show what is running and what ran, newest first."""
        return self._keep(args, self._group().jobs())

    def mode(self) -> str:
        """Return how values show themselves now: widget, html or text."""
        return surroundings.mode(self.display, self.shell)

    def _send(self, args: Namespace, cell: str | None, route: str, **settings: Any) -> object:
        from pdprep.notebook import plans, sending

        with self.showing.line():
            group, prepared = self._group(), self._prepared(args, cell)
            if args.dry_run:
                return self._keep(args, plans.dry_run(group, prepared, args, route))
            begin: Callable[..., Any] = partial(
                getattr(group, route), on_start=self.showing.begin, **settings
            )
            wait = surroundings.waits(args.wait, self.wait, self.shell)
            return sending.send(self.showing, args, prepared, begin, partial(self._keep, args), wait)

    def _prepared(self, args: Namespace, cell: str | None) -> list[Prepared]:
        try:
            return ready.frames_of(args, cell, self.shell.user_ns, self.group)
        except NotPreparedError:
            # In a terminal the error says it all.
            if self.mode() != "text":
                formatter: Any = self.shell.display_formatter
                for proposal in ready.proposals(args, self.shell.user_ns, self.group):
                    publish(self.shell, formatter.format(proposal)[0])
            raise

    def _keep(self, args: Namespace, value: T) -> T:
        if args.output:
            self.shell.user_ns[args.output] = value
        return value

    def _group(self) -> DatasetGroup:
        from pdprep.notebook import current

        self.showing.tell()
        return current.required(self.group, self.shell)
