import pytest

from hyoid.phantom import PhantomPatient, make_patient


@pytest.fixture(scope="session")
def tiny() -> list[PhantomPatient]:
    """Patients of the first eight places: MDA, CHUP (whole body), CHUS, CHUM or HGJ among them."""
    return [make_patient(3, index) for index in range(8)]


@pytest.fixture(scope="session")
def unseen() -> list[PhantomPatient]:
    return [make_patient(3, index, centers="unseen") for index in range(3)]
