"""Masks in training: through augmentation as labels, then channels; as at inference where nothing is random."""

from dataclasses import replace

import numpy as np
import torch

from hyoid.augment import Flip, Rotate, draw_all
from hyoid.inference.mask_channels import with_mask_channels
from hyoid.training.batch import Loading, TrainingBatch, to_device
from hyoid.training.mask_batch import MaskLoading, draw_crops

CPU = torch.device("cpu")
SHAPE, SIZE = (10, 9, 8), (6, 5, 4)


def label_map(seed: int) -> np.ndarray:
    found = np.zeros(SHAPE, np.uint8)
    z, y, x = np.random.default_rng(seed).integers(0, 6, 3)
    found[z : z + 2, y : y + 3, x] = 1
    found[z + 1, y, x : x + 2] = 2
    return found


def samples(count: int = 3) -> TrainingBatch:
    rng = np.random.default_rng(0)
    return TrainingBatch(
        images=rng.normal(size=(count, 2, *SHAPE)).astype(np.float32),
        present=np.ones((count, 2), bool),
        augmentation=[],
        masks=(np.stack([label_map(k) for k in range(count)]), np.arange(count) != 1),
        labels={"rfs": (np.ones((count, 2), np.float32), np.ones(count, bool))},
        crops=np.arange(count),
    )


def loading(masks: MaskLoading, *augment: Flip | Rotate) -> Loading:
    return Loading(("ct", "pet"), (-1.0, 0.0), augment, False, None, masks)


def test_a_sample_is_what_a_new_patient_would_be_where_nothing_is_random() -> None:
    drawn = samples()
    for size in (None, SIZE):
        batch, targets = to_device(drawn, loading(MaskLoading(size)), CPU)
        assert set(targets) == {"rfs"}
        for k in (0, 2):
            values, flags = with_mask_channels((drawn.images[k], drawn.present[k]), drawn.masks[0][k], size)
            np.testing.assert_array_equal(batch.images[k], values)
            np.testing.assert_array_equal(batch.present[k], flags)
        assert batch.present[1].tolist() == [1, 1, 0, 0]  # no label map: both flags say so


def test_masks_stay_0_and_1_and_where_the_lesion_is_through_augmentation() -> None:
    drawn = samples()
    bright = np.where(drawn.masks[0] == 1, 1.0, 0.0).astype(np.float32)
    drawn = replace(drawn, images=np.stack([bright, bright], axis=1))
    parts = (Flip(probability=1.0, axes=("z", "x")), Rotate(degrees=15, probability=1.0))
    drawn = replace(drawn, augmentation=draw_all(parts, np.random.default_rng(1), 3))
    batch, _ = to_device(drawn, loading(MaskLoading(), *parts), CPU)
    image, mask = batch.images[:, 0], batch.images[:, 2]
    assert set(mask.unique().tolist()) == {0.0, 1.0}
    assert (mask != torch.from_numpy(bright)).any()
    assert float(image[mask == 1].mean()) > 0.5 > 3 * float(image[mask == 0].mean())


def test_the_block_follows_the_augmented_lesion() -> None:
    drawn = samples(1)
    parts = (Flip(probability=1.0, axes=("z", "y", "x")),)
    drawn = replace(drawn, augmentation=draw_all(parts, np.random.default_rng(1), 1))
    batch, _ = to_device(drawn, loading(MaskLoading(SIZE), *parts), CPU)
    turned = drawn.images[0][:, ::-1, ::-1, ::-1], drawn.present[0]
    values, _ = with_mask_channels(turned, np.ascontiguousarray(drawn.masks[0][0][::-1, ::-1, ::-1]), SIZE)
    np.testing.assert_array_equal(batch.images[0], values)


def test_a_random_block_is_drawn_by_its_seed() -> None:
    drawn = samples()
    blocks = [to_device(drawn, loading(MaskLoading(SIZE, random_crop=1.0)), CPU)[0].images for _ in range(2)]
    torch.testing.assert_close(*blocks, rtol=0, atol=0)
    other = replace(drawn, crops=np.arange(3) + 100)
    moved = to_device(other, loading(MaskLoading(SIZE, random_crop=1.0)), CPU)[0].images
    assert moved.shape == (3, 4, *SIZE)
    assert not torch.equal(moved, blocks[0])


def test_seeds_are_drawn_only_for_blocks() -> None:
    rng, untouched = np.random.default_rng(3), np.random.default_rng(3)
    assert draw_crops(MaskLoading(), rng, 4) is None
    assert rng.random() == untouched.random()
    drawn = draw_crops(MaskLoading(SIZE), rng, 4)
    assert len(set(drawn.tolist())) == 4


def test_taking_images_away_leaves_the_mask() -> None:
    drawn = replace(samples(), removed=np.array([[True, False], [False, True], [False, False]]))
    batch, _ = to_device(drawn, loading(MaskLoading()), CPU)
    assert batch.present.tolist() == [[0, 1, 1, 1], [1, 0, 0, 0], [1, 1, 1, 1]]
    assert batch.images[0, 0].unique().tolist() == [-1.0]
    np.testing.assert_array_equal(batch.images[0, 2], drawn.masks[0][0] == 1)
