"""Expressions: the grammar, three-valued logic, dates, and what is refused."""

from __future__ import annotations

from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest

from parkplan._errors import DefinitionError
from parkplan.expressions import parse

FRAME = pd.DataFrame(
    {
        "far": [0.5, 1.2, np.nan, 0.0],
        "far_max": [2.0, 2.0, 2.0, 0.0],
        "status": pd.array(["idle", "in_use", None, "idle"], dtype="string"),
        "employees": pd.array([10, None, 0, 5], dtype="Int64"),
        "high_tech": pd.array([True, False, None, True], dtype="boolean"),
        "start": pd.to_datetime(["2020-02-29", "2024-05-01", None, "2023-12-31"]),
        "宗地 编号": ["0440704", "A'1", None, ""],
    }
)
T, F, U = True, False, None


def truth(text: str) -> list[bool | None]:
    result = parse(text).truth(FRAME)
    assert not (result.true & result.unknown).any()
    return [None if unknown else bool(true) for true, unknown in zip(result.true, result.unknown, strict=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("far < 0.8", [T, F, U, T]),
        ("not far < 0.8", [F, T, U, F]),
        ("far < 0.8 and status == 'idle'", [T, F, U, T]),
        ("far < 0.8 or status == 'in_use'", [T, T, U, T]),
        ("far > 100 and status == 'idle'", [F, F, U, F]),
        ("far is unknown", [F, F, T, F]),
        ("far is not unknown and employees is unknown", [F, T, F, F]),
        ("status in ('idle', \"x\")", [T, F, U, T]),
        ("status not in ('idle')", [F, T, U, F]),
        ("far between 0.5 and 1.2", [T, T, U, F]),
        ("far not between 0.5 and 1.2", [F, F, U, T]),
        ("(far_max - far) / far_max >= 0.5", [T, F, U, U]),
        ("employees / far > 1", [T, U, U, U]),
        ("coalesce(far, far_max) == 2", [F, F, T, F]),
        ("min(far, 1) == 1", [F, T, U, F]),
        ("-far < -1", [F, T, U, F]),
        ("high_tech", [T, F, U, T]),
        ("high_tech == false", [F, T, U, F]),
        ("`宗地 编号` == '0440704'", [T, F, U, F]),
        ("`宗地 编号` == 'A''1'", [F, T, U, F]),
        ("contains(status, 'IDL')", [T, F, U, T]),
        ("starts_with(`宗地 编号`, '0440')", [T, F, U, F]),
        ("add_years(start, 1) == 2021-02-28", [T, F, U, F]),
        ("start < 2024-01-01", [T, F, U, T]),
        ("days_between(start, 2020-03-01) == 1", [T, F, U, F]),
        ("true or far > 1", [T, T, T, T]),
        ("1 < 2", [T, T, T, T]),
    ],
)
def test_truth_by_hand(text: str, expected: list[bool | None]) -> None:
    assert truth(text) == expected


def test_kleene_tables_agree_with_completion_of_the_unknown() -> None:
    """For each pair of values, and/or are known exactly when every completion of the unknowns gives the same."""
    values: list[bool | None] = [True, False, None]
    pairs = [(a, b) for a in values for b in values]
    frame = pd.DataFrame(
        {"a": pd.array([a for a, _ in pairs], "boolean"), "b": pd.array([b for _, b in pairs], "boolean")}
    )
    for operator, combine in (("and", all), ("or", any)):
        result = parse(f"a {operator} b").truth(frame)
        for row, (a, b) in enumerate(pairs):
            completions = [[value] if value is not None else [True, False] for value in (a, b)]
            outcomes = {combine(pair) for pair in product(*completions)}
            assert bool(result.unknown[row]) == (len(outcomes) == 2)
            assert bool(result.true[row]) == (outcomes == {True})


def test_names_are_the_columns_used() -> None:
    assert parse("max(a, b) > 1 and c in ('d') or `e f` is unknown").names == {"a", "b", "c", "e f"}


def test_python_dates_in_object_columns_are_dates() -> None:
    frame = pd.DataFrame({"on": pd.Series([date(2024, 1, 2), None], dtype=object)})
    assert parse("on >= 2024-01-02").select(frame).tolist() == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        "blank < 1",
        "blank == 'x'",
        "1 > blank",
        "blank",
        "blank == 2024-01-01",
        "add_years(blank, 1) > 2024-01-01",
        "contains(blank, 'x')",
        "blank + 1 > 0",
        "blank == blank",
        "coalesce(blank, blank) > 1",
        "blank in ('a', 'b')",
    ],
)
def test_a_column_without_any_value_is_unknown_in_every_place(text: str) -> None:
    assert parse(text).truth(pd.DataFrame({"blank": pd.Series([None, None], dtype=object)})).unknown.all()


def test_coalesce_passes_over_a_column_without_any_value() -> None:
    frame = pd.DataFrame({"blank": pd.Series([None], dtype=object), "use": ["x"]})
    assert parse("coalesce(blank, use) == 'x'").select(frame).tolist() == [True]


def test_empty_table_gives_empty_answer() -> None:
    assert parse("far < 1").select(FRAME.iloc[:0]).tolist() == []


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("far <", "expression_ends"),
        ("far < < 1", "expression_word"),
        ("far; drop", "expression_character"),
        ("far < 2024-13-01", "expression_word"),
        ("__import__('os')", "expression_function"),
        ("far.__class__", "expression_character"),
        ("abs(far, 1) > 0", "expression_arguments"),
        ("a" * 5000, "expression_too_long"),
        ("(" * 50 + "far" + ")" * 50 + " > 1", "expression_too_deep"),
        ("+".join(["far"] * 300) + " > 1", "expression_operators"),
        ("far not", "expression_ends"),
        ("far in (status)", "expression_word"),
    ],
)
def test_faulty_text_is_refused_with_a_sentence(text: str, key: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse(text)
    assert caught.value.key == key
    for language in ("zh", "en"):
        assert caught.value.sentence(language)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("fra < 1", "expression_name"),
        ("far == 'x'", "expression_kinds"),
        ("status + 1 > 2", "expression_kinds"),
        ("far", "expression_kinds"),
        ("status < 'x'", "expression_order"),
        ("high_tech > false", "expression_order"),
        ("contains(status, status)", "expression_constant"),
        ("coalesce(far, status) == 1", "expression_kinds"),
        ("add_years(far, 1) == 2024-01-01", "expression_kinds"),
    ],
)
def test_what_does_not_fit_the_table_is_refused(text: str, key: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse(text).truth(FRAME)
    assert caught.value.key == key


def test_a_misspelt_column_names_its_neighbours() -> None:
    with pytest.raises(DefinitionError, match="far"):
        parse("farr < 1").select(FRAME)


def test_the_deepest_allowed_expression_still_runs() -> None:
    assert parse("+".join(["far_max"] * 200) + " > 1").select(FRAME).tolist() == [True, True, True, False]
