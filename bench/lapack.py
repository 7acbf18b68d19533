"""LAPACK by SciPy on one thread: prints, for one operation at one size, the median milliseconds.

Usage: python3 lapack.py OPERATION SIZE, OPERATION one of product, eigen, svd, qr, lu, cholesky, values, general, least,
pivoted, pseudo, exponential. Entries are drawn uniformly from -1 to 1, as in the benchmarks beside it.
"""

import statistics
import sys
import time

import numpy
import scipy.linalg

operation, size = sys.argv[1], int(sys.argv[2])
a = numpy.random.default_rng(0).uniform(-1, 1, (size, size))
symmetric = (a + a.T) / 2
definite = a.T @ a + numpy.eye(size)
ones = numpy.ones(size)
tall = numpy.random.default_rng(1).uniform(-1, 1, (2 * size, size))
operations = {
    "product": lambda: a @ a,
    "eigen": lambda: scipy.linalg.eigh(symmetric, driver="evd", check_finite=False),
    "svd": lambda: scipy.linalg.svd(a, check_finite=False),
    "qr": lambda: scipy.linalg.qr(a, check_finite=False),
    "lu": lambda: scipy.linalg.solve(a, ones, check_finite=False),
    "values": lambda: scipy.linalg.svdvals(a, check_finite=False),
    "general": lambda: scipy.linalg.eig(a, check_finite=False),
    "least": lambda: scipy.linalg.lstsq(tall, numpy.ones(2 * size), lapack_driver="gelsy", check_finite=False),
    "pivoted": lambda: scipy.linalg.qr(a, pivoting=True, check_finite=False),
    "pseudo": lambda: scipy.linalg.pinv(a, check_finite=False),
    "exponential": lambda: scipy.linalg.expm(a),
    "cholesky": lambda: scipy.linalg.solve(definite, ones, assume_a="pos", check_finite=False),
}
run = operations[operation]


def elapsed(repetitions):
    start = time.perf_counter()
    for _ in range(repetitions):
        run()
    return (time.perf_counter() - start) / repetitions


first = max(elapsed(1), elapsed(3))
repetitions = max(1, int(0.05 / first))
print(1e3 * statistics.median(elapsed(repetitions) for _ in range(7 if first < 1 else 3)))
