"""How long a step of training took, and how much of it went into its pictures."""

from dataclasses import dataclass

from bench.results import Figure


@dataclass(frozen=True)
class StepTimes:
    """Seconds of one step, and of gathering and distorting its batch by themselves, a value a round."""

    whole: tuple[float, ...]
    gathering: tuple[float, ...]
    distorting: tuple[float, ...]

    def figures(self, steps: int) -> list[Figure]:
        """Of an epoch of so many steps, of one, and the share of its pictures."""
        rounds = zip(self.whole, self.gathering, self.distorting, strict=True)
        shares = tuple(100 * (gathering + distorting) / whole for whole, gathering, distorting in rounds)
        return [
            Figure(f"an epoch of {steps} steps", "s", tuple(steps * one for one in self.whole)),
            Figure("whole step", "ms", tuple(1000 * one for one in self.whole)),
            Figure("gathering a batch", "ms", tuple(1000 * one for one in self.gathering)),
            Figure("distorting a batch", "ms", tuple(1000 * one for one in self.distorting)),
            Figure("share of gathering and distorting", "%", shares),
        ]
