"""Independent segmentation measures: SimpleITK, MONAI, DeepMind's surface-distance, and brute force."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import SimpleITK as sitk


def simpleitk_dice(truth: np.ndarray, prediction: np.ndarray) -> float:
    measures = sitk.LabelOverlapMeasuresImageFilter()
    images = [sitk.GetImageFromArray(mask.astype(np.uint8)) for mask in (truth, prediction)]
    measures.Execute(*images)
    return float(measures.GetDiceCoefficient(1))


def organisers_aggregated_dice(cases: list[tuple[np.ndarray, np.ndarray, tuple[float, float, float]]]) -> float:
    """The arithmetic of the organisers' notebook of 2022: per-case Dice from SimpleITK, volumes, TP from both."""
    positives = volumes = 0.0
    for truth, prediction, spacing in cases:
        both = 0.0
        for mask in (truth, prediction):
            image = sitk.GetImageFromArray(mask.astype(np.uint8))
            image.SetSpacing(spacing)
            shapes = sitk.LabelShapeStatisticsImageFilter()
            shapes.Execute(image)
            both += shapes.GetPhysicalSize(1) if shapes.HasLabel(1) else 0.0
        dice = simpleitk_dice(truth, prediction) if truth.any() and prediction.any() else 0.0
        positives += dice * both / 2
        volumes += both
    return 2 * positives / volumes


def monai_hd95(truth: np.ndarray, prediction: np.ndarray, spacing_zyx: tuple[float, ...]) -> float:
    import torch
    from monai.metrics import compute_hausdorff_distance

    tensors = [torch.from_numpy(mask[None, None].astype(np.float32)) for mask in (prediction, truth)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MONAI 1.6 calls its own deprecated arguments
        value = compute_hausdorff_distance(*tensors, include_background=True, percentile=95, spacing=list(spacing_zyx))
    return float(value.item())


def monai_surface_dice(
    truth: np.ndarray, prediction: np.ndarray, spacing_zyx: tuple[float, ...], tolerance_mm: float, subvoxels: bool
) -> float:
    import torch
    from monai.metrics import compute_surface_dice

    tensors = [torch.from_numpy(mask[None, None].astype(np.float32)) for mask in (prediction, truth)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = compute_surface_dice(
            *tensors, [tolerance_mm], include_background=True, spacing=list(spacing_zyx), use_subvoxels=subvoxels
        )
    return float(value.item())


def deepmind(
    truth: np.ndarray, prediction: np.ndarray, spacing_zyx: tuple[float, ...], tolerance_mm: float
) -> tuple[float, float]:
    """HD95 and surface Dice of DeepMind's package."""
    import surface_distance

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it still calls SciPy's old namespaces
        distances = surface_distance.compute_surface_distances(truth, prediction, spacing_zyx)
        return (
            float(surface_distance.compute_robust_hausdorff(distances, 95)),
            float(surface_distance.compute_surface_dice_at_tolerance(distances, tolerance_mm)),
        )


def deepmind_surfel_areas(spacing_zyx: tuple[float, ...]) -> dict[frozenset[tuple[int, int, int]], float]:
    """Area by the set of inside corners, from DeepMind's table of 256 codes."""
    from surface_distance import lookup_tables

    areas = lookup_tables.create_table_neighbour_code_to_surface_area(spacing_zyx)
    kernel = np.asarray(lookup_tables.ENCODE_NEIGHBOURHOOD_3D_KERNEL)
    corners = list(itertools.product((0, 1), repeat=3))
    return {frozenset(c for c in corners if code & int(kernel[c])): float(areas[code]) for code in range(256)}


def flood_components(mask: np.ndarray, shared: int) -> list[set[tuple[int, ...]]]:
    """Components by flood fill; neighbours differ by at most one in each and by at most `shared` axes in all."""
    left = {tuple(int(i) for i in index) for index in np.argwhere(mask)}
    steps = [s for s in itertools.product((-1, 0, 1), repeat=3) if 0 < sum(map(abs, s)) <= shared]
    found = []
    while left:
        front = [left.pop()]
        component = set(front)
        while front:
            voxel = front.pop()
            for step in steps:
                other = tuple(a + b for a, b in zip(voxel, step, strict=True))
                if other in left:
                    left.remove(other)
                    component.add(other)
                    front.append(other)
        found.append(component)
    return found


def detection_by_sets(truth: np.ndarray, prediction: np.ndarray, shared: int, iou: float) -> tuple[int, int, int]:
    """TP, FP, FN of fused groups, by merging sets of voxels until nothing overlaps any more."""
    groups = [([component], []) for component in flood_components(truth, shared)]
    groups += [([], [component]) for component in flood_components(prediction, shared)]
    merged = True
    while merged:
        merged = False
        for one, other in itertools.combinations(groups, 2):
            fused = [set().union(*part) for part in (*one, *other)]
            if fused[0] & fused[3] or fused[1] & fused[2]:
                groups.remove(one)
                groups.remove(other)
                groups.append((one[0] + other[0], one[1] + other[1]))
                merged = True
                break
    tp = fp = fn = 0
    for truths, predictions in groups:
        t, p = set().union(*truths), set().union(*predictions)
        if t & p and len(t & p) / len(t | p) >= iou:
            tp += 1
        else:
            fp += len(predictions)
            fn += len(truths)
    return tp, fp, fn
