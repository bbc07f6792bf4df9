"""Which steps of the normaliser are on: all of them, but for an ablation that shows what each one gains."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Steps:
    """A step that is off takes the simplest way past.

    mnist_form: a picture that has MNIST's form passes unchanged; off, it goes through all steps.
    polarity: ink may be light on dark; off, ink is taken to be dark.
    light: the paper is followed across the picture; off, it has one shade.
    enlarging: a picture smaller than a stamp is looked at enlarged; off, pixel by pixel.
    noise: a noisy picture is smoothed, and ink has to stand above its noise; off, any contrast is ink.
    cards: a sheet on a table, a sticker or a frame is looked into; off, it is ink.
    stripes: parallel lines at one distance, as print on small pictures has them, are taken away; off, they stay.
    rules: lines from rim to rim are left out; off, they are strokes.
    print: lines much thinner than the strokes, on paper that is full of them, are left out; off, they are strokes.
    neighbours: small strokes that reach in from the side are left out; off, they may join the digit.
    grouping: strokes far from the digit are left out; off, all ink is the digit.
    stroke_width: hairlines are widened and marker strokes thinned; off, shrinking decides.
    centring: the centre of mass comes to the middle; off, the middle of the box.
    """

    mnist_form: bool = True
    polarity: bool = True
    light: bool = True
    enlarging: bool = True
    noise: bool = True
    cards: bool = True
    stripes: bool = True
    print: bool = True
    rules: bool = True
    neighbours: bool = True
    grouping: bool = True
    stroke_width: bool = True
    centring: bool = True


ALL_STEPS = Steps()
