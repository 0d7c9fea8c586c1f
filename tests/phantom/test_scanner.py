import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from hyoid.errors import CohortError
from hyoid.phantom.build import draw_build
from hyoid.phantom.centers import Center, centers_of
from hyoid.phantom.scanner import Scan, blur, draw_scan, gaussian_taps, pet_noise


def _scans(center: Center, size: str, count: int) -> list[Scan]:
    rng = np.random.default_rng(0)
    return [draw_scan(rng, center, size, draw_build(rng, male=True)) for _ in range(count)]  # type: ignore[arg-type]


@given(st.floats(0.2, 3.0))
def test_discrete_gaussian_has_the_variance_asked_for(sigma: float) -> None:
    taps = gaussian_taps(sigma)
    offset = np.arange(len(taps)) - len(taps) // 2
    assert taps.sum() == pytest.approx(1)
    assert (taps * offset**2).sum() == pytest.approx(sigma**2, rel=0.03)


def test_blur_equals_scipys_gaussian_on_a_fine_grid() -> None:
    image = np.zeros((61, 61, 61), np.float32)
    image[30, 30, 30] = 1000
    ours = blur(image, 6.0, (0.5, 0.5, 0.75))
    theirs = gaussian_filter(image, [8 / 2.3548, 12 / 2.3548, 12 / 2.3548], truncate=5)
    assert np.abs(ours - theirs).max() < 0.03 * theirs.max()


def test_noise_grows_with_the_root_of_the_activity_and_with_fewer_counts() -> None:
    (scan,) = _scans(centers_of("train")[5], "tiny", 1)
    shape = (40, 60, 60)
    low, high = (pet_noise(np.random.default_rng(1), np.full(shape, suv, np.float32), scan).std() for suv in (2.2, 8.8))
    assert low == pytest.approx(2.2 * scan.noise, rel=0.1)
    assert high / low == pytest.approx(2.0, rel=0.05)
    noise = {center.name: np.mean([s.noise for s in _scans(center, "tiny", 40)]) for center in centers_of("train")}
    assert noise["CHUS"] > 1.5 * noise["HGJ"]


@pytest.mark.parametrize("center", centers_of("train") + centers_of("unseen"), ids=lambda center: center.name)
def test_whole_body_share_and_spread_of_every_centre(center: Center) -> None:
    scans = _scans(center, "tiny", 400)
    assert np.mean([scan.whole_body for scan in scans]) == pytest.approx(center.whole_body, abs=0.08)
    for scan in scans:
        assert (scan.pet.extent_mm[2] >= 700) == scan.whole_body
        assert 4.5 <= scan.psf_mm <= 7
        assert scan.ct.spacing != scan.pet.spacing
        assert scan.ct.origin != scan.pet.origin
        shorter = scan.ct.extent_mm[2] < scan.pet.extent_mm[2] - 20
        assert shorter == (center.name == "CHUS")
    offset = np.array([np.linalg.norm(scan.offset_mm) for scan in scans])
    assert np.mean(offset > 3) == pytest.approx(0.05, abs=0.04)
    assert offset.max() < 15


def test_full_size_has_the_native_voxels_of_the_centre() -> None:
    for center in centers_of("train"):
        for scan in _scans(center, "full", 20):
            assert (scan.ct.spacing[0], scan.ct.spacing[2]) in center.ct_mm
            assert (scan.pet.spacing[0], scan.pet.spacing[2]) in center.pet_mm
            assert scan.ct.size[0] <= 512


@pytest.mark.parametrize(("size", "edge"), [("tiny", 4.0), ("small", 2.0)])
def test_reduced_sizes_have_voxels_of_about_their_edge(size: str, edge: float) -> None:
    for scan in _scans(centers_of("train")[1], size, 20):
        assert np.allclose((*scan.ct.spacing, *scan.pet.spacing), edge, rtol=0.1)


def test_unknown_size_is_refused() -> None:
    with pytest.raises(CohortError, match="huge"):
        _scans(centers_of("train")[0], "huge", 1)
