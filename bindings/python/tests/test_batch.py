"""Many pictures: each one's result, whatever becomes of the others, and an end when it is asked for."""

import gc
import itertools
import signal
import subprocess
import sys
import weakref

import pytest
from conftest import FIXTURES, PICTURES, TURNED

import photo_prep

BAD = [b"nothing", FIXTURES / "missing.jpg", 7]


def kinds(items):
    return [getattr(item.error, "kind", type(item.error).__name__) if item.error else "ok" for item in items]


@pytest.mark.parametrize("threads, memory", [(None, None), (1, None), (4, None), (2, 1), (1, 1 << 30)])
def test_every_item_has_its_result(turned, threads, memory):
    items = [turned, *BAD, TURNED, bytearray(turned)]
    done = list(photo_prep.prepare_many(items, threads=threads, memory=memory))
    assert sorted(item.index for item in done) == list(range(6))
    done.sort(key=lambda item: item.index)
    assert [item.source for item in done] == items
    assert kinds(done) == ["ok", "unknown_format", "io", "TypeError", "ok", "ok"]
    for item in done:
        if item.error is None:
            assert item.result().bytes == photo_prep.prepare(turned).bytes
        else:
            assert item.prepared is None
            with pytest.raises(type(item.error)):
                item.result()


def test_in_order():
    paths = PICTURES[:40]
    done = [item.index for item in photo_prep.prepare_many([*paths, 7, *paths], ordered=True)]
    assert done == list(range(81))


def test_nothing_in_nothing_out():
    assert list(photo_prep.prepare_many([])) == []


def test_items_are_taken_as_their_turn_comes(turned):
    """An endless iterable is no matter: few are taken ahead of those that are done."""
    taken = itertools.count()
    ahead = []
    with photo_prep.prepare_many((turned for _ in taken), threads=2) as results:
        for item in itertools.islice(results, 50):
            ahead.append(item.index)
    # 2 at work, 1 waiting for its turn, 2 done and 2 that wait to be handed out, 1 that is looked at.
    assert next(taken) <= 50 + 10
    assert max(ahead) <= 50 + 10
    assert list(results) == []


class Held(bytearray):
    """One that can be watched."""

    __hash__ = object.__hash__


def test_sources_are_let_go(turned):
    alive = weakref.WeakSet()

    def pictures():
        for _ in range(60):
            picture = Held(turned)
            alive.add(picture)
            yield picture

    most = 0
    for item in photo_prep.prepare_many(pictures(), threads=2):
        assert item.prepared is not None
        most = max(most, len(alive))
        del item
        gc.collect()
    assert most <= 12


def test_what_the_iterable_raises_comes_out_after_those_before_it(turned):
    def items():
        yield turned
        yield turned
        raise RuntimeError("no more")

    seen = 0
    with pytest.raises(RuntimeError, match="no more"):
        for item in photo_prep.prepare_many(items()):
            seen += item.error is None
    assert seen == 2


def test_progress(turned):
    told = []
    results = photo_prep.prepare_many([turned, b"nothing", turned], progress=lambda *counts: told.append(counts))
    assert len(list(results)) == 3
    assert [done for done, _, _ in told] == [1, 2, 3] and told[-1] == (3, 1, 3)
    told.clear()
    list(photo_prep.prepare_many(iter([turned]), progress=lambda *counts: told.append(counts)))
    assert told == [(1, 0, None)]


def test_what_progress_raises_comes_out(turned):
    def stop(*_):
        raise KeyError("enough")

    with pytest.raises(KeyError):
        list(photo_prep.prepare_many([turned] * 3, progress=stop))


@pytest.mark.parametrize("name", ["threads", "memory"])
def test_wrong_numbers(turned, name):
    with pytest.raises(ValueError, match=f"{name}=0"):
        photo_prep.prepare_many([turned], **{name: 0})


def test_what_is_no_iterable():
    with pytest.raises(TypeError):
        photo_prep.prepare_many(7)


def test_an_end_that_nobody_waits_for(turned):
    """Results that are dropped, or left at the interpreter's end, hold nothing up."""
    results = photo_prep.prepare_many(itertools.repeat(turned))
    next(results)
    del results
    program = (
        "import itertools, photo_prep\n"
        f"results = photo_prep.prepare_many(itertools.repeat({str(TURNED)!r}))\n"
        "print(next(results).prepared.size)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], timeout=60, capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (0, "(160, 120)\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("call", ["list(photo_prep.prepare_many(itertools.repeat(picture)))",
                                  "photo_prep.prepare_arrow(pyarrow.array([picture] * 100_000))"])  # fmt: skip
def test_ctrl_c_cancels(call):
    program = (
        "import itertools, photo_prep, pyarrow\n"
        f"picture = {str(FIXTURES / 'jpeg_1mp.jpg')!r}\n"
        f"try:\n    print('ready', flush=True)\n    {call}\n"
        "except KeyboardInterrupt:\n    print('interrupted', flush=True)\n"
    )
    run = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert run.stdout.readline() == "ready\n"
    run.send_signal(signal.SIGINT)
    assert run.communicate(timeout=60)[0] == "interrupted\n"
    assert run.returncode == 0
