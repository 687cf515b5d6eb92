"""A judge's service: its errors name the judge's settings, not those of the model under evaluation."""

from __future__ import annotations

from ..core.errors import ModelError
from ..core.values import ModelOutput
from ..models.factory import create
from ..models.spec import Model, ModelSpec
from ..wire.request import Request

_SPELLING = {name: f"the judge's {name}" for name in ("api_key", "api_url", "model_args")} | {
    "model": "the judge's model_id",
    "timeout": "the judge's generation_config.timeout",
    "eval_batch_size": "judge_worker_num",
}


class JudgeService:
    """A model that judges."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.name = model.name
        self.fingerprint = model.fingerprint

    @classmethod
    def of(cls, spec: ModelSpec) -> JudgeService:
        """Make the model."""
        return cls(create(spec))

    async def generate(self, request: Request) -> ModelOutput:
        """Answer one request, once.

        Raises:
            ModelError: As the model does.
        """
        try:
            return await self._model.generate(request)
        except ModelError as error:
            error.spelling = _SPELLING
            raise

    async def close(self) -> None:
        """Free connections and memory."""
        await self._model.close()
