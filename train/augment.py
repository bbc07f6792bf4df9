"""Distorts whole batches of digits inside the TensorFlow graph, so that training sees how people write.

Every function takes and gives float32 (n, 28, 28) in 0..1, ink 1 on 0. Randomness is stateless: the
same seed gives the same batch, which makes an interrupted run go on exactly where it stopped.
"""

import math
from typing import Any

import tensorflow as tf

SIDE = 28

# One block holds every strength. Probabilities are per picture.
CLEAN = 0.25  # share of nearly clean pictures, so that MNIST itself stays well known
WORN_CLEAN = 0.6  # the same, of pictures that look like people's already
CLEAN_STRENGTH = 0.15
ROTATION_DEGREES = 15.0
SHEAR = 0.25
ASPECT = 0.2  # width against height, up to this much either way
SCALE = 0.13
SHIFT_PIXELS = 1.8
ELASTIC_PIXELS = 1.3  # standard deviation of the displacement grid, at most
ELASTIC_NODES = 6
THICKER, THINNER = 0.3, 0.35
BLURRED, BROKEN, SPECKLED, NOISY, HARD = 0.3, 0.12, 0.08, 0.15, 0.25
NEIGHBOUR, RULED = 0.04, 0.03

Tensor = Any  # TensorFlow ships no types


class Draws:
    """Stateless random numbers: each call in a traced function gets its own sub-seed."""

    def __init__(self, seed: Tensor, count: Tensor) -> None:
        self._seed = seed
        self._count = count
        self._calls = 0

    def uniform(self, low: float, high: float, *shape: int) -> Tensor:
        """Float32 (n, *shape), evenly from low to high."""
        return tf.random.stateless_uniform((self._count, *shape), self._next(), low, high)

    def normal(self, *shape: int) -> Tensor:
        """Float32 (n, *shape), standard normal."""
        return tf.random.stateless_normal((self._count, *shape), self._next())

    def chosen(self, share: float | Tensor) -> Tensor:
        """Float32 (n, 1, 1), 1 for about this share of the pictures, else 0; a share for all, or (n, 1, 1)."""
        return tf.cast(self.uniform(0.0, 1.0, 1, 1) < share, tf.float32)

    def _next(self) -> Tensor:
        self._calls += 1
        return tf.random.experimental.stateless_fold_in(self._seed, self._calls)


def augment(pictures: Tensor, seed: Tensor, worn: Tensor | None = None) -> Tensor:
    """A distorted copy of each picture; `seed` is int32 (2,). worn: bool (n,), pictures that look like people's."""
    draws = Draws(seed, tf.shape(pictures)[0])
    worn = tf.zeros(tf.shape(pictures)[:1], tf.bool) if worn is None else worn
    clean = draws.chosen(tf.where(worn, WORN_CLEAN, CLEAN)[:, None, None])
    strength = clean * CLEAN_STRENGTH + (1 - clean) * draws.uniform(0.4, 1.0, 1, 1)
    rough = 1 - clean
    pictures = _warp(pictures, draws, strength)
    pictures = _stroke_width(pictures, draws, rough)
    pictures = _breaks(pictures, draws, rough)
    pictures = _blur(pictures, draws, rough)
    pictures = _surroundings(pictures, draws, rough)
    pictures = _ink(pictures, draws, strength)
    return tf.clip_by_value(pictures, 0.0, 1.0)


def _warp(pictures: Tensor, draws: Draws, strength: Tensor) -> Tensor:
    """Affine and elastic displacement in one bilinear gather (Simard et al., 2003, on a coarse grid)."""
    angle = draws.uniform(-1, 1, 1, 1) * math.radians(ROTATION_DEGREES) * strength
    shear = draws.uniform(-1, 1, 1, 1) * SHEAR * strength
    aspect = tf.exp(draws.uniform(-1, 1, 1, 1) * ASPECT / 2 * strength)
    scale = tf.exp(draws.uniform(-1, 1, 1, 1) * SCALE * strength)
    shift = draws.uniform(-1, 1, 2, 1, 1) * SHIFT_PIXELS * strength[:, None]
    nodes = draws.normal(ELASTIC_NODES, ELASTIC_NODES, 2)
    bend = tf.image.resize(nodes, (SIDE, SIDE), "bicubic")
    bend *= (draws.uniform(0, 1, 1, 1) * ELASTIC_PIXELS * strength)[..., None]
    middle = (SIDE - 1) / 2
    axis = tf.range(SIDE, dtype=tf.float32) - middle
    y, x = axis[None, :, None], axis[None, None, :]
    x = x + shear * y
    xs = (tf.cos(angle) * x - tf.sin(angle) * y) * aspect / scale + shift[:, 0] + bend[..., 0] + middle
    ys = (tf.sin(angle) * x + tf.cos(angle) * y) / aspect / scale + shift[:, 1] + bend[..., 1] + middle
    return _sampled(pictures, ys, xs)


def _sampled(pictures: Tensor, ys: Tensor, xs: Tensor) -> Tensor:
    """The pictures at fractional places, bilinear, background outside."""
    padded = tf.pad(pictures, [[0, 0], [1, 1], [1, 1]])
    side = SIDE + 2
    ys, xs = (tf.clip_by_value(at + 1, 0.0, side - 1.001) for at in (ys, xs))
    top, left = tf.floor(ys), tf.floor(xs)
    down, right = ys - top, xs - left
    picture = tf.range(tf.shape(pictures)[0])[:, None, None] * side * side
    place = picture + tf.cast(top, tf.int32) * side + tf.cast(left, tf.int32)
    flat = tf.reshape(padded, [-1])
    upper = tf.gather(flat, place) * (1 - right) + tf.gather(flat, place + 1) * right
    lower = tf.gather(flat, place + side) * (1 - right) + tf.gather(flat, place + side + 1) * right
    return upper * (1 - down) + lower * down


def _stroke_width(pictures: Tensor, draws: Draws, rough: Tensor) -> Tensor:
    """From a fineliner to a marker: grey dilation or erosion, blended by a random share."""
    choice = draws.uniform(0, 1, 1, 1)
    thicker = tf.cast(choice < THICKER, tf.float32) * rough * draws.uniform(0, 1.6, 1, 1)
    thinner = tf.cast(choice > 1 - THINNER, tf.float32) * rough * draws.uniform(0, 0.85, 1, 1)
    for share in (tf.minimum(thicker, 1.0), tf.maximum(thicker - 1.0, 0.0)):
        pictures += share * (_dilated(pictures) - pictures)
    pictures += thinner * (-_dilated(-pictures) - pictures)
    # Erosion pales thin strokes; the normaliser gives every picture full ink again, so does this.
    peak = tf.reduce_max(pictures, axis=(1, 2), keepdims=True)
    return pictures / tf.maximum(peak, 0.2)


def _dilated(pictures: Tensor) -> Tensor:
    return tf.nn.max_pool2d(pictures[..., None], 3, 1, "SAME")[..., 0]


def _breaks(pictures: Tensor, draws: Draws, rough: Tensor) -> Tensor:
    """Gaps in strokes, as scans and poor pens leave them."""
    return pictures * (1 - draws.chosen(BROKEN) * rough * _spots(draws, count=4, low=0.7, high=1.5))


def _spots(draws: Draws, count: int, low: float, high: float) -> Tensor:
    """Soft round spots of 1 on 0, their radius in pixels from low to high."""
    axis = tf.range(SIDE, dtype=tf.float32)
    radius = draws.uniform(low, high, count, 1)
    down = tf.exp(-(((axis - draws.uniform(2, SIDE - 2, count, 1)) / radius) ** 2))
    across = tf.exp(-(((axis - draws.uniform(2, SIDE - 2, count, 1)) / radius) ** 2))
    return tf.minimum(tf.einsum("nky,nkx->nyx", down, across), 1.0)


def _blur(pictures: Tensor, draws: Draws, rough: Tensor) -> Tensor:
    """Out of focus, or enlarged from few pixels."""
    for share in (BLURRED, BLURRED / 2):
        blurred = tf.nn.avg_pool2d(pictures[..., None], 3, 1, "SAME")[..., 0]
        pictures += draws.chosen(share) * rough * draws.uniform(0, 0.8, 1, 1) * (blurred - pictures)
    return pictures


def _surroundings(pictures: Tensor, draws: Draws, rough: Tensor) -> Tensor:
    """What cropping leaves: specks, the edge of a neighbouring digit, a ruled line."""
    specks = draws.chosen(SPECKLED) * rough * _spots(draws, count=2, low=0.4, high=1.0)
    neighbours = tf.roll(pictures, 1, axis=0)
    cut = 19
    left = tf.pad(neighbours[:, :, cut:], [[0, 0], [0, 0], [0, cut]])
    right = tf.pad(neighbours[:, :, :-cut], [[0, 0], [0, 0], [cut, 0]])
    rows = tf.range(SIDE, dtype=tf.float32)[None, :, None]
    at = tf.where(draws.uniform(-1, 1, 1, 1) < 0, draws.uniform(0, 3, 1, 1), draws.uniform(24, 27, 1, 1))
    rule = tf.exp(-(((rows - at) / 0.7) ** 2)) * tf.ones((1, 1, SIDE))
    for chosen, extra in (
        (1.0, specks),
        (draws.chosen(NEIGHBOUR) * rough, left),
        (draws.chosen(NEIGHBOUR) * rough, right),
        (draws.chosen(RULED) * rough * draws.uniform(0.3, 1, 1, 1), rule),
    ):
        pictures = tf.maximum(pictures, chosen * extra)
    return pictures


def _ink(pictures: Tensor, draws: Draws, strength: Tensor) -> Tensor:
    """Hard edges as drawing programs make them, paler or darker ink, and noise."""
    steepness = 1 + draws.chosen(HARD) * strength * draws.uniform(0, 4, 1, 1)
    pictures = tf.clip_by_value((pictures - 0.5) * steepness + 0.5, 0.0, 1.0)
    gamma = tf.exp(draws.uniform(-0.6, 0.6, 1, 1) * strength)
    pictures = tf.maximum(pictures, 1e-6) ** gamma * (1 - draws.uniform(0, 0.3, 1, 1) * strength)
    noise = draws.normal(SIDE, SIDE) * draws.uniform(0, 0.08, 1, 1) * draws.chosen(NOISY)
    return pictures + noise * strength
