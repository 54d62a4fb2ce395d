#!/usr/bin/env python3
"""Decides random relations and systems with fractions alone, by other methods than the program.

    exact.py < QUESTIONS > ANSWERS

One question a line, tab-separated; one answer a line in the same order.

    claim KIND HAVE... WANT     HAVE and WANT are intervals `low,high` with `[`, `(`, `]`, `)` at the ends;
                                answer: `yes` where some numbers in the intervals satisfy the relation
    system N ROW...             ROW is `f1 f2 ... <= b` or `< b` over N unknowns, none below zero;
                                answer: `none`, or for each unknown its interval

A claim is decided by the corners of the box: every formula rises or falls in each operand, so that it is
least and greatest in corners, and reaches an end only where every bound of that corner is reached.
A system is decided by Fourier and Motzkin's elimination, which knows strict inequalities by itself.
"""
import sys
from fractions import Fraction
from itertools import product


def interval(text):
    low, high = text[1:-1].split(",")
    return (Fraction(low), text[0] == "["), (Fraction(high), text[-1] == "]")


def formula(kind, x):
    if kind == "sum":
        return sum(x)
    if kind == "difference":
        return x[0] - x[1]
    if kind == "mean":
        return x[0] / x[1]
    if kind in ("of_plan", "share", "index"):
        return 100 * x[0] / x[1]
    if kind == "growth":
        return 100 * (x[0] / x[1] - 1)
    if kind == "routes":  # level / rate% x (1 + growth%)
        return x[0] / (x[1] / 100) * (1 + x[2] / 100)
    if kind == "parts":  # whole in percent of the plans behind two parts
        return 100 * x[0] / (x[1] / (x[2] / 100) + x[3] / (x[4] / 100))
    raise ValueError(kind)


def claim(kind, have, want):
    corners = {}
    for corner in product(*have):
        value = formula(kind, [bound for bound, _ in corner])
        corners[value] = corners.get(value, False) or all(closed for _, closed in corner)
    low, high = min(corners), max(corners)
    (least, least_in), (most, most_in) = want
    below = low < most or (low == most and corners[low] and most_in)
    above = least < high or (least == high and corners[high] and least_in)
    return "yes" if below and above else "no"


def eliminate(rows, at):
    upper = [r for r in rows if r[0][at] > 0]
    lower = [r for r in rows if r[0][at] < 0]
    kept = [r for r in rows if r[0][at] == 0]
    for (a, b, s), (c, d, t) in product(upper, lower):
        p, q = a[at], -c[at]
        kept.append(([x / p + y / q for x, y in zip(a, c)], b / p + d / q, s or t))
    return list({(tuple(f), b, s): (f, b, s) for f, b, s in kept}.values())


def system(count, rows):
    for at in range(count):
        rows.append(([Fraction(-1 if at == i else 0) for i in range(count)], Fraction(0), False))
    answers = []
    for wanted in range(count):
        left = rows
        for at in range(count):
            if at != wanted:
                left = eliminate(left, at)
        low, high = (None, True), (None, True)
        for factors, bound, strict in left:
            factor = factors[wanted]
            if factor == 0:
                if bound < 0 or (bound == 0 and strict):
                    return "none"
                continue
            end = bound / factor
            if factor > 0 and (high[0] is None or (end, not strict) < high):
                high = (end, not strict)
            if factor < 0 and (low[0] is None or (-end, not strict) < (-low[0], low[1])):
                low = (end, not strict)
        if low[0] is not None and high[0] is not None:
            if low[0] > high[0] or (low[0] == high[0] and not (low[1] and high[1])):
                return "none"
        show = lambda end: "" if end[0] is None else str(end[0])
        answers.append(f"{'[' if low[1] else '('}{show(low)},{show(high)}{']' if high[1] else ')'}")
    return " ".join(answers)


def row(text):
    left, sign, bound = text.rpartition(" <= ") if " <= " in text else text.rpartition(" < ")
    return [Fraction(f) for f in left.split()], Fraction(bound), "<=" not in sign


def main():
    for line in sys.stdin:
        kind, *fields = line.rstrip("\n").split("\t")
        if kind == "claim":
            name, *texts = fields
            *have, want = [interval(text) for text in texts]
            print(claim(name, have, want))
        else:
            print(system(int(fields[0]), [row(text) for text in fields[1:]]))


if __name__ == "__main__":
    main()
