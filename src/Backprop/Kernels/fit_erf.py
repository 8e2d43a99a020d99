"""Fits the polynomials of ElementFunctions.Erf.cs with mpmath and prints them as C#. Run: /usr/bin/python3 src/Backprop/Kernels/fit_erf.py

Chebyshev interpolation of a smooth function, turned into powers of a variable within [-1, 1]:
  erf(x)/x          in u = 2 x^2 - 1,                     |x| <= 1
  exp(x^2) erfc(x)  in q = (x - a)/(x + a) mapped to [-1, 1], 1 <= x <= top
"""
from mpmath import mp, mpf, cos, pi, erf, erfc, exp, sqrt, chop

mp.dps = 60


def chebyshev_powers(f, degree):
    n = degree + 1
    nodes = [cos(pi * (k + mpf(1) / 2) / n) for k in range(n)]
    values = [f(x) for x in nodes]
    c = [2 / mpf(n) * sum(v * cos(j * pi * (k + mpf(1) / 2) / n) for k, v in enumerate(values)) for j in range(n)]
    c[0] /= 2
    powers = [mpf(0)] * n
    before, now = [mpf(1)], [mpf(0), mpf(1)]
    for j in range(n):
        poly = before if j == 0 else now
        for i, p in enumerate(poly):
            powers[i] += c[j] * p
        if j > 0:
            after = [mpf(0)] + [2 * p for p in now]
            for i, p in enumerate(before):
                after[i] -= p
            before, now = now, after
    return powers


def report(name, f, degree, weight=lambda u: 1):
    p = chebyshev_powers(f, degree)
    worst = max(abs(sum(c * u**i for i, c in enumerate(p)) / f(u) - 1) for u in [mpf(k) / 400 - 1 for k in range(801)])
    print(f"    // {name}: degree {degree}, relative error {mp.nstr(worst, 3)}")
    print("    [" + ", ".join(mp.nstr(c, 20, min_fixed=-3) for c in p) + "];\n")


def near(u):
    x = sqrt((u + 1) / 2)
    return erf(x) / x if x != 0 else 2 / sqrt(pi)


def far(top, a):
    low, high = (1 - a) / (1 + a), (top - a) / (top + a)
    def f(u):
        q = low + (u + 1) / 2 * (high - low)
        x = a * (1 + q) / (1 - q)
        return exp(x * x) * erfc(x)
    return f, low, high


report("erf(x)/x, double", near, 13)
report("erf(x)/x, float", near, 7)
for name, top, degree in [("double", mpf("27.5"), 23), ("float", mpf("10.5"), 9)]:
    a = mpf(3)
    f, low, high = far(top, a)
    print(f"    // q = (x - 3)/(x + 3) in [{mp.nstr(low, 20)}, {mp.nstr(high, 20)}]; u = {mp.nstr(2 / (high - low), 20)} q + {mp.nstr(-1 - 2 * low / (high - low), 20)}")
    report(f"exp(x^2) erfc(x), 1 <= x <= {top}, {name}", f, degree)
