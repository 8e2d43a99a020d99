"""Fits the polynomials of ElementFunctions*.cs with mpmath and prints their coefficients, the highest power first, with the greatest
error that they leave as a power of two. Run: python3 src/Backprop/Kernels/fit_functions.py [name]

Remez' exchange on a grid; for a quotient it starts from weighted least squares. Coefficients are rounded to their format one by one,
the lowest power first, and the rest fitted again, so that the polynomial that is printed is the one that was measured.
"""
import struct
import sys
from mpmath import mp, mpf, matrix, lu_solve, cos, pi, erf, erfc, exp, expm1, log, log1p, polyval, sin, sqrt

mp.dps = 60
SINGLE, DOUBLE = "f", "d"


def rounded(x, format):
    return mpf(struct.unpack(format, struct.pack(format, float(x)))[0])


def cluster(low, high, around, count=300):
    """Points that are even in the angle of (x − a)/(x + a): dense at both ends and near 0."""
    lo, hi = (low - around) / (low + around), (high - around) / (high + around)
    us = [(lo + hi) / 2 - (hi - lo) / 2 * cos(pi * k / count) for k in range(count + 1)]
    return [around * (1 + u) / (1 - u) for u in us]


def between(low, high, count=301):
    return [(low + high) / 2 - (high - low) / 2 * cos(pi * k / count) for k in range(count + 1)]


def extrema(error, wanted):
    """The greatest error of each run of one sign."""
    found = []
    for i, e in enumerate(error):
        if found and (error[found[-1]] > 0) == (e > 0):
            if abs(e) > abs(error[found[-1]]):
                found[-1] = i
        else:
            found.append(i)
    while len(found) > wanted:
        found.pop(0 if abs(error[found[0]]) < abs(error[found[-1]]) else -1)
    return found


def linear(rows, targets, weights, rounds=30):
    """Coefficients of least greatest |weight·(row·c − target)|."""
    n = len(rows[0])
    points = [round(k * (len(rows) - 1) / n) for k in range(n + 1)]
    best = None
    for _ in range(rounds):
        a, b = matrix(n + 1, n + 1), matrix(n + 1, 1)
        for i, k in enumerate(points):
            for j in range(n):
                a[i, j] = rows[k][j]
            a[i, n] = (-1) ** i / weights[k]
            b[i] = targets[k]
        s = lu_solve(a, b)
        c = [s[j] for j in range(n)]
        error = [w * (sum(x * y for x, y in zip(c, row)) - t) for w, row, t in zip(weights, rows, targets)]
        worst = max(map(abs, error))
        if best is None or worst < best[0]:
            best = worst, c
        points = extrema(error, n + 1)
        if len(points) < n + 1 or worst < abs(s[n]) * mpf("1.002"):
            break
    return best[1]


def quotient(ts, fs, weights, p_degree, q_degree):
    """P/Q of f with Q(0) = 1."""
    n = p_degree + q_degree + 1
    powers = [[t**j for j in range(max(p_degree, q_degree) + 1)] for t in ts]
    least, lawson, below = None, [mpf(1)] * len(ts), [mpf(1)] * len(ts)
    for step in range(40):
        a, b = matrix(n, n), matrix(n, 1)
        for power, f, w, l, q in zip(powers, fs, weights, lawson, below):
            row = power[: p_degree + 1] + [-f * x for x in power[1 : q_degree + 1]]
            g = l * (w / q) ** 2
            for i in range(n):
                b[i] += g * row[i] * f
                for j in range(n):
                    a[i, j] += g * row[i] * row[j]
        s = lu_solve(a, b)
        p, q = [s[j] for j in range(p_degree + 1)], [mpf(1)] + [s[p_degree + j] for j in range(1, q_degree + 1)]
        below = [polyval(q[::-1], t) for t in ts]
        error = [w * (polyval(p[::-1], t) / y - f) for t, y, w, f in zip(ts, below, weights, fs)]
        if least is None or max(map(abs, error)) < least[0]:
            least = max(map(abs, error)), p, q
        if step > 12:
            mean = sum(map(abs, error)) / len(error)
            lawson = [l * abs(e) / mean for l, e in zip(lawson, error)]
    best = least
    _, p, q = least
    for _ in range(30):
        error = [w * (polyval(p[::-1], t) / polyval(q[::-1], t) - f) for t, w, f in zip(ts, weights, fs)]
        worst = max(map(abs, error))
        if worst < best[0]:
            best = worst, p, q
        points = extrema(error, n + 1)
        if len(points) < n + 1:
            break
        level = sum(abs(error[k]) for k in points) / (n + 1) * (1 if error[points[0]] > 0 else -1)
        if worst < abs(level) * mpf("1.005"):
            break
        for _ in range(15):
            a, b = matrix(n + 1, n + 1), matrix(n + 1, 1)
            for i, k in enumerate(points):
                sign = (-1) ** i / weights[k]
                for j in range(p_degree + 1):
                    a[i, j] = ts[k] ** j
                for j in range(1, q_degree + 1):
                    a[i, p_degree + j] = -(fs[k] + sign * level) * ts[k] ** j
                a[i, n], b[i] = -sign, fs[k]
            s = lu_solve(a, b)
            before, level = level, s[n]
            if abs(level - before) < abs(level) * mpf("1e-12"):
                break
        p, q = [s[j] for j in range(p_degree + 1)], [mpf(1)] + [s[p_degree + j] for j in range(1, q_degree + 1)]
    return best[1], best[2]


def settle(format, ts, fs, weights, count, divisor=lambda t: 1, given=()):
    """A polynomial of `count` coefficients over a divisor, each rounded to the format; `given` are its lowest ones. The better of two:
    all rounded at once, and one by one with the rest fitted again."""
    scale = [divisor(t) for t in ts]

    def rest(done):
        rows = [[t**j / d for j in range(len(done), count)] for t, d in zip(ts, scale)]
        left = [f - polyval(done[::-1], t) / d if done else f for t, f, d in zip(ts, fs, scale)]
        return [rounded(c, format) for c in linear(rows, left, weights)]

    given = [mpf(x) for x in given]
    at_once = given + rest(given)
    while len(given) < count:
        given.append(rest(given)[0])
    return min(((c, max(abs(w * (polyval(c[::-1], t) / d - f)) for t, f, d, w in zip(ts, fs, scale, weights))) for c in (at_once, given)), key=lambda x: x[1])


def show(name, format, c, worst=None):
    digits = 9 if format == SINGLE else 17
    print(f"{name}: {len(c)} coefficients" + (f", error 2^{mp.nstr(log(worst, 2), 4)}" if worst is not None else ""))
    print("    " + ", ".join(mp.nstr(x, digits, min_fixed=-3).removesuffix(".0") for x in c[::-1]))


def polynomial(name, format, ts, fs, weights, count, given=()):
    show(name, format, *settle(format, ts, fs, weights, count, given=given))


def ratio(name, format, ts, fs, weights, p_degree, q_degree, given=()):
    p, q = quotient(ts, fs, weights, p_degree, q_degree)
    q = [rounded(x, format) for x in q]
    p, worst = settle(format, ts, fs, weights, p_degree + 1, lambda t: polyval(q[::-1], t), given)
    show(name + ", above", format, p, worst)
    show(name + ", below", format, q)


def fit_exp(name, format, count):
    half = log(2) / 2
    xs = [x for x in between(-half * mpf("1.003"), half * mpf("1.0031")) if x != 0]
    polynomial(name, format, xs, [(expm1(x) - x) / x**2 for x in xs], [x**2 / exp(x) for x in xs], count)


def fit_log_single(name, count):
    xs = [x for x in between(mpf("-0.33334"), mpf("0.33335")) if x != 0]
    polynomial(name, SINGLE, xs, [(log1p(x) - x) / x**2 for x in xs], [abs(x**2 / log1p(x)) for x in xs], count)


def fit_log_double(name, count):
    # log(1 + f) = 2s + s·z·P(z), s = f/(2 + f), z = s²
    limit = (sqrt(2) - 1) / (sqrt(2) + 1)
    ss = cluster(mpf("1e-6"), limit * mpf("1.001"), mpf("0.1"))
    polynomial(name, DOUBLE, [s * s for s in ss], [(log((1 + s) / (1 - s)) - 2 * s) / s**3 for s in ss], [s**3 / log((1 + s) / (1 - s)) for s in ss], count)


def fit_sin(name, format, count):
    xs = cluster(mpf("1e-6"), pi / 2 * mpf("1.001"), mpf(1))
    polynomial(name, format, [x * x for x in xs], [(sin(x) - x) / x**3 for x in xs], [x**3 / sin(x) for x in xs], count)


def fit_erf_near(name, format, count, top):
    xs = cluster(mpf("1e-6"), top * mpf("1.001"), mpf(1))
    # erf(x) = x + x·P(x²): the coefficients are smaller, and so is their rounding
    polynomial(name, format, [x * x for x in xs], [erf(x) / x - 1 for x in xs], [x / erf(x) for x in xs], count)


def fit_erf_far(name, format, count, low, high):
    # erfc(x) = 2^(x·P(x)); the error is erf's
    xs = between(low, high)
    polynomial(name, format, xs, [log(erfc(x), 2) / x for x in xs], [x * log(2) * erfc(x) / erf(x) for x in xs], count)


def fit_exp2(name, format, count):
    xs = between(mpf("-0.501"), mpf("0.501"))
    polynomial(name, format, xs, [mpf(2) ** x for x in xs], [mpf(2) ** -x for x in xs], count)


def fit_normal(name, format, p_degree, q_degree, top):
    # erfc(x/√2)/2 = C·e^(−x²/2)/(x + 0.8)·(1 + P(x)/Q(x)), C = 1/√(2π) and 0.8 as the format has them
    constant, more = rounded(1 / sqrt(2 * pi), format), rounded(mpf("0.8"), format)
    xs = cluster(mpf("1e-6"), top, mpf(2))
    fs = [(x + more) * exp(x * x / 2) * erfc(x / sqrt(2)) / 2 / constant for x in xs]
    ratio(name, format, xs, [f - 1 for f in fs], [1 / f for f in fs], p_degree, q_degree)


FITS = {
    "exp-single": lambda name: fit_exp(name, SINGLE, 5),
    "exp-double": lambda name: fit_exp(name, DOUBLE, 10),
    "log-single": lambda name: fit_log_single(name, 9),
    "log-double": lambda name: fit_log_double(name, 7),
    "sin-single": lambda name: fit_sin(name, SINGLE, 5),
    "sin-double": lambda name: fit_sin(name, DOUBLE, 8),
    "erf-near-single": lambda name: fit_erf_near(name, SINGLE, 6, mpf("0.9")),
    "erf-near-double": lambda name: fit_erf_near(name, DOUBLE, 12, mpf(1)),
    "erf-far-single": lambda name: fit_erf_far(name, SINGLE, 7, mpf("0.9"), mpf(4)),
    "exp2-single": lambda name: fit_exp2(name, SINGLE, 6),
    "normal-single": lambda name: fit_normal(name, SINGLE, 4, 5, mpf("14.8")),
    "normal-double": lambda name: fit_normal(name, DOUBLE, 10, 11, mpf("38.8")),
}

if __name__ == "__main__":
    for name in sys.argv[1:] or FITS:
        FITS[name](name)
