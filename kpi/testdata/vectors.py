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
import statsmodels.api as sm
from scipy import stats
from sklearn import metrics
from sklearn.calibration import _sigmoid_calibration
from sklearn.isotonic import IsotonicRegression
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
        rate = hits[full] / count[full]
        debiased = weight * np.where(count[full] > 1, gap**2 - rate * (1 - rate) / np.maximum(count[full] - 1, 1), 0)
        mean, won = (conf / np.maximum(count, 1))[which], (hits / np.maximum(count, 1))[which]  # of each one's bin
        yield {"confidence": floats(c), "success": [bool(b) for b in y], "bins": [int(i) for i in count],
               "ece": ece, "mce": float(abs(gap).max()), "rmsce": float(np.sqrt((weight * gap**2).sum())),
               "bias": float(c.mean() - y.mean()), "noise_floor": float(floor), "noise_sd": float(sd),
               "p": float(stats.norm.sf((ece - floor) / sd)),
               "brier": float(metrics.brier_score_loss(y, c)),
               "log_loss": float(metrics.log_loss(y, np.clip(c, 1e-15, 1 - 1e-15))),
               "auroc": float(metrics.roc_auc_score(y, c)), "debiased_squared": float(debiased.sum()),
               "brier_parts": {
                   "reliability": float(((mean - won)**2).mean()), "resolution": float(((won - y.mean())**2).mean()),
                   "uncertainty": float(y.var()), "within_variance": float(((c - mean)**2).mean()),
                   "within_covariance": float((2 * (c - mean) * (y - won)).mean())}}


def adjusted():
    for p in [[0.01, 0.04, 0.03, 0.2], [0.5], [0.001, 0.001, 1.0, 0.9, 0.02], floats(rng.uniform(0, 1, 50))]:
        yield {"p": p, "adjusted": floats(multipletests(p, method="fdr_bh")[1])}


ASKED = floats(np.round(np.linspace(0.005, 0.995, 100), 3))


def corrections():
    for n, places in [(30, 1), (200, 2), (1000, 3)]:
        c = np.round(rng.uniform(0.02, 0.98, n), places).clip(0.01, 0.99)
        y = rng.uniform(0, 1, n) < 0.2 + 0.6 * c**2
        isotonic = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(c, y)

        # Platt's targets in a logistic regression on log odds.
        target = np.where(y, (y.sum() + 1) / (y.sum() + 2), 1 / ((~y).sum() + 2))
        logit = np.log(c / (1 - c))
        fit = sm.GLM(target, sm.add_constant(logit), family=sm.families.Binomial()).fit(tol=1e-14, maxiter=200)
        b, a = fit.params
        asked = np.log(np.array(ASKED) / (1 - np.array(ASKED)))
        platt = 1 / (1 + np.exp(-(a * asked + b)))
        # scikit-learn stops its search at about five digits.
        minus_a, minus_b = _sigmoid_calibration(logit, y.astype(int))
        assert abs(1 / (1 + np.exp(minus_a * asked + minus_b)) - platt).max() < 1e-4
        yield {"confidence": floats(c), "success": [bool(b) for b in y], "asked": ASKED,
               "isotonic": floats(isotonic.predict(ASKED)), "platt": floats(platt)}


def weighted():
    for n in [2, 5, 40, 500]:
        x, w = np.round(rng.uniform(0, 1, n), 2), rng.integers(1, 60, n).astype(float)
        # The error of a ratio is White's with n/(n-1), of a weighted regression on nothing.
        fit = sm.WLS(x, np.ones(n), weights=w).fit(cov_type="HC1")
        effective = w.sum()**2 / (w**2).sum()
        low, high = stats.t.interval(0.95, effective - 1, loc=fit.params[0], scale=fit.bse[0])
        yield {"values": floats(x), "weights": floats(w), "mean": float(fit.params[0]), "error": float(fit.bse[0]),
               "effective": float(effective), "interval": floats([low, high])}


def chances():
    for k, n in [(17, 20), (0, 10), (10, 10), (340, 400), (300, 400), (9000, 10000)]:
        yield {"kpi": "success_rate", "hits": k, "trials": n, "chance": float(stats.binom.cdf(k, n, 0.85))}
    for k, n in [(6, 40), (0, 10), (10, 10), (20, 30), (1500, 10000)]:
        yield {"kpi": "compilation_error_rate", "hits": k, "trials": n, "chance": float(stats.binom.sf(k - 1, n, 0.15))}
    for k in [0, 1, 10, 19, 40]:
        yield {"kpi": "high_severity_issues", "hits": k, "chance": float(stats.poisson.sf(k - 1, 10))}
    for k, n in [(20, 40), (30, 40), (31, 40), (9, 60)]:  # k times 1, else 0.5
        x = np.where(np.arange(n) < k, 1, 0.5)
        chance = stats.ttest_1samp(x, 0.75, alternative="less").pvalue
        yield {"kpi": "average_confidence", "hits": k, "trials": n, "chance": float(chance)}


json.dump({
    "made_by": {"numpy": np.__version__, "scipy": scipy.__version__,
                "statsmodels": statsmodels.__version__, "scikit-learn": sklearn.__version__},
    "proportions": list(proportions()), "pairs": list(pairs()), "means": list(means()),
    "student": list(student()), "poisson": list(poisson()), "ratios": list(ratios()),
    "trends": list(trends()), "calibrations": list(calibrations()), "adjusted": list(adjusted()),
    "corrections": list(corrections()), "weighted": list(weighted()), "chances": list(chances()),
}, sys.stdout, separators=(",", ":"))
print()
