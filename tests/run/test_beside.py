"""Stages beside each other: the same results, states and errors as one after the other, and nothing lost when one fails."""

import threading
from dataclasses import dataclass

import numpy as np
import pytest

from pipeline.cli.console import SilentWatcher
from pipeline.edits import Replay
from pipeline.errors import Interrupted, UsageError
from pipeline.media.audio import Audio
from pipeline.run import beside, graph
from pipeline.run.fold import WHOLE, Fold, Share, ShareDone
from pipeline.run.graph import Stage
from pipeline.run.inputs import Inputs
from pipeline.run.jobs import Job
from pipeline.run.store import Store
from pipeline.settings import Settings


@dataclass(frozen=True)
class Seen:
    value: int


@dataclass(frozen=True)
class Listened:
    value: int


@dataclass(frozen=True)
class Both:
    value: int


def constant(found):
    return lambda inputs, progress: found


def failing(problem):
    def run(inputs, progress):
        raise UsageError(problem, "do otherwise")

    return run


def reads_nothing(inputs):
    return {}


SEE, LISTEN = constant(Seen(2)), constant(Listened(3))


def stages(see=SEE, listen=LISTEN):
    def both(inputs, progress):
        return Both(inputs[Seen].value * inputs[Listened].value)

    def reads_both(inputs):
        return {"seen": inputs.digest(Seen), "listened": inputs.digest(Listened)}

    return (
        Stage("see", 1, Seen, reads_nothing, see, beside=True),
        Stage("listen", 1, Listened, reads_nothing, listen),
        Stage("both", 1, Both, reads_both, both),
    )


@pytest.fixture
def fold(tmp_path, monkeypatch):
    """Folds a table in a folder of its own: what it came to, and the fold."""
    (tmp_path / "talk.mp4").write_bytes(b"a recording")
    monkeypatch.setattr(graph, "composed", lambda inputs: inputs[Both])
    store = Store.of(tmp_path / "out", "talk")

    def folded(table, pays=True, share=WHOLE):
        monkeypatch.setattr(beside, "pays", lambda: pays)
        monkeypatch.setattr(graph, "STAGES", table)
        own = Fold(store, SilentWatcher(), None, Replay(), share)
        with Inputs(Job(tmp_path / "talk.mp4", tmp_path / "out", Settings()), store) as inputs:
            inputs.hand_audio(Audio(np.zeros(16, np.int16)))
            return graph.transcript(inputs, own, own.later), own

    folded.store = store
    return folded


@pytest.mark.parametrize("pays", [True, False])
def test_results_and_states_are_those_of_one_after_the_other(fold, pays):
    found, own = fold(stages(), pays)
    assert found == Both(6)
    assert [(s.name, s.done, s.reason) for s in own.states] == [
        (name, True, "not done yet") for name in ("see", "listen", "both")
    ]
    found, own = fold(stages(see=failing("done again"), listen=failing("done again")), pays)
    assert found == Both(6) and not own.anew


def test_a_stage_is_done_while_the_next_one_is(fold):
    begun, over = threading.Event(), threading.Event()

    def see(inputs, progress):
        begun.set()
        assert over.wait(20)
        return Seen(5)

    def listen(inputs, progress):
        assert begun.wait(20)
        over.set()
        return Listened(7)

    assert fold(stages(see, listen))[0] == Both(35)


def test_of_two_errors_the_earlier_stages_is_told(fold):
    begun = threading.Event()

    def see(inputs, progress):
        assert begun.wait(20)
        raise UsageError("the first", "do otherwise")

    def listen(inputs, progress):
        begun.set()
        raise UsageError("the second", "do otherwise")

    with pytest.raises(UsageError, match="the first"):
        fold(stages(see, listen))


@pytest.mark.parametrize("share", [WHOLE, Share(until="listen")])
def test_an_error_that_came_before_anybody_asked_is_told_as_it_is(fold, share):
    def listen(inputs, progress):
        for thread in threading.enumerate():
            if thread.name == "beside":
                thread.join(20)
        return Listened(3)

    with pytest.raises(UsageError, match="at once"):
        fold(stages(failing("at once"), listen), share=share)
    assert fold.store.last("listen", Listened) == Listened(3)


def test_what_was_begun_beside_a_stage_that_fails_is_kept(fold):
    begun = threading.Event()

    def see(inputs, progress):
        assert begun.wait(20)
        return Seen(4)

    def listen(inputs, progress):
        begun.set()
        raise UsageError("the only one", "do otherwise")

    with pytest.raises(UsageError, match="the only one"):
        fold(stages(see, listen))
    assert fold.store.last("see", Seen) == Seen(4)


def test_a_share_of_the_work_leaves_all_that_belongs_to_it(fold):
    begun = threading.Event()

    def see(inputs, progress):
        assert begun.wait(20)
        return Seen(4)

    def listen(inputs, progress):
        begun.set()
        return Listened(1)

    with pytest.raises(ShareDone):
        fold(stages(see, listen), share=Share(until="listen"))
    assert fold.store.last("see", Seen) == Seen(4) and fold.store.last("listen", Listened) == Listened(1)


def test_a_request_to_stop_ends_what_is_under_way(fold):
    ended, stop = threading.Event(), threading.Event()

    def see(inputs, progress):
        try:
            while not ended.wait(0.01):
                progress(0.5)
                stop.set()
        finally:
            ended.set()

    def listen(inputs, progress):
        assert stop.wait(20)
        raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="listen"):
        fold(stages(see, listen))
    assert ended.wait(20)
    assert fold.store.last("see", Seen) is None


def test_one_core_has_no_room_for_a_second_stage(monkeypatch):
    for cores, pays in ((1, False), (2, True)):
        monkeypatch.setattr(beside, "cores", lambda own=cores: own)
        assert beside.pays() is pays


def test_where_giving_way_is_forbidden_the_work_is_done_all_the_same(monkeypatch):
    def forbidden(more):
        raise PermissionError(1, "a sandbox says no")

    monkeypatch.setattr("pipeline.processes.os.nice", forbidden)
    assert beside.Beside(lambda progress: 7, lambda share: None).result() == 7


def test_whatever_happens_before_the_work_whoever_waits_is_told(monkeypatch):
    def broken():
        raise RuntimeError("unheard of")

    monkeypatch.setattr(beside, "give_way", broken)
    with pytest.raises(RuntimeError, match="unheard of"):
        beside.Beside(lambda progress: 7, lambda share: None).result()
