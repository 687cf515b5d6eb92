"""The Hugging Face hub, through ``huggingface_hub``."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from .base import Listing, NotOpenError, NotThereError, RemoteFile, Repository
from .files import format_of
from .source import Record

# A read-only copy in parquet that the hub itself makes of datasets in other forms; here no script has to run.
_CONVERTED = "refs/convert/parquet"


@dataclass(frozen=True, slots=True)
class HuggingFace:
    """See `HubLibrary`."""

    title: str = "Hugging Face"
    variables: tuple[str, ...] = ("HF_ENDPOINT", "HF_TOKEN")

    def prepare(self) -> None:
        """Import the library."""
        import_module("huggingface_hub.errors")
        import_module("huggingface_hub.hf_api")

    def list_files(self, repository: Repository) -> Listing:
        """List the files of the revision, or of the hub's parquet copy if none of them can be read."""
        files = _siblings(repository)
        if not repository.revision and not any(format_of(file.path) for file in files):
            converted = replace(repository, revision=_CONVERTED)
            with suppress(NotThereError):
                return Listing(converted, _siblings(converted))
        return Listing(repository, files)

    def download(self, repository: Repository, files: list[RemoteFile], force: bool) -> dict[str, Path]:
        """Download into the library's cache, checked against the hub by the files' tags."""
        folder = Path(_snapshot(repository, [glob.escape(file.path) for file in files], force=force))
        return {file.path: folder / file.path for file in files}

    def cached(self, repository: Repository) -> Path | None:
        """Return the cached snapshot, complete or not."""
        try:
            return Path(_snapshot(repository, ["README.md"], offline=True))
        except OSError:
            return None

    def run_script(self, repository: Repository, subset: str, split: str) -> Iterable[Record]:
        """Load through ``datasets``, which runs the dataset's script up to its version 3 and refuses to since."""
        import datasets

        found: Iterable[Record] = datasets.load_dataset(
            repository.id,
            None if subset == "default" else subset,
            split=split,
            revision=repository.revision or None,
            cache_dir=str(repository.cache_dir) if repository.cache_dir else None,
            trust_remote_code=True,
        )
        return found


def _siblings(repository: Repository) -> tuple[RemoteFile, ...]:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    try:
        info = HfApi(endpoint=repository.endpoint or None).dataset_info(
            repository.id, revision=repository.revision or None, timeout=10
        )
    except GatedRepoError as error:
        raise NotOpenError(_first_line(error)) from error
    except (RepositoryNotFoundError, RevisionNotFoundError) as error:
        raise NotThereError(_first_line(error)) from error
    return tuple(RemoteFile(file.rfilename) for file in info.siblings or ())


def _snapshot(repository: Repository, patterns: list[str], force: bool = False, offline: bool = False) -> str:
    from huggingface_hub import snapshot_download

    folder: str = snapshot_download(
        repository.id,
        repo_type="dataset",
        revision=repository.revision or None,
        allow_patterns=patterns,
        cache_dir=repository.cache_dir,
        endpoint=repository.endpoint or None,
        force_download=force,
        local_files_only=offline,
    )
    return folder


def _first_line(error: Exception) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
