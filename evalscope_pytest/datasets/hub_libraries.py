"""The two hubs: Hugging Face through ``huggingface_hub``, ModelScope through ``modelscope_hub``.

``modelscope_hub`` is the part of ``modelscope`` that talks to the hub. It is used directly because importing
``modelscope.hub`` costs 3.6 s of CPU and 236 MB, ``modelscope_hub`` 0.2 s.
"""

from __future__ import annotations

import glob
import logging
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

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
        return undecoded(found)


def undecoded(records: Any) -> Iterable[Record]:
    """Return the records of `datasets`, recordings as they are stored: to decode them takes another library."""
    import datasets

    for name, feature in (getattr(records, "features", None) or {}).items():
        if isinstance(feature, datasets.Audio):
            records = records.cast_column(name, datasets.Audio(decode=False))
    found: Iterable[Record] = records
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


# ModelScope ----------------------------------------------------------------------------------------------------------


_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class ModelScope:
    """See `HubLibrary`."""

    title: str = "ModelScope"
    variables: tuple[str, ...] = ("MODELSCOPE_ENDPOINT", "MODELSCOPE_DOMAIN", "MODELSCOPE_API_TOKEN")

    def prepare(self) -> None:
        """Import the library, and keep its account of each request out of the terminal."""
        import_module("modelscope_hub.api")

        if "MODELSCOPE_LOG_LEVEL" not in os.environ:
            logging.getLogger("modelscope_hub").setLevel(logging.ERROR)

    def list_files(self, repository: Repository) -> Listing:
        """List the files of the revision."""
        from modelscope_hub.errors import AuthenticationError, NotExistError, PermissionDeniedError

        try:
            listed = _api(repository).list_repo_files(repository.id, "dataset", revision=repository.revision or None)
        except NotExistError as error:
            raise NotThereError(str(error)) from error
        except (AuthenticationError, PermissionDeniedError) as error:
            raise NotOpenError(str(error)) from error
        files = (RemoteFile(f.path, f.size, f.sha256 or "") for f in listed if f.type != "tree")
        return Listing(repository, tuple(files))

    def download(self, repository: Repository, files: list[RemoteFile], force: bool) -> dict[str, Path]:
        """Download into the library's cache, checked by size and hash as the hub lists them."""
        self.prepare()
        api = _api(repository)

        def one(file: RemoteFile) -> Path:
            return Path(
                api.download_file(
                    repository.id,
                    "dataset",
                    file.path,
                    revision=repository.revision or None,
                    cache_dir=repository.cache_dir,
                    expected_sha256=file.sha256 or None,
                    file_size=file.size,
                    force=force,
                )
            )

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return dict(zip((file.path for file in files), pool.map(one, files), strict=True))

    def cached(self, repository: Repository) -> Path | None:
        """Return the cached snapshot, complete or not."""
        from modelscope_hub.errors import HubError

        self.prepare()
        try:
            return Path(
                _api(repository, online=False).download_repo(
                    repository.id,
                    "dataset",
                    revision=repository.revision or None,
                    cache_dir=repository.cache_dir,
                    local_files_only=True,
                )
            )
        except HubError:
            return None

    def run_script(self, repository: Repository, subset: str, split: str) -> Iterable[Record]:
        """Load through ``modelscope``, which may run the dataset's script."""
        from modelscope.msdatasets import MsDataset

        places = {"cache_dir": str(repository.cache_dir)} if repository.cache_dir else {}
        found = MsDataset.load(
            repository.id,
            subset_name=subset,
            split=split,
            version=repository.revision or "master",
            trust_remote_code=True,
            **places,
        )
        return undecoded(found.to_hf_dataset() if hasattr(found, "to_hf_dataset") else found)


def _api(repository: Repository, online: bool = True) -> Any:
    from modelscope_hub.api import HubApi

    if repository.endpoint or not online:
        return HubApi(endpoint=repository.endpoint or None)
    return HubApi(endpoint=HubApi().resolve_endpoint_for_read(repository.id, repo_type="dataset"))
