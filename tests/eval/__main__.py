"""`python -m tests.eval`: print precision and recall of each detector; `--errors` shows where they are wrong."""

import argparse
from collections import Counter

from services.validator.detectors.names import is_given
from tests.eval.blind import BLIND
from tests.eval.cases import SEED, all_cases
from tests.eval.fresh import FRESH
from tests.eval.languages import LANGUAGES
from tests.eval.score import STRONG, scored


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.eval", description=__doc__)
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="show N errors of each detector")
    parser.add_argument("--seed", type=int, default=SEED, metavar="N", help="another set than the fixed one")
    parser.add_argument("--fresh", action="store_true", help="nine languages more, and other words in six known ones")
    parser.add_argument("--blind", action="store_true", help="six languages that the detectors were not made with")
    options = parser.parse_args()
    languages = BLIND if options.blind else FRESH if options.fresh else LANGUAGES
    cases = list(all_cases(options.seed, languages=languages))
    known = [is_given(name) for language in languages.values() for name in language.given]
    size = sum(len(case.text) for case in cases) / 1e6
    print(f"{len(cases)} texts in {len(languages)} languages, {size:.1f} M characters")
    print(f"{sum(known)} of their {len(known)} given names are known to the detectors; all others are held out\n")
    print(f"{'detector':20} {'precision':>9} {'recall':>7} {'right':>6} {'missed':>7} {'invented':>9}")
    for detector, score in scored(cases).items():
        mark = " strong" if detector in STRONG else ""
        print(
            f"{detector:20} {score.precision:9.4f} {score.recall:7.4f} {score.right:6} {len(score.missed):7} "
            f"{len(score.invented):9}{mark}"
        )
        if options.errors:
            for name, wrong in (("missed", score.missed), ("invented", score.invented)):
                print(
                    f"    {name}: {dict(Counter(f'{case.kind}/{case.language}' for case, _ in wrong).most_common(12))}"
                )
                for case, value in wrong[: options.errors]:
                    print(f"      {case.kind}/{case.language} {value!r}: {case.text[:400]!r}")


if __name__ == "__main__":
    main()
