"""Runs whose losses do not measure progress: adversarial pairs and reinforcement learning.

A generator's loss rises when its discriminator gets better, a policy's loss is a surrogate whose value means nothing (Spinning
Up in Deep RL, "Intro to Policy Optimization": "loss means nothing"); curves of such losses are shown and not judged.
"""

from __future__ import annotations

from functools import lru_cache

from tailwatch.core.lazily import IGNORECASE, lazy
from tailwatch.core.typed import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_EDGE: Final = r"(?:^|[^a-z])"
_END: Final = r"(?:[^a-z]|$)"
_GENERATOR: Final = lazy(_EDGE + r"(?:gen|g|generator|errg|adv|adversarial)" + _END, IGNORECASE)
_DISCRIMINATOR: Final = lazy(_EDGE + r"(?:disc|d|discriminator|errd|critic|adv|adversarial)" + _END, IGNORECASE)
_EPISODES: Final = lazy(
    r"ep_(?:rew|len)|episode[ _-]?(?:reward|return|len)|(?:mean|avg|average|total|cumulative)[ _-]?(?:reward|return)|rollout/"
    r"|(?:^|[^a-z])reward(?:[ _-]?(?:std|mean))?(?:[^a-z]|$)"
    r"|policy[ _-]?(?:gradient[ _-]?)?loss|actor[ _-]?loss|value[ _-]?loss|approx_kl|explained_variance",
    IGNORECASE,
)


def is_muted(names: Iterable[str]) -> bool:
    """Whether the names hold a generator's and a discriminator's loss, or what reinforcement learning prints of its episodes."""
    return _are_muted(tuple(names))


@lru_cache(64)
def _are_muted(names: tuple[str, ...]) -> bool:
    losses = [n for n in names if "loss" in n.lower() or "err" in n.lower()]
    pair = any(_GENERATOR.search(n) for n in losses) and any(_DISCRIMINATOR.search(n) for n in losses)
    return pair or any(_EPISODES.search(n) for n in names)
