"""DICOM over the network: ask an archive, fetch from it, send to it, listen; by pynetdicom of the extra `dicom`."""

from hyoid.dicom.network.associate import Caller
from hyoid.dicom.network.contexts import IMAGES, STORAGE, storage_classes
from hyoid.dicom.network.echo import echo
from hyoid.dicom.network.find import FoundSeries, FoundStudy, find_studies
from hyoid.dicom.network.limits import Limits
from hyoid.dicom.network.peer import DEFAULT_TITLE, Peer, check_title, parse_address
from hyoid.dicom.network.receive import Listening, Receiver
from hyoid.dicom.network.retrieve import Retrieved, retrieve, wanted_series
from hyoid.dicom.network.send import Sent, send_files
from hyoid.dicom.network.store import Placed, Store, study_key
from hyoid.dicom.network.tls import Tls

__all__ = [
    "DEFAULT_TITLE",
    "IMAGES",
    "STORAGE",
    "Caller",
    "FoundSeries",
    "FoundStudy",
    "Limits",
    "Listening",
    "Peer",
    "Placed",
    "Receiver",
    "Retrieved",
    "Sent",
    "Store",
    "Tls",
    "check_title",
    "echo",
    "find_studies",
    "parse_address",
    "retrieve",
    "send_files",
    "storage_classes",
    "study_key",
    "wanted_series",
]
