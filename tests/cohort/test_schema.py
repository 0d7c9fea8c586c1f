import pytest

from hyoid.cohort.schema import CLINICAL_COLUMNS, COLUMN_BY_NAME, canonical_name, read_event, read_hpv
from hyoid.cohort.values import column_key


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("PatientID", "id"),
        ("CenterID", "center"),
        ("Age", "age"),
        ("Gender", "gender"),
        ("Sex", "gender"),
        ("Tobacco Consumption", "tobacco"),
        ("Alcohol Consumption", "alcohol"),
        ("Performance Status", "performance_status"),
        ("Treatment", "treatment"),
        ("M-stage", "m_stage"),
        ("T-stage", "t_stage"),
        ("Relapse", "relapse"),
        ("RFS", "rfs"),
        ("RFS (days)", "rfs"),
        ("HPV Status", "hpv"),
        ("CT", None),
        ("Weight", None),
    ],
)
def test_the_challenges_headers(header, name) -> None:
    assert canonical_name(column_key(header)) == name


@pytest.mark.parametrize(
    ("column", "value", "read"),
    [
        ("age", 0, 0),
        ("age", 120, 120),
        ("age", 121, None),
        ("age", -1, None),
        ("age", "old", None),
        ("gender", "M", 1),
        ("gender", "female", 0),
        ("gender", 2, None),
        ("gender", 0.5, None),
        ("tobacco", "yes", 1),
        ("performance_status", 4, 4),
        ("performance_status", 5, None),
        ("treatment", 2, 2),
        ("treatment", "chemo radiation", "chemo radiation"),
        ("m_stage", "M0", "M0"),
        ("m_stage", "MX", "Mx"),
        ("m_stage", "cM1", "M1"),
        ("m_stage", 1, "M1"),
        ("m_stage", "M2", None),
        ("t_stage", "pT4A", "T4a"),
        ("t_stage", "Tis", "Tis"),
        ("t_stage", "T5", None),
        ("n_stage", "N2b", "N2b"),
        ("n_stage", "N4", None),
    ],
)
def test_ranges_and_words(column, value, read) -> None:
    assert COLUMN_BY_NAME[column].read(value) == read


def test_status_words() -> None:
    assert [read_hpv(value) for value in (0, 1, "Positive", "neg", 2, "+")] == [0, 1, 1, 0, None, None]
    assert [read_event(value) for value in (0, 1, "yes", 3, "positive")] == [0, 1, 1, None, None]


def test_no_alias_stands_for_two_columns() -> None:
    aliases = [alias for column in CLINICAL_COLUMNS for alias in column.aliases]
    assert len(aliases) == len(set(aliases))
    assert all(canonical_name(alias) == c.name for c in CLINICAL_COLUMNS for alias in c.aliases)
