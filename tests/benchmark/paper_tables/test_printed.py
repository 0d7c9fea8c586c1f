import pytest

from hyoid.benchmark.paper_tables.printed import Printed, printed
from hyoid.errors import HyoidError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.849672", Printed("0.849672", 0.849672)),
        ("37", Printed("37", 37.0)),
        ("0.5530 ± 0.0488", Printed("0.5530 ± 0.0488", 0.553, spread=0.0488)),
        ("0.666 [0.632, 0.705]", Printed("0.666 [0.632, 0.705]", 0.666, interval=(0.632, 0.705))),
        ("23%", Printed("23%", 0.23)),
        ("0.46 %", Printed("0.46 %", 0.0046)),
    ],
)
def test_numbers_of_a_figure_are_read(text: str, expected: Printed) -> None:
    assert printed(text) == expected


@pytest.mark.parametrize("text", ["", "Top 10", "0.6 +- 0.1", "0.666 [0.70, 0.75]", "0.5.1"])
def test_what_is_no_figure_is_refused(text: str) -> None:
    with pytest.raises(HyoidError, match="expected a"):
        printed(text)
