"""When a validation curve has turned, said epoch by epoch from what was known then.

Four signs, each only while training itself goes on improving, and all but one larger than the noise,
sigma = 1.4826 MAD(diff) / sqrt(2) of the last 30 differences (robust scale: Rousseeuw & Croux, J. Am. Stat. Assoc. 88, 1993):

* rose: all of the last values lie 5 % of the best (and of what was gained since the start) above it; persistence follows the
  UP criterion of Prechelt (Neural Networks: Tricks of the Trade, 1998), longer for longer runs;
* climbs: six rises in a row (a twentieth of a long run), which noise makes once in 720 times, to 5 % above the best;
* drifted: a smoothed curve, or the medians of ever larger blocks (`_blocks.py`), rose by as much, by more or for longer than
  they ever did before they recovered;
* creeps: they rose by 1 % only, but far above the noise, and at the present slope it will be 7 % at the planned end.

How long a run will be decides how much proof there is time for. Where the log does not say, it is judged like a long one while
it goes on, and once it has ended its length is known. Nothing depends on the scale of the loss, on how epochs are numbered, or
on what comes later.
"""

from __future__ import annotations

import math

from tailwatch.core.typed import Final
from tailwatch.diagnoses._blocks import ENOUGH, SMALLEST, Blocks, Scales
from tailwatch.diagnoses._noise import middle, spread
from tailwatch.diagnoses._smooth import Smooth

_RISE: Final = 0.05
_CREEP: Final = 0.01
_PROJECTED: Final = 0.07
_TRAIN_GAIN: Final = 0.01
_RISES: Final = 6
_RISES_SHARE: Final = 0.05
_EARLY: Final = 10  # until here two values above the best are enough in a short run, three in a long one
_SHORT: Final = 12
_ROSE_SIGMAS: Final = 4.0
_ROSE_SIGMAS_SHORT: Final = 2.0
_DRIFT_SIGMAS: Final = 1.5
_CREEP_SIGMAS: Final = 6.0
_STILL_UP: Final = 0.4  # of the highest rise: a curve on its way back has not turned for good
_STILL_UP_SMOOTH: Final = 0.5
_RECOVERED: Final = 0.25
_STILL_HIGH: Final = 0.6  # of the highest value
_HEIGHT_SIGMAS: Final = 2.0
_LATELY: Final = 20
_JUMP_SIGMAS: Final = 3.0
_STEADY: Final = 0.7
_GROWTH: Final = 2.25  # how long a run of unknown length is taken to become, in terms of its present length
_LASTING_SHARE: Final = 0.03  # of the planned length; of an unknown one, a twentieth of the present one
_LASTING_SHARE_SO_FAR: Final = 0.05
_BLOCKS_LASTING: Final = 3
_BLOCKS_SIGMAS: Final = 3.0
_BLOCKS_CREEP_SIGMAS: Final = 4.0
_BLOCKS_SUFFICE: Final = 2 * SMALLEST * ENOUGH  # from here on blocks tell more than the smoothed curve


class Turn:
    """Follows one validation curve (lower is better) and its training curve.

    Attributes:
        turned: whether the curve has turned and not recovered since.
        best, best_at: the best value so far and its index.
        threshold: by how much the curve had to exceed its best when it turned.
    """

    def __init__(self, *, strictness: float = 1.0, caution: float = 1.0) -> None:
        """Begin; `strictness` multiplies all margins, `caution` all that is asked beyond the noise, for noisier metrics."""
        self.values: list[float] = []
        self.trains: list[float] = []
        self.turned = False
        self.best, self.best_at = math.inf, -1
        self.threshold = math.inf
        self._strictness, self._caution = strictness, caution
        self._level, self._level_at = math.inf, -1
        self._start = -math.inf
        self._highest = 0.0
        self._rises = 0
        self._train_low, self._train_high = math.inf, -math.inf
        self._smooth = Smooth()
        self._scales = Scales()
        self._complete: list[Blocks] = []
        self._streak = self._longest_streak = 0

    def add(self, value: float, train: float | None, planned: float | None) -> bool:
        """Take the next epoch's values; `planned` is how many epochs there will be. Returns whether the curve has turned."""
        self._rises = self._rises + 1 if self.values and value > self.values[-1] else 0
        self.values.append(value)
        self.trains.append(math.nan if train is None else train)
        if train is not None:
            self._train_low = min(self._train_low, train)
            self._train_high = max(self._train_high, train)
        i = len(self.values) - 1
        if i < 3:
            self._start = max(self._start, value)
        if value < self.best:
            self.best, self.best_at, self._highest = value, i, 0.0
        elif value - self.best > self._highest:
            self._highest = value - self.best
        median = middle(self.values[-3:]) if i >= 2 else self.values[0]
        if i >= 2 and median < self._level:  # the best of the centred median of three, which one lucky epoch cannot set
            self._level, self._level_at = median, i - 1
        self._smooth.add(median, planned or _GROWTH * (i + 1))
        self._complete = self._scales.add(self.values)
        self.turned = not self._recovered() if self.turned else self._turns(planned)
        return self.turned

    def finish(self) -> bool:
        """The run is over, and what it did is all that it was to do: its length is known now. Returns `turned`."""
        if not self.turned and self.values:
            self.turned = self._turns(len(self.values))
        return self.turned

    def _turns(self, planned: float | None) -> bool:
        i = len(self.values) - 1
        length = planned or _GROWTH * (i + 1)
        drifted = i < _BLOCKS_SUFFICE and self._drifted(i, length, known=planned is not None)
        return (
            self._rose(i, planned, drifted=drifted)
            or self._climbs(i, length)
            or drifted
            or any(self._blocks_rose(b, i, length) for b in self._complete)
        )

    def stop(self) -> bool:
        """Training was stopped early, itself a sign: the last two values clearly above the best are enough. Returns `turned`."""
        i = len(self.values) - 1
        if not self.turned and 0 <= self.best_at <= i - 2 and self._train_improves(i, self.best_at):
            noise = spread(self.values[self.best_at :])  # the fall before it tells nothing of what came after
            usual = max(self._caution * _ROSE_SIGMAS_SHORT * noise, self._margin(self.best, _RISE))
            # a rise that is small beside the fall, but steady and far above the noise: no more of it will come
            clear = max(self._caution * _ROSE_SIGMAS * noise, self._strictness * _RISE * abs(self.best))
            self.threshold = min(usual, clear) if _order(self.values[self.best_at :]) > _STEADY else usual
            self.turned = min(self.values[-2:]) - self.best > self.threshold
        return self.turned

    def _rose(self, i: int, planned: float | None, *, drifted: bool) -> bool:
        """Whether the last values lie above the best; where it `drifted`, the limit counts though they do not."""
        best, best_at = (self.best, self.best_at) if i < _SHORT else (self._level, self._level_at)
        if not drifted and self.values[i] - best <= self._margin(best, _RISE):  # whatever the noise is
            if planned is None:
                self._lasts(i, above=False)
            return False
        long = planned is None or planned > _SHORT  # a long run's first epochs prove little
        lasting = 2 + long
        if i >= _EARLY:
            lasting = math.ceil(_LASTING_SHARE_SO_FAR * (i + 1) if planned is None else _LASTING_SHARE * planned)
            lasting = min(30, max(3, lasting))
        elif best_at < 2:
            lasting += 1  # a curve that has hardly fallen yet is warming up
        limit = self._limit(_ROSE_SIGMAS if long or i >= _SHORT else _ROSE_SIGMAS_SHORT, best, _RISE)
        above = self.values[i] - best > limit
        if planned is None and not self._lasts(i, above=above):
            return False
        if not (above or drifted) or i - best_at < lasting or not self._train_improves(i, best_at):
            return False
        if i < _SHORT and self.values[i] - self.best < _STILL_UP * self._highest:
            return False
        self.threshold = limit
        return min(self.values[i - lasting + 1 :]) - best > limit

    def _lasts(self, i: int, *, above: bool) -> bool:
        """Whether the values lie above the limit for longer than they ever did before they came back."""
        if above:
            self._streak += 1
            return i < _SHORT or self._streak > self._longest_streak
        self._longest_streak, self._streak = max(self._longest_streak, self._streak), 0
        return False

    def _climbs(self, i: int, length: float) -> bool:
        """Whether it has risen steadily, which the noise of a curve does not, however large its differences were before."""
        if self._rises < max(_RISES, math.ceil(_RISES_SHARE * length)) or not self._train_improves(i, self.best_at):
            return False
        self.threshold = self._margin(self.best, _RISE)
        return self.values[i] - self.best > self.threshold

    def _drifted(self, i: int, length: float, *, known: bool) -> bool:
        """Whether the smoothed curve rose, or creeps up, as it never did before it recovered."""
        smooth = self._smooth
        lasting = min(20, max(3, math.ceil(0.02 * length))) if known else max(5, math.ceil(0.1 * (i + 1)))
        if i < _SHORT or i - smooth.best_at < lasting:
            return False
        risen = smooth.values[i] - smooth.best > self._margin(smooth.best, _CREEP)  # else whatever the noise is
        if not risen or not self._train_improves(i, smooth.best_at):
            return False
        if self._comes_down() or not self._train_improves(i, self.best_at):  # the smoothed best is late when all leap up
            return False
        rise = min(smooth.values[i - lasting + 1 :]) - smooth.best
        if not smooth.is_unusual(rise, i - smooth.best_at, plan_known=known):
            return False
        self.threshold = self._limit(_DRIFT_SIGMAS, smooth.best, _RISE)
        if rise > self.threshold:
            return smooth.values[i] - smooth.best >= _STILL_UP_SMOOTH * smooth.excursion
        self.threshold = self._limit(_CREEP_SIGMAS, smooth.best, _CREEP)
        slope = min(
            (smooth.values[i] - smooth.best) / (i - smooth.best_at), (smooth.values[i] - smooth.values[i - lasting]) / lasting
        )
        return rise > self.threshold and rise + slope * (length - 1 - i) > self._margin(smooth.best, _PROJECTED)

    def _blocks_rose(self, blocks: Blocks, i: int, length: float) -> bool:
        """Whether the medians of three blocks in a row rose, or creep up, as those of this size never did before."""
        medians, size = blocks.medians, blocks.size
        wait = len(medians) - 1 - blocks.best_at
        rise, now = min(medians[-_BLOCKS_LASTING:]) - blocks.best, medians[-1] - blocks.best
        if wait < _BLOCKS_LASTING or rise <= self._margin(blocks.best, _CREEP):
            return False
        if now < _STILL_UP_SMOOTH * blocks.highest or not blocks.is_unusual(rise):
            return False
        if not self._train_improves(i, blocks.best_at * size + size // 2):
            return False
        noise = self._caution * spread(medians)
        self.threshold = max(_BLOCKS_SIGMAS * noise, self._margin(blocks.best, _RISE))
        if rise > self.threshold:
            return True
        self.threshold = max(_BLOCKS_CREEP_SIGMAS * noise, self._margin(blocks.best, _CREEP))
        slope = min(now / wait, (medians[-1] - medians[-1 - _BLOCKS_LASTING]) / _BLOCKS_LASTING) / size
        return rise > self.threshold and rise + slope * (length - 1 - i) > self._margin(blocks.best, _PROJECTED)

    def _limit(self, sigmas: float, best: float, share: float) -> float:
        return max(self._caution * sigmas * spread(self.values), self._margin(best, share))

    def _margin(self, best: float, share: float) -> float:
        return self._strictness * share * max(abs(best), self._start - best)

    def _train_improves(self, i: int, best_at: int) -> bool:
        """Whether training went on: its median of three lies 1 % (of its value or its range) below that at the best."""
        now = _median_around(self.trains, i)
        then = _median_around(self.trains, best_at)
        if math.isnan(now) or math.isnan(then):
            return all(math.isnan(t) for t in self.trains[-3:])
        gain = then - now
        if i >= _SHORT and gain < max(spread(self.trains), self._jump(best_at, then)):
            return False
        return gain > 0 and gain >= _TRAIN_GAIN * min(abs(then), self._train_high - self._train_low)

    def _jump(self, best_at: int, then: float) -> float:
        """By how much training itself jumped right after validation's best, beyond noise: both leapt at a warm restart.

        Until training has gained as much again as it lost then, validation is only as far as training on its way back.
        """
        after = [t for t in self.trains[best_at + 1 : best_at + 4] if not math.isnan(t)]
        jump = middle(after) - then if after else 0.0
        return jump if jump > _JUMP_SIGMAS * spread(self.trains) else 0.0

    def _comes_down(self) -> bool:
        """Whether the values fall steadily and are well below their height since the best, as after a warm restart.

        The smoothed curve is late to see it. The height is that of a single value, which noise has raised.
        """
        now = middle(self.values[-3:]) - self.best
        if now + _HEIGHT_SIGMAS * spread(self.values) >= _STILL_HIGH * self._highest:
            return False
        since = self.values[self.best_at :]
        down = since[since.index(max(since)) :]
        return _order(down[-_LATELY:]) < -_STEADY

    def _recovered(self) -> bool:
        """Whether the smoothed curve is (nearly) back at its best; a single lucky epoch is no recovery."""
        smooth = self._smooth
        return smooth.values[-1] - smooth.best < _RECOVERED * self.threshold


def _order(values: list[float]) -> float:
    """Kendall's tau of a curve with time: 1 where it only rises, 0 where it goes nowhere (Mann, Econometrica 13, 1945)."""
    signs = [(later > value) - (later < value) for i, value in enumerate(values) for later in values[i + 1 :]]
    return sum(signs) / len(signs) if signs else 0.0


def _median_around(column: list[float], i: int) -> float:
    near = [v for v in column[max(0, i - 1) : i + 2] if not math.isnan(v)]
    return middle(near) if near else math.nan
