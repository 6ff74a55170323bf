"""Makes people and lists ready for Splink, as its careful user would: folded letters, canonical forms
of forenames, the sounds of names, postcodes and their districts, PNC ids in one form.

    prepare.py index.csv index.parquet
    prepare.py queries.csv queries.parquet
"""

import csv
import functools
import re
import sys
import unicodedata

import jellyfish
import pyarrow
import pyarrow.parquet
from nicknames import NickNamer

CHUNK = 50_000
FORMS = NickNamer()
PNC_LETTERS = "ZABCDEFGHJKLMNPQRTUVWXY"
TEXT, LIST = pyarrow.string(), pyarrow.list_(pyarrow.string())
COLUMNS = {
    "id": TEXT, "forename": TEXT, "middle": TEXT, "surname": TEXT, "whole": TEXT,
    "forenames": LIST, "surnames": LIST, "wholes": LIST,
    "forename_sound": TEXT, "surname_sound": TEXT,
    "forename_2": TEXT, "surname_2": TEXT, "surname_3": TEXT,
    "born": TEXT, "born_swapped": TEXT, "year": TEXT, "day": TEXT, "sex": TEXT,
    "postcodes": LIST, "postcode": TEXT, "districts": LIST, "district": TEXT, "area": TEXT,
    "pnc": TEXT, "nhs": TEXT,
}


def folded(text):
    text = text.replace("ł", "l").replace("Ł", "L").replace("'", "").replace("\u2019", "")
    letters = unicodedata.normalize("NFD", text).upper()
    letters = "".join(one for one in letters if unicodedata.category(one) != "Mn")
    words = re.sub(r"[^A-Z]+", " ", letters).strip()
    return re.sub(r"\b(MC|MAC|O) (?=[A-Z]{3})", r"\1", words)


@functools.cache
def full_forms(name):
    return [form.upper() for form in FORMS.canonicals_of(name.lower())]


@functools.cache
def sound(name):
    return jellyfish.metaphone(name) or None


def pnc(text):
    found = re.fullmatch(r"(\d+)([A-Z])", text.upper().replace("/", ""))
    if not found:
        return None
    digits, letter = found.groups()
    year, serial = (digits[:4], digits[4:]) if len(digits) >= 11 else (digits[:2], digits[2:])
    serial = serial.zfill(7)
    if len(year) == 2:
        year = ("20" if int(year) <= 26 else "19") + year
    is_sound = PNC_LETTERS[int(year[2:] + serial) % 23] == letter
    return year + serial + letter if is_sound else None


def unlike(names):
    """Each once, in order; nothing when there are none."""
    return list(dict.fromkeys(name for name in names if name)) or None


def name_parts(row):
    forenames, surnames = folded(row["first_name"]).split(), folded(row["last_name"]).split()
    middle = folded(row["middle_names"]).split()
    if not forenames and len(surnames) > 1:
        forenames, surnames = surnames[:1], surnames[1:]
    elif not surnames and len(forenames) > 1:
        forenames, surnames = forenames[:-1], forenames[-1:]
    return forenames[:1], forenames[1:] + middle, surnames


def prepared(row):
    first, middle, surnames = name_parts(row)
    forename, surname = first[0] if first else None, surnames[-1] if surnames else None
    whole = f"{forename or ''} {surname or ''}".strip() or None
    aliases = [folded(alias).split() for alias in row.get("alias_names", "").split("|") if alias]
    aliases = [alias for alias in aliases if len(alias) > 1]
    forenames = first + [name for name in middle if len(name) > 1] + [alias[0] for alias in aliases]
    forenames += [form for name in forenames for form in full_forms(name)]
    joined = ["".join(surnames)] if len(surnames) > 1 else []
    born = row["dob"] or None
    swapped = f"{born[:4]}-{born[8:]}-{born[5:7]}" if born and int(born[8:]) <= 12 else None
    earlier = row.get("prev_postcodes", "").split("|")
    postcodes = unlike(code.replace(" ", "") for code in [row["postcode"], *earlier])
    postcode = row["postcode"].replace(" ", "") or None
    district = postcode[:-3] if postcode else None
    return {
        "id": row.get("record_id") or row.get("query_id"),
        "forename": forename, "middle": " ".join(middle) or None, "surname": surname, "whole": whole,
        "forenames": unlike(forenames), "surnames": unlike(surnames + joined + [alias[-1] for alias in aliases]),
        "wholes": unlike([whole, *(f"{alias[0]} {alias[-1]}" for alias in aliases)]),
        "forename_sound": sound(forename) if forename else None,
        "surname_sound": sound(surname) if surname else None,
        "forename_2": forename[:2] if forename else None,
        "surname_2": surname[:2] if surname else None, "surname_3": surname[:3] if surname else None,
        "born": born, "born_swapped": swapped if swapped != born else None,
        "year": born[:4] if born else None, "day": born[5:] if born else None, "sex": row["sex"] or None,
        "postcodes": postcodes, "postcode": postcode,
        "districts": unlike(code[:-3] for code in postcodes or []), "district": district,
        "area": re.match("[A-Z]*", district).group() if district else None,
        "pnc": pnc(row["pnc_id"]), "nhs": row["nhs_number"] or None,
    }


def main(source, target):
    schema = pyarrow.schema(COLUMNS.items())
    with open(source, encoding="utf-8", newline="") as rows, pyarrow.parquet.ParquetWriter(target, schema) as out:
        chunk = []
        for row in csv.DictReader(rows):
            chunk.append(prepared(row))
            if len(chunk) == CHUNK:
                out.write_table(pyarrow.Table.from_pylist(chunk, schema))
                chunk = []
        out.write_table(pyarrow.Table.from_pylist(chunk, schema))


main(*sys.argv[1:])
