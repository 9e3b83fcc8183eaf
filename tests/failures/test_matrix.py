"""The matrix is complete: no row without a test, no test without a row, each where one looks for it."""

import pytest

from tests.failures.matrix import MATRIX, TESTS, Promise, as_markdown, proofs

FOLDER = "tests/failures/"


@pytest.mark.parametrize("row", MATRIX)
def test_every_row_has_a_test_of_its_name_in_the_module_of_its_letter(row: str) -> None:
    module = f"{FOLDER}test_{row[0].lower()}_"
    assert any(proof.startswith(module) for proof in proofs().get(row, [])), (
        f"no test_{row.lower()}_... in {module}*.py"
    )


def test_every_test_that_bears_a_row_s_name_has_its_row() -> None:
    assert proofs().keys() == MATRIX.keys()


def test_every_test_in_this_folder_bears_a_row_s_name() -> None:
    here = [proof for rows in proofs().values() for proof in rows if proof.startswith(FOLDER)]
    assert {proof.partition("::")[0] for proof in here} == {
        f"{FOLDER}{path.name}" for path in (TESTS / "failures").glob("test_?_*.py")
    }


def test_only_three_rows_cannot_be_promised() -> None:
    assert [name for name, row in MATRIX.items() if row.promise is Promise.IMPOSSIBLE] == ["A1", "C9", "F3"]


def test_the_table_in_the_documents_is_this_one() -> None:
    assert "\n".join(as_markdown()) in (TESTS.parent / "docs" / "reliability.md").read_text(encoding="utf-8")
