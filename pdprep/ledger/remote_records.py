"""Records of an import that lie in a bucket: each object known by its size and ETag, read where it lies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

import polars as pl

from pdprep.errors import LedgerError, PdprepError
from pdprep.ledger.bucket import RecordBucket
from pdprep.ledger.integrity import Damage
from pdprep.ledger.ledger import Ledger
from pdprep.ledger.rows import ImportRow, ObjectRow


def register(ledger: Ledger, row: ImportRow, address: str) -> ImportRow:
    """Write down that the records of an import are the objects below an address."""
    with _reached(ledger, address) as bucket:
        objects = bucket.below(address)
    # All or none: an import that knew half of its objects would show half of its records.
    with ledger.journal.database.transaction():
        ledger.journal.forget_objects(address)
        for each in objects:
            ledger.journal.know_object(each)
        return ledger.journal.change_import(row, records=address)


def known(ledger: Ledger, row: ImportRow) -> list[ObjectRow]:
    """Return the objects that the records of an import were written as."""
    return ledger.journal.objects(row.records)


def below(ledger: Ledger, address: str) -> pl.LazyFrame:
    """Return a scan of the objects that stand below an address."""
    with _reached(ledger, address) as bucket:
        return _scan(bucket, [each.address for each in bucket.below(address)])


def scan(ledger: Ledger, row: ImportRow) -> pl.LazyFrame:
    """Return a scan of the records of an import.

    Raises:
        LedgerError: They cannot be read.
    """
    with _reached(ledger, row.records) as bucket:
        return _scan(bucket, [each.address for each in known(ledger, row)])


def damage(ledger: Ledger, row: ImportRow) -> Damage | None:
    """Return the first object that is missing or another one than was written; None where all stand.

    S3 keeps the bytes of an object as they came, and its ETag changes with them: nothing is read again.

    Raises:
        LedgerError: The bucket cannot be asked.
    """
    written = known(ledger, row)
    if not written:
        return Damage(row.records, f"holds 0 of {row.rows:,} records")
    with _reached(ledger, row.records) as bucket:
        there = {each.address: each for each in bucket.below(row.records)}
    found = ((each.address, _wrong(each, there.get(each.address))) for each in written)
    return next((Damage(address, wrong) for address, wrong in found if wrong), None)


def drop(ledger: Ledger, row: ImportRow) -> None:
    """Delete the records of an import from the bucket.

    What cannot be deleted now stays known and costs a little storage; nothing is worse for it.
    """
    if objects := known(ledger, row):
        with suppress(PdprepError), _reached(ledger, row.records) as bucket:
            bucket.remove([each.address for each in objects])
            ledger.journal.forget_objects(row.records)


def rewrite(ledger: Ledger, row: ImportRow, gone: pl.Expr, row_group: int) -> bool:
    """Write those objects again that hold records which are to go, and say whether there were any.

    Args:
        ledger: The ledger whose records they are.
        row: The import.
        gone: Says of a record whether it is to go.
        row_group: The rows of a group of Parquet.

    Raises:
        LedgerError: The bucket cannot be read or written.
    """
    holding = []
    with _reached(ledger, row.records) as bucket, ledger.temporary() as folder:
        for each in known(ledger, row):
            rows = _scan(bucket, [each.address])
            if not rows.select(gone.any()).collect(engine="streaming").item():
                continue
            holding.append(each)
            fresh = folder / each.address.rpartition("/")[2]
            rows.filter(~gone).sink_parquet(fresh, row_group_size=row_group)
            # Its ETag is told once it stands; a process may end before that.
            ledger.journal.know_object(replace(each, etag=""))
            ledger.journal.know_object(bucket.put(fresh, each.address))
            fresh.unlink()
    return bool(holding)


def _scan(bucket: RecordBucket, addresses: Sequence[str]) -> pl.LazyFrame:
    found = pl.scan_parquet(list(addresses), glob=False, **bucket.options)
    found.collect_schema()  # what cannot be read is told now, in words
    return found


def _wrong(written: ObjectRow, there: ObjectRow | None) -> str:
    if there is None:
        return "is missing"
    if not written.etag or there.etag == written.etag:
        return ""
    if there.size != written.size:
        return f"is damaged: it has {there.size:,} bytes, and {written.size:,} were written"
    return f"is damaged: its {there.size:,} bytes are not those that were written"


@contextmanager
def _reached(ledger: Ledger, address: str) -> Iterator[RecordBucket]:
    """Give the bucket; what S3 or Polars says of it is said with the place of the records."""
    try:
        if ledger.bucket is None:
            raise PdprepError("nobody told the way to it", "a connected group", "group = pdprep.connect(...)")
        yield ledger.bucket
    except LedgerError:
        raise
    except (PdprepError, pl.exceptions.PolarsError, OSError) as error:
        text = str(error).partition(": Error performing")[0]  # what follows is the answer of S3 as XML
        said = error if isinstance(error, PdprepError) else PdprepError(text)
        raise LedgerError(
            f"records of this group lie in {address}, and that cannot be reached ({said.found})",
            said.expected or "a bucket and keys that these credentials may list and get",
            said.hint or "print(group.check())  # says the policy to paste",
        ) from error
