"""Items kept by slices on the disk: what a large file holds is never wholly in memory."""

from __future__ import annotations

# What this process wrote to an unnamed file, and nothing else, is read back.
import pickle  # nosec B403
import tempfile
import weakref
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")
# Read ahead of by nobody: a slice is written and read whole.
_BUFFER = 1 << 16


def _pickled(items: list[Any]) -> bytes:
    return pickle.dumps(items, protocol=pickle.HIGHEST_PROTOCOL)


class Spool(Generic[T]):
    """A sequence of slices in an unnamed temporary file, each read again as often as needed.

    Iterating yields the items of every slice in order, one slice in memory at a time. The file
    leaves with the spool. `pack` and `unpack` turn the items of a slice into bytes and back.
    """

    def __init__(
        self,
        pack: Callable[[list[T]], bytes] = _pickled,
        unpack: Callable[[bytes], list[T]] = pickle.loads,  # nosec B301
    ) -> None:
        self._pack = pack
        self._unpack = unpack
        self._file = tempfile.TemporaryFile(buffering=_BUFFER)  # noqa: SIM115  closed with the spool
        self._places: list[tuple[int, int, int]] = []
        self._end = 0
        weakref.finalize(self, self._file.close)

    def add(self, items: list[T]) -> None:
        """Write a slice after the others."""
        self._places.append(self._write(items))

    def replace(self, index: int, items: list[T]) -> None:
        """Write a slice in the place of another."""
        self._places[index] = self._write(items)

    def load(self, index: int) -> list[T]:
        """Return the items of a slice, as they were written."""
        start, size, _count = self._places[index]
        self._file.seek(start)
        return self._unpack(self._file.read(size))

    @property
    def slices(self) -> int:
        """Return the number of slices."""
        return len(self._places)

    def clear(self) -> None:
        """Forget every slice."""
        self._places.clear()
        self._file.truncate(0)
        self._end = 0

    def __len__(self) -> int:
        return sum(count for _start, _size, count in self._places)

    def __iter__(self) -> Iterator[T]:
        for index in range(len(self._places)):
            yield from self.load(index)

    def __contains__(self, item: object) -> bool:
        return any(item == one for one in self)

    def _write(self, items: list[T]) -> tuple[int, int, int]:
        told = self._pack(items)
        place = (self._end, len(told), len(items))
        self._file.seek(self._end)
        self._file.write(told)
        self._end += len(told)
        return place
