"""`python -m train` in little: with few of the pictures that calibrate and judge, which take most of its time.

With so few, where `ok` begins is a matter of luck, and one picture is a large share: the margins are wide.
"""

from train import gathering, judgement, sets
from train.cli import main as train


def main() -> None:
    """The entry point."""
    gathering.GARBAGE = 100
    sets._MOST.update(tune=10, report=10)
    judgement.WORSE_RIGHT = judgement.WORSE_MISLED = 0.05
    judgement.WORSE_SERVED = judgement.WORSE_NO_DIGIT = 1.0
    train()
