"""Splink learns from an index and an earlier list, and answers a list.

    answer.py learn index.parquet queries.parquet model.json
    answer.py list index.parquet queries.parquet model.json RESULTS

`list` writes RESULTS/splink.csv (the best five of each line) and RESULTS/splink.toml (how long it took).
Nothing is told to it of the truth. The prior is kept at as many known people to a line, whatever the
size of the index.
"""

import json
import logging
import resource
import sys
import time

import duckdb
import splink
from splink import DuckDBAPI, Linker

from model import CERTAIN, CERTAIN_RECALL, COUNTED, LEARNT_FROM, settings

MORNING = 500
RUNS = 4
RANDOM_PAIRS = 5e6
LEAST_BITS = -10

logging.getLogger("splink").setLevel(logging.ERROR)
database = duckdb.connect()
database.execute("set preserve_insertion_order = false")
backend = DuckDBAPI(database)


def processor():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def table(name, source, limit=""):
    database.execute(f"create or replace table {name} as select * from read_parquet('{source}') {limit}")
    return backend.register(name, dataset_display_name=name)


def learn(index, queries, model):
    started = time.perf_counter()
    linker = Linker([table("people", index), table("list", queries)], settings(), log_level=None)
    training = linker.training
    training.estimate_probability_two_random_records_match(CERTAIN, recall=CERTAIN_RECALL)
    training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=1, min_count_per_level=None, num_chunks=1)
    for rule in LEARNT_FROM:
        training.estimate_parameters_using_expectation_maximisation(rule)
    linker.misc.save_model_to_json(model, overwrite=True)
    with open(model, encoding="utf-8") as file:
        learnt = json.load(file)
    learnt["throughline"] = {"seconds": time.perf_counter() - started, "people": rows("people")}
    with open(model, "w", encoding="utf-8") as file:
        json.dump(learnt, file)


def rows(name):
    return database.execute(f"select count(*) from {name}").fetchone()[0]


def answer(index, queries, model, results):
    with open(model, encoding="utf-8") as file:
        learnt = json.load(file)
    training = learnt.pop("throughline")
    people = table("people", index)
    learnt["probability_two_random_records_match"] *= training["people"] / rows("people")
    first = table("first", queries, f"limit {MORNING}")
    linker = Linker([people, first], learnt, log_level=None)
    for column in COUNTED:
        linker.table_management.compute_tf_table(column)

    def ask(name, limit):
        # A table of its own each time, so that no earlier answer is given again.
        asked = table(name, queries, limit)
        started, used = time.perf_counter(), processor()
        found = linker.inference.predict_between(people, asked, threshold_match_weight=LEAST_BITS)
        found = found.as_pandas_dataframe()
        return found, time.perf_counter() - started, processor() - used

    times = [ask(f"morning_{run}", f"limit {MORNING} offset {run * MORNING}")[1:] for run in range(RUNS)]
    wall, used = min(times[1:])
    found = ask("all_lines", "")[0]
    database.register("found", found)
    database.execute(
        f"""copy (
            select case when starts_with(id_l, 'Q') then id_l else id_r end as query_id,
                   case when starts_with(id_l, 'Q') then id_r else id_l end as record_id,
                   match_weight as weight, match_probability as probability
            from found
            qualify row_number() over (partition by query_id order by weight desc, record_id) <= 5
            order by query_id, weight desc, record_id
        ) to '{results}/splink.csv' (header)"""
    )
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with open(f"{results}/splink.toml", "w", encoding="utf-8") as file:
        print(f'version = "{splink.__version__}"\nlearning = {training["seconds"]:.1f}\nmost_memory = {most}', file=file)
        print(f"list = {{ wall = {wall:.3f}, processor = {used:.3f} }}", file=file)


if sys.argv[1] == "learn":
    learn(*sys.argv[2:])
else:
    answer(*sys.argv[2:])
