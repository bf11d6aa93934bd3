"""The policies a replay can play, by task and name; ours first."""

from core.domain.decision.deadline import Finisher
from core.domain.decision.serve import DIALS, Keeper
from core.replay import job, learned, serve_baselines

OURS_A = {name: (lambda terms, market, dial=dial: Keeper(terms, dial)) for name, dial in DIALS.items()}
TASK_A = {
    **OURS_A,
    "on-demand": serve_baselines.OnDemandOnly,
    "single-zone": serve_baselines.InOneZone,
    "round-robin": serve_baselines.RoundRobin,
    "static-rank": serve_baselines.StaticRank,
    "spothedge": serve_baselines.SpotHedge,
    "logistic": learned.LogisticRisk,
    "omniscient": serve_baselines.Omniscient,
}
TASK_C = {
    "deadline": lambda one, hours: Finisher(hours),
    "greedy": lambda one, hours: job.Greedy(one),
    "uniform-progress": lambda one, hours: job.UniformProgress(one),
    "eager-progress": lambda one, hours: job.EagerProgress(one),
    "omniscient": None,
}
