"""The sources of a run by path, decoded when they are asked for: most files that are scanned are never shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from promptlint.source import Source, decode


class Sources(Mapping[str, Source]):
    """Sources from bytes that are known to decode, and some that are decoded already."""

    def __init__(self, data: Mapping[str, bytes], ready: Mapping[str, Source]) -> None:
        self._data = data
        self._ready = dict(ready)

    def __getitem__(self, path: str) -> Source:
        if path not in self._ready:
            self._ready[path] = decode(self._data[path], path)
        return self._ready[path]

    def __contains__(self, path: object) -> bool:
        return path in self._ready or path in self._data

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._data), **dict.fromkeys(self._ready)})

    def __len__(self) -> int:
        return len(self._data.keys() | self._ready.keys())

    def changed(self, changes: Mapping[str, Source | None]) -> Sources:
        """These sources with some replaced, None: taken away."""
        data = {path: content for path, content in self._data.items() if path not in changes}
        ready = {path: source for path, source in {**self._ready, **changes}.items() if source}
        return Sources(data, ready)
