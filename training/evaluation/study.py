"""A study: for one configuration every method and the blend on the same customers, test looked at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from config.settings import Settings
from training.baselines.history import History
from training.baselines.methods import BASELINES, Baseline, Known
from training.data.products import build_catalogue
from training.data.shop import Shop
from training.evaluation.blend import CatalogueOf, answers, fit_blend
from training.evaluation.bootstrap import Interval, paired_interval
from training.evaluation.metrics import judged_rows
from training.evaluation.papers import Paper, PaperPart, Sitting, sit
from training.evaluation.scores import KS, LENGTH, METRICS, Lists, Metric, Score, Shelf, score, values_of
from training.evaluation.split import NotJudgeable
from training.evaluation.tuned import Tuned, asked, tuned_on, untuned
from training.evaluation.worlds import World, worlds_of
from training.fitting.progress import Progress, silent
from training.ranking.learned import Wanted

BLEND = "blend"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The blend beside the best single method by the same metric, and the interval of the difference."""

    part: PaperPart
    k: int
    metric: Metric
    best: str
    blend_value: float
    best_value: float
    interval: Interval


@dataclass(slots=True)
class Study:
    """What was found.

    facts   windows and sizes, by world
    tuned   settings of the baselines, chosen on validation
    blend   choices of the blend, by world
    notes   what could not be fitted or judged, and why
    """

    facts: dict[str, Any] = field(default_factory=dict)
    scores: list[Score] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    tuned: list[Tuned] = field(default_factory=list)
    blend: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def parts(self) -> list[PaperPart]:
        """The parts that were judged, in order."""
        return list(dict.fromkeys(line.part for line in self.scores))

    def of(self, part: PaperPart, k: int) -> list[Score]:
        """The lines of one part and length: the blend first, then by recall."""
        lines = [line for line in self.scores if line.part == part and line.k == k]
        return sorted(lines, key=lambda line: (line.method != BLEND, -line.recall))

    def to_dict(self) -> dict[str, Any]:
        """Plain values that fit JSON."""
        return {
            "facts": self.facts,
            "scores": [asdict(line) for line in self.scores],
            "comparisons": [asdict(line) for line in self.comparisons],
            "tuned": [choice.to_dict() for choice in self.tuned],
            "blend": self.blend,
            "notes": self.notes,
        }


def run_study(
    shop: Shop, settings: Settings, progress: Progress = silent, baselines: Sequence[Baseline] = BASELINES
) -> Study:
    """Tune on validation, then look at test once; what cannot be fitted is noted and the rest goes on."""
    study = Study()
    worlds = worlds_of(shop.orders, settings)
    if isinstance(worlds, NotJudgeable):
        study.notes.append(worlds.reason)
        return study
    for world in worlds:
        _Judge(study, shop, settings, progress, baselines).judge(world)
    return study


@dataclass(frozen=True, slots=True, eq=False)
class _Judge:
    study: Study
    shop: Shop
    settings: Settings
    progress: Progress
    baselines: Sequence[Baseline]

    def judge(self, world: World) -> None:
        """Everything in one world."""
        validation, test = (
            sit(world.orders, world.lines, cut, world.rules, self.settings.training.seed)
            for cut in (world.validation, world.test)
        )
        self.study.facts[world.name] = world.facts() | _sizes(test)
        papers = list(_papers(world, validation, test, self.study.notes))
        lists = {part: {} for _, paper in papers for part in _parts(paper)}  # type: dict[PaperPart, dict[str, Lists]]
        for before, paper in papers:
            for baseline in self.baselines:
                if baseline.carts if paper.carts else baseline.customers:
                    self._single(baseline, (before, validation), (paper, test), lists)
        self._blend(world, validation, test, [paper for _, paper in papers], lists)
        for _, paper in papers:
            self._measure(paper, test, lists)

    def _single(
        self,
        baseline: Baseline,
        validation: tuple[Paper | NotJudgeable, Sitting],
        test: tuple[Paper, Sitting],
        lists: dict[PaperPart, dict[str, Lists]],
    ) -> None:
        """The lists of one baseline, or a note."""
        paper, sitting = test
        try:
            tuned = self._tune(baseline, *validation, test)
            self.progress(f"{baseline.name}: fitting for the test")
            found = asked(baseline, tuned, paper, self._known(sitting, paper), LENGTH)
        except Exception as error:  # one method that fails must not take the others with it
            what = "carts" if paper.carts else "customers"
            self._note(f"{baseline.name} not fitted for {what}: {type(error).__name__}: {error}")
            return
        self.study.tuned += tuned
        for part, whole in found.items():
            lists[part][baseline.name] = _first(whole)

    def _tune(
        self, baseline: Baseline, paper: Paper | NotJudgeable, sitting: Sitting, test: tuple[Paper, Sitting]
    ) -> list[Tuned]:
        if isinstance(paper, NotJudgeable):
            return untuned(baseline, test[0], self._known(test[1], test[0]))
        return tuned_on(baseline, paper, self._known(sitting, paper), self.progress)

    def _blend(
        self,
        world: World,
        validation: Sitting,
        test: Sitting,
        papers: Sequence[Paper],
        lists: dict[PaperPart, dict[str, Lists]],
    ) -> None:
        try:
            bundle, choices = fit_blend(
                validation.exam_for_tuning(),
                test.exam,
                self._catalogue,
                self.settings.training,
                self.progress,
                _wanted(papers),
            )
        except Exception as error:  # the baselines' figures are worth printing without it
            self._note(f"the blend was not fitted for {world.name}: {type(error).__name__}: {error}")
            return
        self.study.blend[world.name] = choices.to_dict()
        for paper in papers:
            for question in paper.questions:
                self.progress(f"asking the blend: {question.part}")
                lists[question.part][BLEND] = answers(bundle, paper, question)

    def _measure(self, paper: Paper, test: Sitting, lists: Mapping[PaperPart, Mapping[str, Lists]]) -> None:
        history = History.of(test.exam.history, test.exam.cut.at - 1, test.exam.customers)
        shelf = Shelf(history.product_orders(), test.exam.history.n_orders)
        for question in paper.questions:
            self.progress(f"measuring: {question.part}")
            answered = lists[question.part]
            lines = [line for name in answered for line in score(name, answered[name], question, shelf)]
            self.study.scores += lines
            if BLEND not in answered or len(answered) == 1 or not lines[0].rows:
                continue
            customers = paper.customers[judged_rows(question.truth)]
            for k in KS:
                at_k = [line for line in lines if line.k == k]
                values = {name: values_of(answered[name](k), question, k) for name in answered}
                for metric in METRICS:
                    best, blend = _best(at_k, metric)
                    interval = paired_interval(
                        values[BLEND][metric],
                        values[best.method][metric],
                        customers,
                        self.settings.evaluation.bootstrap_samples,
                        self.settings.training.seed,
                    )
                    pair = getattr(blend, metric), getattr(best, metric)
                    self.study.comparisons.append(
                        Comparison(question.part, k, metric, best.method, *pair, interval)
                    )

    def _known(self, sitting: Sitting, paper: Paper) -> Known:
        exam = sitting.exam
        history = History.of(exam.history, exam.cut.at - 1, paper.customers)
        catalogue = self._catalogue(exam)
        return Known(exam.history, history, catalogue, exam.cut.at - 1, self.settings.training, self.progress)

    @property
    def _catalogue(self) -> CatalogueOf:
        return lambda exam: build_catalogue(exam.history, self.shop.products)

    def _note(self, text: str) -> None:
        self.progress(text)
        self.study.notes.append(text)


def _papers(
    world: World, validation: Sitting, test: Sitting, notes: list[str]
) -> Iterable[tuple[Paper | NotJudgeable, Paper]]:
    """The papers of the world that can be judged on test, each with its validation paper."""
    pairs = []
    if world.customers:
        pairs.append((validation.customers, test.customers))
    if world.carts:
        pairs.append((validation.carts, test.carts))
    for before, paper in pairs:
        if isinstance(before, NotJudgeable):
            notes.append(f"nothing was tuned, first settings hold: {before.reason}")
        if isinstance(paper, NotJudgeable):
            notes.append(paper.reason)
        else:
            yield before, paper


def _wanted(papers: Sequence[Paper]) -> Wanted:
    """What the papers ask about; where nothing can be asked it does not matter."""
    kinds = {paper.carts for paper in papers}
    return "people and carts" if len(kinds) != 1 else "carts" if kinds.pop() else "people"


def _first(lists: Any) -> Lists:
    return lambda k: lists[:, :k]


def _best(lines: Sequence[Score], metric: Metric) -> tuple[Score, Score]:
    """The best single method by the metric, and the blend."""
    singles = [line for line in lines if line.method != BLEND]
    blend = next(line for line in lines if line.method == BLEND)
    return max(singles, key=lambda line: getattr(line, metric)), blend


def _parts(paper: Paper) -> list[PaperPart]:
    return [question.part for question in paper.questions]


def _sizes(test: Sitting) -> dict[str, Any]:
    exam = test.exam
    return {
        "history_orders": exam.history.n_orders,
        "history_lines": len(exam.history.lines),
        "history_customers": len(exam.history.customers),
        "products_sold": exam.n_sold,
        "customers": 0 if isinstance(test.customers, NotJudgeable) else len(test.customers),
        "carts": 0 if isinstance(test.carts, NotJudgeable) else len(test.carts),
        "carts_new": len(exam.carts),
    }
