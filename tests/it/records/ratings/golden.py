"""Computes what the packs of schemes make of the same scores: the expectation that golden.rs is held to.

Independent of the program: exact fractions, the rules read from the words of each scheme, no code shared.
Run from the root of the repository: python3 tests/it/records/ratings/golden.py > tests/it/records/ratings/golden.csv
"""

import csv
import json
import random
import sys
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

PACKS = {
    "five_dimensions": "data/packs/wufeng/ratings.json",
    "ten_star_member": "data/packs/zhushan/ratings.json",
    "ten_star_branch": "data/schemes/ten_star_branch.json",
    "ten_star_household": "data/schemes/ten_star_household.json",
    "monthly_points": "data/schemes/monthly_points.json",
    "capped_points": "data/schemes/capped_points.json",
    "annual_appraisal": "data/schemes/annual_appraisal.json",
}
GRADES = {4: "优秀", 3: "合格", 2: "基本合格", 1: "不合格", 0: "不合格"}
WORDS = "无一二三四五六七八九十"


def half_up(value, decimals):
    """A fraction, rounded half up to so many decimals, without trailing noughts."""
    scaled = value * 10**decimals
    whole = (scaled.numerator * 2 + scaled.denominator) // (scaled.denominator * 2)
    return Fraction(whole, 10**decimals)


def printed(value):
    text = str((Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP))
    return text.rstrip("0").rstrip(".") if "." in text else text


def outcome(scheme, scores, veto):
    """Total, stars and what they are called; none where the scheme asks for more scores."""
    if not scores:
        return None
    products = []
    for dimension in scheme["dimensions"]:
        code = dimension["code"]
        if code not in scores:
            if scheme["missing_part"] == "refuse":
                return None
            if scheme["missing_part"] == "leave_out":
                continue
        product = scores.get(code, Fraction(0)) * Fraction(str(dimension["weight"]))
        if dimension.get("cap") is not None:
            product = min(product, Fraction(str(dimension["cap"])))
        products.append(product)
    total = sum(products, Fraction(0))
    if scheme["aggregation"] == "mean":
        total /= len(products)
    total = half_up(total, 2)
    stars = max((step["stars"] for step in scheme["thresholds"] if total >= Fraction(str(step["minimum"]))), default=0)
    for own in scheme.get("vetoes", []):
        if own["code"] == veto:
            stars = own["stars"]
    grades = scheme.get("rules", {}).get("result") == "grades"
    return total, stars, GRADES[stars] if grades else WORDS[stars] + "星"


def main():
    chance = random.Random(20261129)
    cases = []
    for number in range(60):
        shares = [Fraction(chance.randint(0, 1000), 1000) for _ in range(10)]
        if number % 5 == 4:
            # High ones, so that the upper levels are reached.
            shares = [1 - share / 8 for share in shares]
        missing = {place for place in range(10) if number % 3 == 2 and chance.random() < 0.2}
        cases.append((number, shares, missing))
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["pack", "case", "scores", "veto", "total", "stars", "level"])
    for name, path in PACKS.items():
        with open(path, encoding="utf-8") as file:
            scheme = json.load(file)
        for number, shares, missing in cases:
            scores = {}
            for place, dimension in enumerate(scheme["dimensions"]):
                if place not in missing:
                    scores[dimension["code"]] = half_up(shares[place] * Fraction(str(dimension["maximum"])), scheme["decimals"])
            vetoes = [""] + [veto["code"] for veto in scheme.get("vetoes", [])]
            veto = vetoes[number % len(vetoes)] if number % 4 == 3 else ""
            found = outcome(scheme, scores, veto)
            told = [printed(found[0]), found[1], found[2]] if found else ["", "", ""]
            typed = ";".join(f"{code}={printed(score)}" for code, score in scores.items())
            out.writerow([name, number, typed, veto, *told])


main()
