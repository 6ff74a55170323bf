"""The model that Splink is given: more than most of its users give it. A joint comparison of names
with aliases, full forms and sounds, how common names are, day and month exchanged, postcodes present
and earlier, middle name, sex and numbers; seventeen rules by which candidates are found."""

import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from splink import SettingsCreator, block_on


def level(condition, label, **more):
    return {"sql_condition": condition, "label_for_charts": label, **more}


def shares(column):
    return f"len(list_intersect({column}_l, {column}_r)) >= 1"


def alike(left, right, least):
    return f"jaro_winkler_similarity({left}_l, {right}_r) >= {least}"


def common(column, weight=1.0):
    return {"tf_adjustment_column": column, "tf_adjustment_weight": weight}


def of(name, *all_levels):
    return comparisons.CustomComparison(output_column_name=name, comparison_levels=[*all_levels, levels.ElseLevel()])


NAME = of(
    "name",
    level("whole_l is null or whole_r is null", "no name", is_null_level=True),
    levels.ExactMatchLevel("whole").configure(**common("whole")),
    levels.JaroWinklerLevel("whole", 0.93).configure(**common("whole", 0.7)),
    level("forename_l = surname_r and surname_l = forename_r", "swapped"),
    level(f"{shares('forenames')} and surname_l = surname_r", "a forename or its form, same surname",
          **common("surname"), tf_minimum_u_value=1e-4),
    level(f"{shares('forenames')} and {shares('surnames')}", "a forename and a surname"),
    level("forename_sound_l = forename_sound_r and surname_sound_l = surname_sound_r", "both sound the same"),
    level(f"{shares('forenames')} and {alike('surname', 'surname', 0.8)}", "a forename, surname alike"),
    level(f"surname_l = surname_r and {alike('forename', 'forename', 0.75)}", "surname, forename alike"),
    level(f"{alike('forename', 'forename', 0.75)} and {alike('surname', 'surname', 0.75)}", "both alike"),
    level(f"{alike('forename', 'surname', 0.85)} and {alike('surname', 'forename', 0.85)}", "swapped and alike"),
    levels.ExactMatchLevel("surname").configure(**common("surname")),
    levels.ExactMatchLevel("forename").configure(**common("forename")),
)
BORN = of(
    "born",
    levels.NullLevel("born"),
    levels.ExactMatchLevel("born").configure(**common("born")),
    level("born_l = born_swapped_r or born_swapped_l = born_r", "day and month swapped"),
    level("damerau_levenshtein(born_l, born_r) <= 1", "one slip"),
    level("year_l = year_r and (substr(day_l, 1, 2) = substr(day_r, 1, 2) or substr(day_l, 4, 2) = substr(day_r, 4, 2)"
          " or day_l = '01-01' or day_r = '01-01')", "year and one part, or 1 January"),
    level("day_l = day_r and abs(cast(year_l as int) - cast(year_r as int)) in (1, 10)", "a year or a decade out"),
    level("damerau_levenshtein(born_l, born_r) <= 2", "two slips"),
    level("abs(cast(year_l as int) - cast(year_r as int)) <= 5", "within five years"),
)
PLACE = of(
    "place",
    levels.NullLevel("postcodes"),
    level("postcode_l = postcode_r", "same postcode", **common("postcode")),
    level(shares("postcodes"), "an earlier postcode"),
    level("damerau_levenshtein(postcode_l, postcode_r) <= 1", "one slip"),
    level(shares("districts"), "same district"),
    level("area_l = area_r", "same area"),
)
MIDDLE = of(
    "middle",
    levels.NullLevel("middle"),
    levels.ExactMatchLevel("middle").configure(**common("middle")),
    level("substr(middle_l, 1, 1) = substr(middle_r, 1, 1) and least(length(middle_l), length(middle_r)) = 1",
          "initial"),
    level(alike("middle", "middle", 0.85), "alike"),
)
FIXED = {"fix_m_probability": True, "fix_u_probability": True}
NUMBERS = comparisons.CustomComparison(
    output_column_name="numbers",
    comparison_levels=[
        level("not ((pnc_l is not null and pnc_r is not null) or (nhs_l is not null and nhs_r is not null))",
              "no number on both sides", is_null_level=True),
        level("nhs_l = nhs_r or pnc_l = pnc_r", "same", m_probability=0.97, u_probability=1e-7, **FIXED),
        level("damerau_levenshtein(pnc_l, pnc_r) <= 1", "one slip", m_probability=0.015, u_probability=1e-5, **FIXED),
        level("ELSE", "different", m_probability=0.015, u_probability=0.99999, **FIXED),
    ],
)
CANDIDATES = [
    block_on("pnc"),
    block_on("nhs"),
    block_on("born", "forename_2"),
    block_on("born", "surname_2"),
    block_on("born", "district"),
    block_on("forename", "surname"),
    "l.forename = r.surname and l.surname = r.forename",
    block_on("forename_sound", "surname_sound"),
    block_on("surname_sound", "forename_2", "year"),
    block_on("surname_3", "forename_2", "day"),
    block_on("surname_3", "forename_2", "district"),
    block_on("surname", "postcode"),
    block_on("forename", "postcode"),
    "l.born = r.born_swapped and l.surname_2 = r.surname_2",
    "l.born = r.born_swapped and l.forename_2 = r.forename_2",
    "l.born = r.born and l.forename_2 = r.surname_2",
    block_on("wholes", arrays_to_explode=["wholes"]),
]
COUNTED = ("whole", "forename", "surname", "born", "postcode", "middle")
CERTAIN = [
    block_on("whole", "born"),
    block_on("surname", "born", "postcode"),
    block_on("forename", "born", "postcode"),
    block_on("pnc"),
]
# How many of those who are the same fulfil one of the rules above.
CERTAIN_RECALL = 0.62
LEARNT_FROM = [block_on("born"), block_on("forename", "surname"), block_on("surname", "postcode")]


def settings():
    return SettingsCreator(
        link_type="link_only",
        unique_id_column_name="id",
        comparisons=[NAME, BORN, PLACE, MIDDLE, comparisons.ExactMatch("sex"), NUMBERS],
        blocking_rules_to_generate_predictions=CANDIDATES,
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )
