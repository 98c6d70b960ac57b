#!/usr/bin/env python3
"""Writes vectors.json: what scipy, statsmodels and scikit-learn say about
fixed inputs. The tests of package kpi compare themselves with that file.

    python3 -m venv /tmp/vectors
    /tmp/vectors/bin/pip install scipy statsmodels scikit-learn
    /tmp/vectors/bin/python vectors.py > vectors.json
"""
import itertools
import json
import sys

import numpy as np
import scipy
import sklearn
import statsmodels
from scipy import stats
from sklearn import metrics
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

rng = np.random.default_rng(20260101)
PROPORTIONS = [(0, 1), (1, 1), (0, 10), (10, 10), (1, 10), (17, 20), (8, 10), (6, 40),
               (20, 400), (95, 100), (5, 5), (1, 1000), (999, 1000), (123456, 1000000)]
PAIRS = [(56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 20), (0, 10, 0, 10), (17, 20, 850, 1000)]


def floats(values):
    return [float(v) for v in values]


def proportions():
    for k, n in PROPORTIONS:
        row = {"hits": k, "trials": n}
        for name, method in [("wilson", "wilson"), ("clopper_pearson", "beta"), ("jeffreys", "jeffreys")]:
            low, high = proportion_confint(k, n, 0.05, method=method)
            if name == "jeffreys":  # the modified form of Brown, Cai and DasGupta
                low, high = (0.0 if k == 0 else low), (1.0 if k == n else high)
            row[name] = floats([low, high])
        yield row


def pairs():
    for a, n, b, m in PAIRS:
        low, high = confint_proportions_2indep(a, n, b, m, method="newcomb", compare="diff", alpha=0.05)
        yield {"a": a, "n": n, "b": b, "m": m, "newcombe": floats([low, high]),
               "fisher": float(stats.fisher_exact([[a, n - a], [b, m - b]])[1])}


def means():
    for size in [2, 3, 10, 30, 1000]:
        x = np.round(rng.uniform(0, 1, size), 3)
        low, high = stats.t.interval(0.95, size - 1, loc=x.mean(), scale=x.std(ddof=1) / np.sqrt(size))
        yield {"values": floats(x), "mean": float(x.mean()), "sd": float(x.std(ddof=1)),
               "interval": floats([low, high]),
               "quantiles": floats(np.quantile(x, [0, 0.25, 0.5, 0.9, 0.95, 1]))}


def student():
    for freedom in [0.5, 1, 1.7, 2, 5.25, 29, 1000, 1e6]:
        yield {"freedom": freedom, "quantile": float(stats.t.ppf(0.975, freedom))}


def poisson():
    for k in [0, 1, 2, 9, 10, 100, 12345]:
        low = 0.0 if k == 0 else stats.chi2.ppf(0.025, 2 * k) / 2
        yield {"count": k, "garwood": floats([low, stats.chi2.ppf(0.975, 2 * k + 2) / 2])}


def ratios():
    for a, b in [(0, 3), (9, 4), (100, 120), (7, 7)]:
        p = stats.binomtest(a, a + b).proportion_ci(0.95, method="exact")
        yield {"a": a, "b": b, "interval": floats([p.low / (1 - p.low), p.high / (1 - p.high)])}


def brute_force(x):
    """Two-sided p of S over every arrangement of x."""
    def s(v):
        return sum(np.sign(v[j] - v[i]) for j in range(len(v)) for i in range(j))
    seen = abs(s(x))
    all_s = [abs(s(v)) for v in itertools.permutations(x)]
    return float(np.mean([v >= seen for v in all_s]))


def trends():
    series = [[5, 4, 3, 2, 1], [1, 2, 3, 4], [1, 1, 1, 1, 1], [3, 1, 2, 2, 1, 0, 0],
              [9, 9, 7, 8, 5, 5, 4, 4], [12, 10, 11, 9, 9, 7, 8, 6, 5, 6, 3, 2],
              [0, 0, 1, 0, 2, 1, 0, 1, 0, 0, 0, 0], [4, 7, 3, 8, 5, 6, 4, 7, 5, 6, 5, 6]]
    series += [list(map(int, rng.poisson(8, 40))), list(map(int, rng.poisson(np.linspace(20, 10, 35))))]
    for x in series:
        n = len(x)
        row = {"values": x}
        s = int(sum(np.sign(x[j] - x[i]) for j in range(n) for i in range(j)))
        row["s"] = s
        if n <= 8:
            row["p"] = brute_force(x)
        elif n <= 30 and len(set(x)) == n:
            row["p"] = float(stats.kendalltau(range(n), x, method="exact")[1])
        elif n > 30:
            _, t = np.unique(x, return_counts=True)
            var = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5))) / 18
            z = (s - np.sign(s)) / np.sqrt(var)
            row["p"] = float(2 * stats.norm.sf(abs(z))) if s else 1.0
        slope = stats.theilslopes(x, np.arange(n), alpha=0.95)
        row["slope"] = floats([slope.slope, slope.low_slope, slope.high_slope])
        yield row
    x = list(map(float, rng.permutation(20)))
    yield {"values": x, "s": int(sum(np.sign(x[j] - x[i]) for j in range(20) for i in range(j))),
           "p": float(stats.kendalltau(range(20), x, method="exact")[1]),
           "slope": floats(stats.theilslopes(x, np.arange(20), alpha=0.95)[i] for i in (0, 2, 3))}


def calibrations():
    for n, places in [(20, 1), (100, 2), (500, 3), (2000, 2)]:
        c = np.round(rng.beta(5, 2, n), places)
        y = rng.uniform(0, 1, n) < c * 0.9
        edges = np.arange(11) / 10
        which = np.minimum(np.searchsorted(edges, c, side="right") - 1, 9)
        count = np.bincount(which, minlength=10)
        conf = np.bincount(which, weights=c, minlength=10)
        hits = np.bincount(which, weights=y, minlength=10)
        full = count > 0
        gap = (conf[full] - hits[full]) / count[full]
        weight = count[full] / n
        v = np.bincount(which, weights=c * (1 - c), minlength=10)[full]
        floor = np.sqrt(2 * v / np.pi).sum() / n
        sd = np.sqrt((1 - 2 / np.pi) * v.sum()) / n
        ece = float((weight * abs(gap)).sum())
        yield {"confidence": floats(c), "success": [bool(b) for b in y], "bins": [int(i) for i in count],
               "ece": ece, "mce": float(abs(gap).max()), "rmsce": float(np.sqrt((weight * gap**2).sum())),
               "bias": float(c.mean() - y.mean()), "noise_floor": float(floor), "noise_sd": float(sd),
               "p": float(stats.norm.sf((ece - floor) / sd)),
               "brier": float(metrics.brier_score_loss(y, c)),
               "log_loss": float(metrics.log_loss(y, np.clip(c, 1e-15, 1 - 1e-15))),
               "auroc": float(metrics.roc_auc_score(y, c))}


def adjusted():
    for p in [[0.01, 0.04, 0.03, 0.2], [0.5], [0.001, 0.001, 1.0, 0.9, 0.02], floats(rng.uniform(0, 1, 50))]:
        yield {"p": p, "adjusted": floats(multipletests(p, method="fdr_bh")[1])}


json.dump({
    "made_by": {"numpy": np.__version__, "scipy": scipy.__version__,
                "statsmodels": statsmodels.__version__, "scikit-learn": sklearn.__version__},
    "proportions": list(proportions()), "pairs": list(pairs()), "means": list(means()),
    "student": list(student()), "poisson": list(poisson()), "ratios": list(ratios()),
    "trends": list(trends()), "calibrations": list(calibrations()), "adjusted": list(adjusted()),
}, sys.stdout, separators=(",", ":"))
print()
