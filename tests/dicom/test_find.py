"""Piles: folders, links, strangers and archives; nothing is followed twice, unpacked, or waited for."""

import os
import struct
import zipfile
from pathlib import Path

import pytest

from hyoid.dicom import archive, source
from hyoid.dicom.find import Stranger, begins_as_dicom, find_candidates
from hyoid.dicom.source import Reader, Source
from hyoid.dicom.survey import survey
from hyoid.errors import DicomError
from support.dicom_series import ct_slices, write_series


def found(root: Path, skip: Path | None = None) -> tuple[list[Source], list[Stranger]]:
    with Reader() as reader:
        everything = list(find_candidates(root, reader, skip))
    return [s for s in everything if isinstance(s, Source)], [s for s in everything if isinstance(s, Stranger)]


def zipped(path: Path, *files: Path, prefix: str = "", method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive_file:
        for file in files:
            archive_file.write(file, f"{prefix}{file.name}")
    return path


def test_strangers_are_told_from_dicom_by_their_first_bytes(tmp_path):
    paths = write_series(ct_slices(), tmp_path / "a" / "b")
    (tmp_path / "readme.dcm").write_text("I only look like DICOM by my name. " * 20)
    (tmp_path / "empty").touch()
    (tmp_path / "short").write_bytes(b"\x08\x00")
    candidates, strangers = found(tmp_path)
    assert {s.path for s in candidates} == set(paths)
    assert {(s.source.name, s.reason) for s in strangers} == {
        ("readme.dcm", "no DICOM"),
        ("empty", "an empty file"),
        ("short", "no DICOM"),
    }


def test_a_data_set_without_preamble_begins_with_one_of_three_groups():
    assert begins_as_dicom(struct.pack("<2H", 8, 5) + bytes(200))
    assert begins_as_dicom(struct.pack(">2H", 8, 8) + bytes(200))
    assert not begins_as_dicom(struct.pack("<2H", 8, 0x8000) + bytes(200))
    assert not begins_as_dicom(struct.pack("<2H", 0x10, 0x10) + bytes(200))


def test_pipes_and_loops_of_links_are_no_trap(tmp_path):
    write_series(ct_slices(), tmp_path / "images")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "images" / "loop").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "images")
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    candidates, strangers = found(tmp_path)
    assert len(candidates) == 6
    assert {s.reason for s in strangers} == {
        "no regular file",
        "a file that cannot be read (No such file or directory)",
    }


def test_the_output_within_the_pile_is_not_looked_at(tmp_path):
    write_series(ct_slices(), tmp_path / "in")
    write_series(ct_slices(), tmp_path / "out")
    assert len(found(tmp_path, skip=tmp_path / "out")[0]) == 6


def test_members_of_an_archive_are_read_in_its_place_whatever_their_names(tmp_path):
    paths = write_series(ct_slices(), tmp_path / "files")
    zipped(tmp_path / "pile.zip", *paths[:3], prefix="../../../etc/")
    with zipfile.ZipFile(tmp_path / "pile.zip", "a") as pile:
        with pytest.warns(UserWarning, match="Duplicate"):
            pile.writestr("../../../etc/" + paths[0].name, paths[3].read_bytes())
        pile.writestr("/absolute", paths[4].read_bytes())
        pile.writestr("C:\\windows\\x", paths[5].read_bytes())
        pile.writestr("folder/", b"")
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        pile.writestr(link, "/etc/passwd")
    with Reader() as reader:
        (series,) = survey([tmp_path / "pile.zip"], reader).series
    assert len(series.slices) == 6
    assert sorted(tmp_path.iterdir()) == [tmp_path / "files", tmp_path / "pile.zip"]


def test_archives_that_cannot_be_trusted_are_left_out_with_the_reason(tmp_path, monkeypatch):
    pile = tmp_path / "pile"
    paths = write_series(ct_slices(), tmp_path / "files")
    pile.mkdir()
    zipped(pile / "good.zip", *paths)
    zipped(pile / "outer.zip", pile / "good.zip")
    (pile / "cut.zip").write_bytes((pile / "good.zip").read_bytes()[:-30])
    with zipfile.ZipFile(pile / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("zeros", bytes(4_000_000))
    monkeypatch.setattr(archive, "FREE_BYTES", 1_000_000)
    candidates, strangers = found(pile)
    assert {s.path.name for s in candidates} == {"good.zip"}
    reasons = {s.source.path.name: s.reason for s in strangers}
    assert "zip bomb" in reasons["bomb.zip"]
    assert "damaged archive" in reasons["cut.zip"]
    assert "an archive within an archive" in reasons["outer.zip"]
    assert all(s.damaged for s in strangers)


def test_an_archive_with_too_many_members_or_too_large_a_directory_is_not_opened(tmp_path, monkeypatch):
    path = zipped(tmp_path / "a.zip", *write_series(ct_slices(), tmp_path / "files"))
    monkeypatch.setattr(archive, "MAX_MEMBERS", 5)
    with pytest.raises(DicomError, match="6 members"):
        archive.open_archive(path)
    monkeypatch.setattr(archive, "MAX_DIRECTORY_BYTES", 100)
    with pytest.raises(DicomError, match="a directory of more than"):
        archive.open_archive(path)


def test_a_member_that_is_too_large_encrypted_or_corrupt_is_named(tmp_path, monkeypatch):
    path = zipped(tmp_path / "a.zip", *write_series(ct_slices()[:1], tmp_path / "files"), method=zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[400] ^= 0xFF  # the checksum is wrong now
    (tmp_path / "corrupt.zip").write_bytes(content)
    encrypted = bytearray(path.read_bytes())
    encrypted[6] |= 1
    encrypted[encrypted.rfind(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "encrypted.zip").write_bytes(encrypted)
    with Reader() as reader:
        for name in ("corrupt.zip", "encrypted.zip"):
            assert survey([tmp_path / name], reader).n_damaged == 1
        monkeypatch.setattr(archive, "MAX_MEMBER_BYTES", 100)
        assert "a member of 0 MiB" in survey([path], reader).damaged[0]


def test_a_deflated_file_may_not_inflate_beyond_all_measure(tmp_path, monkeypatch):
    from pydicom.uid import DeflatedExplicitVRLittleEndian

    (path,) = write_series(ct_slices()[:1], tmp_path, syntax=DeflatedExplicitVRLittleEndian)
    words = tmp_path / "words"
    words.write_text(f"{DeflatedExplicitVRLittleEndian} is a name that a text may hold. " * 9)
    with Reader() as reader, reader.open(Source(words)) as stream:
        assert stream.read(9) == b"1.2.840.1"
    with Reader() as reader:
        assert survey([path], reader).n_damaged == 0
        monkeypatch.setattr(source, "MAX_INFLATED_BYTES", 300)
        assert "grows beyond" in survey([path], reader).damaged[0]
        content = bytearray(path.read_bytes())
        content[140:144] = b"\x05\0\0\0"  # a length of the meta information that lies
        path.write_bytes(content)
        assert "grows beyond" in survey([path], reader).damaged[0]


def test_names_that_would_garble_a_terminal_are_escaped(tmp_path):
    assert Source(Path("a\x1b[2J\n")).name == r"a\x1b[2J\n"
    assert Source(Path(os.fsdecode(b"\xff\xfe"))).name == r"\udcff\udcfe"


def test_nothing_there_is_a_sentence(tmp_path):
    with pytest.raises(DicomError, match="nothing at"):
        found(tmp_path / "none")
