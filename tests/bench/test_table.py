from bench.table import Rival, Row, markdown, number

FASTER = Row(what="event to edit", unit="ms", easel=3.0, floor=2.0, rivals=(Rival(name="poll", value=500.0),))


def lines(*rows: Row) -> list[str]:
    return markdown(rows).splitlines()


def cells(row: Row) -> list[list[str]]:
    """Return the cells below the head and its rule."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines(row)[2:]]


def test_a_ratio_is_of_the_measured_to_the_floor() -> None:
    assert cells(FASTER) == [["event to edit, ms", "3.00", "2.00", "1.50 x"], ["- poll", "500", "", "250 x"]]


def test_the_ratio_of_a_speed_says_how_many_times_slower() -> None:
    parser = Row(what="parser", unit="MB/s", easel=50.0, floor=200.0, speed=True)
    assert cells(parser)[0][3] == "4.00 x"


def test_without_a_floor_there_is_no_ratio() -> None:
    answers = Row(what="answers", unit="ms", easel=400.0, floor=None, rivals=(Rival(name="limit", value=3000.0),))
    assert cells(answers) == [["answers, ms", "400", "-", "-"], ["- limit", "3,000", "", ""]]


def test_a_rival_that_is_not_installed_is_named_all_the_same() -> None:
    rivals = (Rival(name="one", value=None), Rival(name="two", value=3.0))
    parser = Row(what="parser", unit="MB/s", easel=1.0, floor=1.0, rivals=rivals)
    assert cells(parser)[1:] == [["- one", "not installed", "", ""], ["- two", "3.00", "", "3.00 x"]]


def test_the_table_fits_a_terminal() -> None:
    usual = Row(what="10,000 open jobs, 16 at Oxen, the rest waiting", unit="MB", easel=1.23, floor=18.7)
    assert max(map(len, lines(usual, FASTER))) < 100


def test_every_line_of_the_table_is_as_wide_as_the_others() -> None:
    other = Row(what="a longer name for it", unit="MB", easel=12345.6, floor=0.001)
    assert len({len(line) for line in lines(FASTER, other)}) == 1


def test_a_number_has_three_digits_that_count() -> None:
    assert [number(value) for value in (0.5, 9.876, 98.76, 9876.5)] == ["0.50", "9.88", "98.8", "9,876"]
