"""The report: sentences made of an annex alone, so that whoever has the annex can make it again. PURE."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moderation.review.catalogue import ASVS, BASICS, CONTROLS, ISO, ITEMS, OTHER, RELAYED, TESTED, Control

Annex = Mapping[str, Any]
Texts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a claim stands on, in words, and the entry of the log that shows it."""

    text: str
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that is said: about what, how it stands, in which sentence, on which proofs."""

    subject: str
    status: str
    label: str
    text: str
    proofs: tuple[Proof, ...] = ()
    law: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: paragraphs, claims, a table whose first row is its head, and lines kept to the letter."""

    title: str
    paragraphs: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    code: tuple[str, ...] = ()
    level: int = 2


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report, in one language."""

    title: str
    language: str
    head: tuple[str, ...]
    blockers: tuple[str, ...]
    verdict: str
    sections: tuple[Section, ...]


def report(annex: Annex, texts: Texts, language: str) -> Report:
    """The report of an annex, in the language of the texts."""
    page = _Page(annex, texts, language)
    parts = {"cn": page.cn, "iso27001": page.iso, "asvs": page.asvs}[annex["profile"]]
    words = texts["words"]
    blockers = tuple(page.blocker(blocker) for blocker in annex["blockers"])
    head = (words[f"law_{annex['profile']}"], words["paraphrase"], page.fill("head", **page.frame()))
    sections = (*parts(), page.numbers(), page.checkpoint())
    verdict = words["unsigned"] if blockers else words["signed"]
    return Report(texts["titles"][annex["profile"]], language, head, blockers, verdict, sections)


def moment(stamp: str, texts: Texts) -> str:
    """A moment of the log in the report's words, to the minute and in UTC."""
    written: str = texts["words"]["moment"]
    return written.format(datetime.fromisoformat(stamp).astimezone(UTC))


def measured(name: str, state: Annex, texts: Texts) -> Claim:
    """The claim of a control: its sentence with what was found in it, and the entries that show it."""
    words, control = texts["words"], texts["controls"][name]
    checked, passed = state["checked_entry"], state["passed_entry"]
    proofs = [Proof(words["evidence_entry"].format(entry=checked), checked)] if passed != checked else []
    if passed is None:
        proofs.append(Proof(words["evidence_never"]))
    else:
        at = moment(state["passed_at"], texts)
        proofs.append(Proof(words["evidence_passed"].format(at=at, entry=passed), passed))
    outcome = state["outcome"]
    text: str = control[outcome].format(**state["facts"])
    return Claim(control["title"], outcome, words[f"status_{outcome}"], text, tuple(proofs), law(name, texts))


def law(name: str, texts: Texts) -> str:
    """The sources that ask for a control, in one line."""
    control = CONTROLS[name]
    items = [texts["words"]["item"].format(item=texts["numerals"][str(item)]) for item in control.items]
    comma: str = texts["words"]["comma"]
    return comma.join((*items, *(texts["laws"][law] for law in control.laws)))


@dataclass(frozen=True, slots=True)
class _Page:
    annex: Annex
    texts: Texts
    language: str

    def fill(self, word: str, **facts: object) -> str:
        """The sentence, with the facts in their places."""
        text: str = self.texts["words"][word]
        return text.format(**facts)

    def at(self, stamp: str) -> str:
        return moment(stamp, self.texts)

    def frame(self) -> dict[str, str]:
        times = {name: self.at(self.annex[name]) for name in ("start", "end", "run_at")}
        plain = {name: self.annex[name] for name in ("service", "version", "server_profile")}
        return times | plain | {"run_by": self.texts["words"][self.annex["run_by"]]}

    def cn(self) -> Iterable[Section]:
        """The four parts of Article 6; the second has the eight items of Article 5."""
        titles = self.texts["titles"]
        yield Section(titles["basics"], self.basics(), tuple(map(self.stated, BASICS)))
        counts, size = self.annex["counts"], self.annex["size"]
        yield Section(
            titles["measures"], (self.fill("effect", entries=counts["entries"], refused=counts["refused"], size=size),)
        )
        for item, topics in ITEMS.items():
            controls = (name for name, control in self.controls() if item in control.items)
            claims = (*map(self.measured, controls), *map(self.stated, topics))
            yield Section(self.texts["items"][str(item)], claims=claims, level=3)
        yield from self.end()
        yield Section(titles["others"], (self.texts["words"]["clock"], *self.triggers()), (self.stated(OTHER),))

    def iso(self) -> Iterable[Section]:
        yield Section(self.texts["titles"]["basics"], self.basics())
        for requirement in ISO:
            claims = tuple(self.measured(name) for name, control in self.controls() if requirement in control.iso)
            yield Section(self.texts["iso"][requirement], claims=claims, level=3)
        yield from self.end()

    def asvs(self) -> Iterable[Section]:
        yield Section(self.texts["titles"]["basics"], self.basics())
        for requirement in ASVS:
            title = f"{requirement} {self.texts['asvs'][requirement]}"
            yield Section(title, claims=tuple(self.answers(requirement)), level=3)
        yield from self.end()

    def answers(self, requirement: str) -> Iterable[Claim]:
        measured = [name for name, control in self.controls() if requirement in control.asvs]
        yield from map(self.measured, measured)
        if requirement in TESTED:
            yield self.plain(requirement, "tested", self.fill("tested", tests=TESTED[requirement]))
        elif not measured:
            yield self.unanswered(requirement)

    def unanswered(self, requirement: str) -> Claim:
        """The claim of a requirement that nothing was found out about, or that asks nothing of this server."""
        words = self.texts["words"]
        if requirement not in RELAYED:
            return self.plain(requirement, "none", words["none"])
        if "turn=no" in self.annex["technology"]:
            return self.plain(requirement, "absent", words["no_relay"])
        return self.plain(requirement, "none", words["relay"])

    def basics(self) -> tuple[str, ...]:
        return (
            self.fill("software", version=self.annex["version"]),
            self.fill("built", technology=self.texts["words"]["comma"].join(self.annex["technology"])),
            self.fill("scale", people=self.annex["people"], rooms=self.annex["rooms"]),
            self.texts["words"]["spoken"],
            self.texts["words"]["no_ring" if self.annex["server_profile"] == "private" else "ring"],
        )

    def controls(self) -> Iterable[tuple[str, Control]]:
        """Those that there were when the annex was made: a version that has more makes its report all the same."""
        return ((name, control) for name, control in CONTROLS.items() if name in self.annex["controls"])

    def measured(self, name: str) -> Claim:
        return measured(name, self.annex["controls"][name], self.texts)

    def stated(self, topic: str) -> Claim:
        """The claim of a topic: what the operator stated, or that nothing was."""
        title, statement = self.texts["topics"][topic], self.annex["statements"].get(topic)
        if statement is None:
            return self.plain(title, "missing", self.texts["words"]["unstated"])
        ours, other = ("chinese", "english") if self.language.startswith("zh") else ("english", "chinese")
        text = self.fill("stated", text=statement[ours] or statement[other], at=self.at(statement["at"]))
        proof = Proof(self.fill("evidence_entry", entry=statement["entry"]), statement["entry"])
        return self.plain(title, "stated", text, (proof,))

    def plain(self, subject: str, status: str, text: str, proofs: tuple[Proof, ...] = ()) -> Claim:
        return Claim(subject, status, self.texts["words"][f"status_{status}"], text, proofs)

    def end(self) -> Iterable[Section]:
        """The conclusion, and the findings it rests on."""
        titles, words, findings = self.texts["titles"], self.texts["words"], self.annex["findings"]
        states = [state["outcome"] for state in self.annex["controls"].values()]
        critical = sum(finding["severity"] == "critical" for finding in findings)
        numbers = {outcome: states.count(outcome) for outcome in ("passed", "failed", "unknown")}
        verdict = self.fill(
            "conclude_bad" if critical else "conclude_good",
            total=len(states),
            open=len(findings),
            critical=critical,
            **numbers,
        )
        yield Section(titles["conclusion"], (verdict, words["judged"], words["signature"]))
        said = tuple(self.finding(finding) for finding in findings) or (words["no_findings"],)
        yield Section(titles["findings"], said, level=3)

    def finding(self, finding: Annex) -> str:
        words = self.texts["words"]
        return self.fill(
            "finding",
            finding=finding["id"],
            severity=words[finding["severity"]],
            opened=self.at(finding["opened"]),
            due=self.at(finding["due"]),
            owner=words["owned" if finding["owned"] else "unowned"],
            title=self.title(finding),
        )

    def title(self, finding: Annex) -> str:
        title: str = self.texts["controls"][finding["control"]]["title"] if finding["control"] else finding["title"]
        return title

    def triggers(self) -> tuple[str, ...]:
        triggers = self.annex["triggers"]
        if not triggers:
            return (self.texts["words"]["no_triggers"],)
        return tuple(
            self.fill(
                "trigger",
                reason=self.texts["reasons"][trigger["reason"]],
                noticed=self.at(trigger["noticed"]),
                due=self.at(trigger["due"]),
            )
            for trigger in triggers
        )

    def blocker(self, blocker: Annex) -> str:
        kind = blocker["kind"]
        if kind == "finding":
            return self.fill("block_finding", finding=blocker["id"], title=self.title(blocker))
        titles = self.texts["topics"] if kind == "statement" else self.texts["controls"]
        title = titles[blocker["id"]] if kind == "statement" else titles[blocker["id"]]["title"]
        return self.fill(f"block_{kind}", title=title, at=self.at(blocker["at"]))

    def numbers(self) -> Section:
        words, counts = self.texts["words"], self.annex["counts"]
        ways = ("ok", "refused", "failed")
        head = (words["action"], words["done"], words["turned_away"], words["broken"])
        rows = ((action, *(str(times.get(way, 0)) for way in ways)) for action, times in counts["acts"].items())
        sums = (str(sum(times.get(way, 0) for times in counts["acts"].values())) for way in ways)
        return Section(
            self.texts["titles"]["numbers"], (words["counts"],), table=(head, *rows, (words["total"], *sums))
        )

    def checkpoint(self) -> Section:
        lines = tuple(line for line in self.annex["checkpoint"].split("\n") if line)
        return Section(self.texts["words"]["checkpoint"], code=lines, level=3)
