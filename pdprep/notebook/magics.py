"""The magics: parse, call, show."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import traitlets
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class

from pdprep.errors import GroupError, NotPreparedError, RefusedError
from pdprep.notebook import completion, display, frames, ready, surroundings
from pdprep.notebook.arguments import takes
from pdprep.notebook.show import Showing
from pdprep.notebook.views.output import publish
from pdprep.preparation.inference import infer_contract

if TYPE_CHECKING:
    from pdprep.group import DatasetGroup
    from pdprep.ledger.records import Records
    from pdprep.notebook.plans import Plans
    from pdprep.personalize.jobs.history import Jobs
    from pdprep.personalize.jobs.job import Job
    from pdprep.personalize.planning.check import Check
    from pdprep.personalize.planning.plan import Plan
    from pdprep.preparation.prepare import Prepared
    from pdprep.validation.report import Report

T = TypeVar("T")
Send = Callable[["DatasetGroup", "Prepared"], "Job"]
NAMES: Final = tuple(f"personalize{end}" for end in ("", "_check", "_bulk", "_put", "_records", "_jobs"))
_ATTRIBUTE: Final = "PersonalizeMagics"


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
    def personalize(self, args: Namespace, cell: str | None) -> DatasetGroup | Check:
        """Connect to a dataset group, or show the current one."""
        if args.use:
            self.group = self._variable(args.use)
        elif args.group:
            self.group = _connect(args)
        group = self._group()
        return self._keep(args, group.check() if args.check else group)

    @line_cell_magic
    @takes(
        *("frames", "dataset", "on-invalid", "engine", "output"),
        examples="%personalize_check inter items users\nreport = %personalize_check inter\n"
        "%%personalize_check --dataset items\nSELECT movieId AS ITEM_ID, genres AS GENRES FROM movies",
    )
    def personalize_check(self, args: Namespace, cell: str | None) -> Report:
        """Validate one or more frames and show the report; nothing is sent."""
        from pdprep.engine.validate import checked_engine, validate
        from pdprep.notebook.checking import Checking

        prepared = self._prepared(args, cell)
        with Checking(prepared, self.shell, self.mode()) as listener:
            engine = args.engine or (self.group.world.options.engine if self.group else "local")
            return self._keep(args, validate(*prepared, listener=listener, engine=checked_engine(engine)))

    @line_cell_magic
    @takes(
        *(
            "frames",
            "dataset",
            "mode",
            "replace",
            "shrink",
            "on-invalid",
            "engine",
            "dry-run",
            "wait",
            "output",
        ),
        examples="%personalize_bulk inter --dry-run\njob = %personalize_bulk inter --replace\n"
        "%%personalize_bulk --mode INCREMENTAL\nSELECT * FROM inter WHERE ITEM_ID <> '0'",
    )
    def personalize_bulk(self, args: Namespace, cell: str | None) -> Job | Jobs | Plan | Plans:
        """Validate frames, stage them and import them in bulk."""
        settings = {"replace": args.replace, "shrink": args.shrink, "engine": args.engine}
        return self._send(args, cell, "bulk", lambda group, each: group.bulk(each, args.mode, **settings))

    @line_cell_magic
    @takes(
        *("frames", "dataset", "new-only", "fill", "on-invalid", "dry-run", "wait", "output"),
        examples="%personalize_put today\n%personalize_put prices --fill\n"
        "job = %personalize_put today --wait\n"
        "%%personalize_put --dataset users\nSELECT userId AS USER_ID, age AS AGE FROM people",
    )
    def personalize_put(self, args: Namespace, cell: str | None) -> Job | Jobs | Plan | Plans:
        """Validate frames and put their records one by one."""
        settings = {"new_only": args.new_only, "fill": args.fill}
        return self._send(args, cell, "put", lambda group, each: group.put(each, **settings))

    @line_magic
    @takes(
        *("of", "output"),
        examples="%personalize_records interactions\nrecords = %personalize_records items\n"
        "%personalize_records inter",
    )
    def personalize_records(self, args: Namespace, cell: str | None) -> Records:
        """Show which records went in bulk and which incrementally."""
        dataset = frames.dataset_named(args.of or "interactions", self.shell.user_ns)
        return self._keep(args, self._group().records(dataset))

    @line_magic
    @takes("output", examples="%personalize_jobs\njobs = %personalize_jobs\n%personalize_jobs -o jobs")
    def personalize_jobs(self, args: Namespace, cell: str | None) -> Jobs:
        """Show what is running and what ran, newest first."""
        return self._keep(args, self._group().jobs())

    def mode(self) -> str:
        """Return how values show themselves now: widget, html or text."""
        return surroundings.mode(self.display, self.shell)

    def _send(self, args: Namespace, cell: str | None, route: str, send: Send) -> Job | Jobs | Plan | Plans:
        from pdprep.notebook import plans

        group, prepared = self._group(), self._prepared(args, cell)
        if args.dry_run:
            return self._keep(args, plans.dry_run(group, prepared, args, route))
        try:
            jobs = [send(group, each) for each in prepared]
        except RefusedError as error:
            plans.show_refusal(error, args, self.shell, self.mode())
            raise
        return self._run(args, jobs)

    def _run(self, args: Namespace, jobs: list[Job]) -> Job | Jobs:
        from pdprep.personalize.jobs.history import Jobs

        # Kept before the waiting: a job that fails is there to be looked at.
        found = self._keep(args, jobs[0] if len(jobs) == 1 else Jobs(jobs))
        self.showing.show(jobs, wait=surroundings.waits(args.wait, self.wait, self.shell))
        return found

    def _prepared(self, args: Namespace, cell: str | None) -> list[Prepared]:
        from pdprep.preparation.prepare import prepare

        make, domain = (self.group.prepare, self.group.domain) if self.group else (prepare, "CUSTOM")
        try:
            return ready.frames_of(args, cell, self.shell.user_ns, make, domain)
        except NotPreparedError:
            self._propose(args, domain)
            raise

    def _propose(self, args: Namespace, domain: str) -> None:
        """Show what the frames that are not prepared could become; in a terminal the error says it all."""
        if self.mode() == "text":
            return
        for name in ready.unprepared(args, self.shell.user_ns):
            frame = self.shell.user_ns[name]
            self._show(infer_contract(frame, frames.kind(frames.columns(frame), args.dataset), domain))

    def _show(self, value: object) -> None:
        formatter: Any = self.shell.display_formatter
        publish(self.shell, formatter.format(value)[0])

    def _keep(self, args: Namespace, value: T) -> T:
        if args.output:
            self.shell.user_ns[args.output] = value
        return value

    def _group(self) -> DatasetGroup:
        if self.group is None:
            known = self._variables()
            hint = f"%personalize --use {known[-1]}" if known else "%personalize movies"
            raise GroupError("no dataset group yet", "one to send to", hint)
        return self.group

    def _variable(self, name: str) -> DatasetGroup:
        if name not in self._variables():
            known = ", ".join(self._variables()) or "this notebook has none yet"
            raise GroupError(
                f"no DatasetGroup {name!r}",
                known,
                f'{name} = pdprep.connect("{name.replace("_", "-")}")' if name.isidentifier() else "",
            )
        group: DatasetGroup = self.shell.user_ns[name]
        return group

    def _variables(self) -> list[str]:
        from pdprep.group import DatasetGroup

        names = self.shell.user_ns.items()
        return [name for name, value in names if isinstance(value, DatasetGroup) and not name.startswith("_")]


def load(shell: InteractiveShell) -> None:
    """Add the magics, their configuration and the forms of the values; touches no network."""
    magics = PersonalizeMagics(shell)
    shell.register_magics(magics)
    display.register(shell, magics.mode)
    magics.showing.register()
    shell.Completer.custom_matchers.append(magics.matcher)


def unload(shell: InteractiveShell) -> None:
    """Remove exactly what `load` added."""
    magics = shell.magics_manager.registry.pop(_ATTRIBUTE)
    for kind in ("line", "cell"):
        for name in NAMES:
            shell.magics_manager.magics[kind].pop(name, None)
    shell.configurables.remove(magics)
    display.unregister(shell)
    magics.showing.unregister()
    shell.Completer.custom_matchers.remove(magics.matcher)


def _connect(args: Namespace) -> DatasetGroup:
    from pdprep.group import connect

    return connect(args.group, domain=args.domain, profile=args.profile, home=args.home)
