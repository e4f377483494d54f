"""How good and how fast the cue builder and the audit are: `python -m benchmarks.captions [--profile P]
[--show N]`.

For every material and profile: captions, errors, warnings about single captions, the share of captions that
break each rule, and how much of it the speech itself leaves no way around. A warning about reading speed or
time on screen is *unavoidable* when the caption already stands from its first word until the next one must
come, or as long after its last word as its profile lets it (tests prove that no other division of the words would
cost less). `on time` is the share of captions whose first word begins within the profile's tolerance. `--onsets`
shows which rule costs how many onsets (`caption_onsets`), `--others` puts other makers' captions of the same words
beside ours (`caption_makers`), `--faults` plants faults (`caption_faults`), `--recue` shows whose cues stay (`caption_cuts`).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a script, from anywhere

from benchmarks import caption_cuts, caption_faults, caption_makers, caption_onsets, results
from benchmarks.caption_material import (
    Material,
    built_film,
    demo,
    document_of,
    drawn,
    facts_of,
    meetings,
    recordings,
)
from pipeline.audit import Document, Report, Severity, audit
from pipeline.audit.model import View
from pipeline.audit.synchrony import onsets
from pipeline.english.breaks import Junction, junction
from pipeline.profiles import PROFILES, Profile, limits_of
from pipeline.settings import CaptionSettings
from pipeline.stages.captions import run
from pipeline.timing import format_timecode
from pipeline.transcript import Captions

# A caption that ends this close to what follows had no more time to take.
NO_ROOM_MS = 100
NEVER_MS = 1 << 40
TIME_RULES = ("reading-speed-cps", "reading-speed-wpm", "min-duration")


def built(material: Material, profile: str) -> Captions:
    """Our captions of a material."""
    return run(
        material.aligned, material.voices, CaptionSettings(profile=profile),  # type: ignore[arg-type]
        material.shots, material.boundaries, duration_ms=material.duration_ms,
    )  # fmt: skip


def unavoidable(report: Report, document: Document, latest: Mapping[int, int] | None = None) -> int:
    """Warnings about time in captions that already have all the time there is: until the next one comes, or until `latest`,
    in ms by caption."""
    following = {a.number: b.span.start_ms for a, b in document.pairs}
    ends = {c.number: c.span.end_ms for c in document.cues}
    return sum(
        f.id in TIME_RULES
        and f.severity is Severity.WARNING
        and f.cue_index is not None
        and min(
            following.get(f.cue_index, report.rates.duration_ms), (latest or {}).get(f.cue_index, NEVER_MS)
        )
        - ends[f.cue_index]
        <= NO_ROOM_MS
        for f in report.findings
    )


def latest_ends(material: Material, captions: Captions, profile: str) -> dict[int, int]:
    """Until when each caption may stay after its last word, in ms by its number."""
    stretch_ms = limits_of(CaptionSettings(profile=profile)).stretch_ms  # type: ignore[arg-type]
    tokens = material.aligned.tokens
    return {
        number: max(t.span.end_ms for t in tokens[cue.first : cue.last]) + stretch_ms
        for number, cue in enumerate(captions.cues, 1)
    }


def judged(material: Material, captions: Captions, profile: str) -> tuple[int, int]:
    """The errors in captions, and the warnings that a better caption would not have; words that nobody knows are the text's."""
    document = document_of(material, captions, PROFILES[profile])
    report = audit(document, [PROFILES[profile]], facts_of(material))
    warnings = sum(
        f.severity is Severity.WARNING and f.cue_index is not None and f.id != "word-unknown"
        for f in report.findings
    )
    no_way = unavoidable(report, document, latest_ends(material, captions, profile))
    return report.count(Severity.ERROR), warnings - no_way


def torn_share(material: Material, captions: Captions) -> tuple[float, float]:
    """Share of line breaks and of caption ends that tear a phrase of one speaker apart."""
    tokens = material.aligned.tokens
    breaks = [b for c in captions.cues for b in c.breaks if b not in c.dashes]
    turns = {u.first for u in material.voices.utterances}
    ends = [c.last for c in captions.cues if c.last < len(tokens) and c.last not in turns]
    torn = [
        [junction(tokens[p - 1].text, tokens[p].text) is Junction.TORN for p in places]
        for places in (breaks, ends)
    ]
    return sum(torn[0]) / max(1, len(torn[0])), sum(torn[1]) / max(1, len(torn[1]))


@dataclass(frozen=True)
class Measured:
    """The figures of one set of captions."""

    material: str
    captions: int
    errors: int
    avoidable_percent: float
    on_time_percent: float
    build_s: float


def figures_of(measured: Sequence[Measured]) -> tuple[str, dict[str, float]]:
    """The first material's name, and its figures over all profiles."""
    name = measured[0].material
    rows = [m for m in measured if m.material == name]
    figures: dict[str, float] = {"profiles": len(rows), "errors": sum(m.errors for m in rows)}
    for key in ("captions", "avoidable_percent", "on_time_percent", "build_s"):
        figures |= results.spread(key, [getattr(m, key) for m in rows])
    return name, figures


def line(
    label: str, material: Material, captions: Captions, profile: Profile, seconds: float
) -> tuple[Report, Measured]:
    """Measure one set of captions and print it."""
    document = document_of(material, captions, profile)
    report = audit(document, [profile], facts_of(material))
    warnings = sum(f.severity is Severity.WARNING and f.cue_index is not None for f in report.findings)
    no_way = unavoidable(report, document, latest_ends(material, captions, profile.name))
    lines, ends = torn_share(material, captions)
    late = [c.span.start_ms - material.aligned.tokens[c.first].span.start_ms for c in captions.cues]
    on_time = sum(-profile.early_ms <= ms <= profile.late_ms for ms in late) / max(1, len(late))
    cues = max(1, len(captions.cues))
    print(
        f"{material.name:<24}{profile.name:<10}{label:<9}{len(captions.cues):>5} captions"
        f"{report.count(Severity.ERROR):>5} errors{warnings:>6} warnings ({no_way} unavoidable, "
        f"{(warnings - no_way) / cues:.1%} others)  on time: {on_time:.1%}  torn: {lines:.1%} of lines, {ends:.1%} of captions"
        f"  {seconds:.2f} s"
    )
    return report, Measured(
        material.name, len(captions.cues), report.count(Severity.ERROR), 100 * (warnings - no_way) / cues,
        100 * on_time, seconds,
    )  # fmt: skip


def measure(materials: Iterable[Material], profiles: Sequence[str], show: int) -> list[Measured]:
    """Build, audit and print all of it; then the rules by share of captions."""
    found: list[Measured] = []
    rules: dict[str, Counter[str]] = {p: Counter() for p in profiles}
    total: Counter[str] = Counter()
    for material in materials:
        for name in profiles:
            profile = PROFILES[name]
            began = time.perf_counter()
            captions = built(material, name)
            report, measured = line("ours", material, captions, profile, time.perf_counter() - began)
            found.append(measured)
            total[name] += len(captions.cues)
            for finding in report.findings:
                rules[name][f"{finding.severity} {finding.id}"] += 1
            if show:
                print_captions(material, captions, profile, report, show)
    for name in profiles:
        print(f"\n{name}: findings per caption over {total[name]} captions")
        for rule, count in rules[name].most_common():
            print(f"  {count / max(1, total[name]):7.2%}  {count:>6}  {rule}")
    return found


def side_by_side(materials: Iterable[Material], profiles: Sequence[str]) -> dict[str, float]:
    """Our captions and other makers' of the same words, audited alike and summed up. Gives the figures of the first profile."""
    sums: dict[tuple[str, str], Counter[str]] = {}
    for material in materials:
        facts, theirs = facts_of(material), list(caption_makers.others(material))
        for name in profiles:
            profile = PROFILES[name]
            for maker, document in [("ours", document_of(material, built(material, name), profile)), *theirs]:
                report = audit(document, [profile], facts)
                count = sums.setdefault((name, maker), Counter())
                late = [ms for _, ms in onsets(View(document, facts, profile))]
                count["captions"] += len(document.cues)
                count["errors"] += report.count(Severity.ERROR)
                count["warnings"] += report.count(Severity.WARNING)
                count["others"] += report.count(Severity.WARNING) - unavoidable(report, document)
                count["onsets"] += len(late)
                count["on time"] += sum(-profile.early_ms <= ms <= profile.late_ms for ms in late)
                count["materials"] += 1
    print(
        f"\n{'profile':<10}{'maker':<11}{'of':>4}{'captions':>10}{'errors':>8}{'warnings':>10}{'avoidable':>11}{'on time':>9}"
    )
    for (name, maker), n in sums.items():
        captions = max(1, n["captions"])
        print(
            f"{name:<10}{maker:<11}{n['materials']:>4}{n['captions']:>10}{n['errors']:>8}{n['warnings']:>10}"
            f"{n['others'] / captions:>11.1%}{n['on time'] / max(1, n['onsets']):>9.1%}"
        )
    return {
        f"{maker}_{key}": n[key]
        for (name, maker), n in sums.items()
        for key in ("captions", "errors")
        if name == profiles[0]
    }


def print_captions(
    material: Material, captions: Captions, profile: Profile, report: Report, show: int
) -> None:
    """The first captions, to be read."""
    found: dict[int, list[str]] = {}
    for finding in report.findings:
        found.setdefault(finding.cue_index or 0, []).append(
            f"{str(finding.severity)[0].upper()} {finding.id}"
        )
    for number, cue in enumerate(captions.cues[:show], 1):
        print(
            f"{number} {format_timecode(cue.span.start_ms)} {cue.span.duration_ms} ms {found.get(number, '')}"
        )
        for text in drawn(material, cue, profile):
            print(f"    {text}")


def faults(materials: Iterable[Material], count: int = 20) -> dict[str, dict[str, float]]:
    """Plant faults of every kind in clean captions: how many are listed, and what is said of the clean
    file. Gives the figures by material."""
    figures: dict[str, dict[str, float]] = {}
    for material in materials:
        captions = run(material.aligned, material.voices, CaptionSettings(), duration_ms=material.duration_ms)
        cues, facts = caption_faults.blocks(material, captions), facts_of(material)
        many = min(count, len(cues) // 8)
        if many < 5:
            continue
        clean = caption_faults.findings(caption_faults.composed(cues)[0], facts)
        wrong = [f for f in clean if f.id in caption_faults.ACCUSING and f.severity > Severity.INFO]
        names = [s.name for s in material.voices.speakers]
        shares, planted, listed = [], 0, 0
        for name, fault in caption_faults.FAULTS.items():
            broken, spans = caption_faults.planted(cues, fault, many, 1, names)
            text, numbers = caption_faults.composed(broken)
            found = caption_faults.findings(text, facts)
            got = caption_faults.listed(spans, numbers, found, clean)
            shares.append(f"{name} {got}/{len(spans)}")
            planted, listed = planted + len(spans), listed + got
        figures[material.name] = {
            "kinds": len(caption_faults.FAULTS), "planted": planted, "listed": listed,
            "false_accusations": len(wrong), "clean_captions": len(cues),
        }  # fmt: skip
        print(f"{material.name:<24}clean: {len(wrong)} false in {len(cues)}; listed: {', '.join(shares)}")
    return figures


def speed() -> None:
    """1,500 captions and more, built, and checked against every profile by the rules of the file."""
    materials = [*meetings()] or [demo()]
    largest = max(materials, key=lambda m: len(m.aligned.tokens))
    began = time.process_time()
    captions = run(largest.aligned, largest.voices, CaptionSettings(recue=True))
    built = time.process_time() - began
    document = document_of(largest, captions, PROFILES["training"])
    began = time.process_time()
    audit(document, list(PROFILES.values()))
    checked = time.process_time() - began
    count = len(captions.cues)
    print(
        f"\n{len(largest.aligned.tokens)} words: {count} captions built in {built:.2f} s "
        f"({1500 * built / count:.2f} s for 1,500), checked against {len(PROFILES)} profiles "
        f"in {checked:.2f} s ({1500 * checked / count:.2f} s for 1,500); seconds of processor time"
    )


def main() -> None:
    """Print everything, or what the command line narrows it to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--profile", action="append", choices=sorted(PROFILES), help="default: all")
    parser.add_argument("--only", default="", help="materials whose name holds this")
    parser.add_argument("--others", action="store_true", help="other makers' captions of the same words too")
    parser.add_argument("--faults", action="store_true", help="plant faults and count how many are listed")
    parser.add_argument("--recue", action="store_true", help="whose cues would be kept, and by what measure")
    parser.add_argument(
        "--onsets",
        action="store_true",
        help="how far captions begin from their words, and which rule costs it",
    )
    parser.add_argument("--show", type=int, default=0, help="print the first captions of each")
    parser.add_argument(
        "--film", type=Path, help="a film of build_demo.py (its folder) instead of all others"
    )
    results.offer(parser)
    options = parser.parse_args()
    found = measured_as_asked(options)
    for name, figures in found.items():
        if options.record:
            results.record(name, figures)


def measured_as_asked(options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Print what the command line asks for; gives the figures by the name of their result."""
    profiles = options.profile or list(PROFILES)
    if options.onsets:
        if options.film:
            film = built_film(options.film.name, options.film / "truth.json")
            return {"captions_onsets_film": caption_onsets.table([film], profiles, judged)}
        whole = [m for m in meetings() if options.only in m.name] or [demo()]
        found = caption_onsets.table(whole, profiles, judged, caption_onsets.TRADE)
        return {"captions_onsets_meetings": found}
    if options.film:
        film = built_film(options.film.name, options.film / "truth.json")
        _, figures = figures_of(measure([film], profiles, options.show))
        return {"captions_film": {"minutes": film.duration_ms / 60_000, **figures}}
    materials = [m for m in (demo(), *recordings(), *meetings()) if options.only in m.name]
    if options.faults:
        return {f"captions_faults_{results.slug(name)}": f for name, f in faults(materials).items()}
    if options.recue:
        return {"captions_recue": caption_cuts.table(materials)}
    if options.others:
        return {"captions_others": side_by_side(materials, profiles)}
    measured = measure(materials, profiles, options.show)
    if not options.only:
        caption_cuts.against_editors()
        speed()
    if not measured:
        return {}
    name, figures = figures_of(measured)
    return {f"captions_{results.slug(name)}": figures}


if __name__ == "__main__":
    main()
