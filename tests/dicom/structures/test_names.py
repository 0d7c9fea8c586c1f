from pathlib import Path

import pytest

from hyoid.dicom.structures import read_name_rules
from hyoid.errors import DicomError

PRIMARY = ["GTVp", "gtvp", " GTVp ", "GTVp1", "GTV-T", "GTV_primary", "GTV primary tumor", "GTVt", "GTVp CT", "GTV_p_R"]
NODAL = ["GTVn", "GTV_N", "GTVn_L", "GTV-N2", "gtv nodes", "GTV LN", "GTV_Neck_node", "GTVnodal", "Nodal GTV", "GTVn1a"]
IGNORED = ["PTV70", "GTVp+5mm", "GTVp_old", "GTV_total", "GTVpn", "GTVp+n", "z_GTVp", "GTVp_PTV", "CTVn", "GTVp_and_n"]
UNKNOWN = ["GTV", "GTV1", "Tumor", "Brainstem", "SpinalCord", "Tonsil GTV", "GTV67.5", "GTVnot", "GTV_normal", ""]


@pytest.mark.parametrize(
    ("names", "meaning"), [(PRIMARY, "gtvp"), (NODAL, "gtvn"), (IGNORED, "ignore"), (UNKNOWN, None)]
)
def test_names_of_the_shipped_rules(names: list[str], meaning: str | None) -> None:
    assert {match.name: match.meaning for match in read_name_rules().match_all(names)} == dict.fromkeys(names, meaning)


def test_the_first_rule_decides_and_the_other_is_said(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(
        "rules:\n  - {to: gtvn, pattern: 'GTV.*left'}\n"
        "  - {to: gtvn, pattern: 'GTV.*'}\n  - {to: gtvp, pattern: 'GTV.*'}\n"
    )
    match = read_name_rules(tmp_path / "rules.yaml").match("gtv LEFT")
    assert (match.meaning, match.pattern, match.also) == ("gtvn", "GTV.*left", ("GTV.*",))
    assert match.sentence() == "gtv LEFT -> gtvn by 'GTV.*left'; would also match 'GTV.*'"


def test_the_whole_name_must_match(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("rules:\n  - {to: gtvp, pattern: 'GTV'}\n")
    rules = read_name_rules(tmp_path / "rules.yaml")
    assert [rules.match(name).meaning for name in ("GTV", "xGTV", "GTV2")] == ["gtvp", None, None]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "without a list of rules"),
        ("rules: []", "without a list of rules"),
        ("rules: [{to: gtvp, pattern: x}]\nother: 1", "without a list of rules"),
        ("rules: [{to: oar, pattern: x}]", "one of gtvp, gtvn, ignore"),
        ("rules: [{to: gtvp}]", "pattern"),
        ("rules: [{to: gtvp, pattern: '('}]", "a regular expression"),
        ("rules: [", "a YAML file"),
    ],
)
def test_rules_that_are_none_are_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "rules.yaml").write_text(text)
    with pytest.raises(DicomError, match=message):
        read_name_rules(tmp_path / "rules.yaml")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DicomError, match="nowhere"):
        read_name_rules(tmp_path / "nowhere.yaml")
