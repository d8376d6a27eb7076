/**
 * The Python that runs before the author's: a module as text, because Python is what it is. It is part of the memory
 * snapshot, so that a process that starts from one has nothing left to read.
 *
 * Y1 No object of JavaScript is within reach of the author's names: what goes out are texts, returned by the entrances.
 *    This is the second layer; the wall is the kernel's lock.
 * Y2 Nothing waits in here: `main` goes on only when the host answers. So the loop of asyncio is one that runs what is
 *    ready and comes back; a timer is a question to the host like any other.
 * Y3 Chance is seeded when the process starts, never in the snapshot.
 */

export const PRELUDE = String.raw`
import asyncio, collections, inspect, json, linecache, sys, time, traceback, types

# What most code imports comes with the snapshot; the rest of the library is read when it is imported.
import base64, csv, dataclasses, datetime, decimal, enum, functools, hashlib, html, io, itertools, math, operator, random
import re, statistics, string, textwrap, typing, urllib.parse, uuid, zlib

# Lines that the host counts before the first of a script.
BEFORE = 3
HIDDEN = ("js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core", "pyodide_py", "webbrowser")


class Refused(Exception):
    """What a function of 'can' raises when it was refused or failed outside. 'code' says why."""

    def __init__(self, code, text, asked):
        super().__init__(text)
        self.code = code
        self._asked = asked


class _Loop(asyncio.AbstractEventLoop):
    def __init__(self, ask):
        self._ask = ask
        self._ready = collections.deque()

    def call_soon(self, callback, *args, context=None):
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    call_soon_threadsafe = call_soon

    def call_later(self, delay, callback, *args, context=None):
        if delay <= 0:
            return self.call_soon(callback, *args, context=context)
        handle = asyncio.TimerHandle(self.time() + delay, callback, args, self, context)
        timer = self._ask("", str(int(delay * 1000) + 1))
        timer.add_done_callback(lambda _: None if handle.cancelled() else self._ready.append(handle))
        return handle

    def call_at(self, when, callback, *args, context=None):
        return self.call_later(when - self.time(), callback, *args, context=context)

    def time(self):
        return time.monotonic()

    def create_future(self):
        return asyncio.Future(loop=self)

    def create_task(self, coro, **options):
        return asyncio.Task(coro, loop=self, **options)

    def get_debug(self):
        return False

    def is_running(self):
        return True

    def is_closed(self):
        return False

    def _timer_handle_cancelled(self, handle):
        pass

    def call_exception_handler(self, context):
        error = context.get("exception")
        print(context.get("message"), "" if error is None else repr(error), file=sys.stderr)

    def go_on(self):
        asyncio.events._set_running_loop(self)
        try:
            while self._ready:
                handle = self._ready.popleft()
                if not handle.cancelled():
                    handle._run()
        finally:
            asyncio.events._set_running_loop(None)


class _Steps:
    """Results of the steps before this one, by their ids."""

    def __init__(self, steps):
        self.__dict__.update(steps)

    def __getitem__(self, name):
        return self.__dict__[name]


class _Can:
    def __init__(self, facts, names, ask):
        self.steps = _Steps(facts.pop("steps", {}))
        self.__dict__.update(facts)
        for name in names:
            setattr(self, name, _function(name, ask))

    def log(self, *values):
        """Writes a line into the log of the run."""
        print(*values)


def _function(name, ask):
    async def call(*args, **options):
        # A word of the language is written with an underscore after it: from_.
        named = {key.removesuffix("_"): value for key, value in options.items()}
        answer = await ask(name, json.dumps([*args, named] if named else args, allow_nan=False))
        if name == "fetch":
            answer["ok"] = 200 <= answer["status"] < 300
        return answer

    call.__name__ = call.__qualname__ = name
    return call


class _Run:
    def __init__(self, id, names, facts):
        self.id = id
        self.waiting = {}
        self.asked = 0
        self.loop = _Loop(self.ask)
        self.can = _Can(json.loads(facts) if facts else {}, names, self.ask)
        self.main = None

    def ask(self, name, args):
        self.asked += 1
        future = self.waiting[self.asked] = self.loop.create_future()
        _events.append(["call", self.asked, name, args])
        return future


_events = []
_programs = {}
_runs = {}


def _told(error):
    """What was raised, as the host reads it: the places are those in the author's text."""
    if isinstance(error, MemoryError):
        return {"why": "memory", "name": "MemoryError", "text": "", "stack": ""}
    if isinstance(error, SyntaxError) and error.filename == "step":
        places = ["step:%d:%d" % ((error.lineno or 1) + BEFORE, error.offset or 1)]
        message = error.msg
    else:
        places = [_place(frame) for frame in reversed(traceback.extract_tb(error.__traceback__)) if frame.filename == "step"]
        message = str(error)
    told = {"why": "thrown", "name": type(error).__name__, "text": message[:4000], "stack": "\n".join(places[:20])}
    asked = getattr(error, "_asked", None)
    return told if type(error) is not Refused or asked is None else {**told, "why": "refused", "call": asked}


def _place(frame):
    before = (_source.split("\n")[frame.lineno - 1 : frame.lineno] or [""])[0].encode()[: frame.colno or 0]
    return "step:%d:%d" % (frame.lineno + BEFORE, len(before.decode(errors="replace")) + 1)


_source = ""


def _end(run, value):
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        return _fail(run, {"why": "output", "name": type(error).__name__, "text": str(error)[:4000], "stack": ""})
    if len(text) > _programs[run.program]["out"]:
        return _fail(run, {"why": "large", "text": str(len(text))})
    _runs.pop(run.id, None)
    _events.append(["done", 1, text])


def _fail(run, told):
    _runs.pop(run.id, None)
    _events.append(["done", 0, json.dumps(told)])


def _go_on(run):
    try:
        run.loop.go_on()
    except BaseException as error:
        return _fail(run, _told(error))
    main = run.main
    if main is None or not main.done() or run.id not in _runs:
        return
    error = asyncio.CancelledError() if main.cancelled() else main.exception()
    if error is None:
        _end(run, main.result())
    else:
        _fail(run, _told(error))


def _said():
    sys.stdout.flush()
    sys.stderr.flush()
    text = json.dumps(_events)
    _events.clear()
    return text


def load(program, source, head):
    global _source
    _source = source
    linecache.cache.clear()
    try:
        code = compile(source, "step", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return json.dumps(_told(error))
    _programs[program] = {**json.loads(head), "code": code}
    return ""


def enter(program, id, input, facts):
    known = _programs[program]
    run = _runs[id] = _Run(id, known["names"], facts)
    run.program = program
    module = types.ModuleType("step")
    module.Refused = Refused
    sys.modules["step"] = module
    try:
        exec(known["code"], module.__dict__)
        main = module.__dict__.get("main")
        if not callable(main):
            _fail(run, {"why": "shape", "text": type(main).__name__})
            return _said()
        given = [json.loads(input), run.can]
        try:
            takes = len([p for p in inspect.signature(main).parameters.values() if p.kind < 2])
            given = given[:takes] if takes < 2 and not _starred(main) else given
        except (TypeError, ValueError):
            pass
        value = main(*given)
        if inspect.isawaitable(value):
            run.main = run.loop.create_task(_awaited(value))
            _go_on(run)
        else:
            _end(run, value)
    except BaseException as error:
        _fail(run, _told(error))
    return _said()


def _starred(main):
    return any(p.kind == p.VAR_POSITIONAL for p in inspect.signature(main).parameters.values())


async def _awaited(value):
    return await value


def settle(id, call, ok, text):
    run = _runs.get(id)
    future = None if run is None else run.waiting.pop(call, None)
    if future is not None and not future.done():
        answer = json.loads(text) if text else None
        if ok:
            future.set_result(answer)
        else:
            future.set_exception(Refused(answer.get("code"), answer.get("text"), call))
        _go_on(run)
    return _said()


def forget(id):
    run = _runs.pop(id, None)
    if run is not None:
        run.loop._ready.clear()


def begin():
    """Called when a process has started from the snapshot, before anything of the author is read."""
    random.seed()
    uuid._last_timestamp = None
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "JsFinder"]
    for name in list(sys.modules):
        if name.split(".")[0] in HIDDEN:
            sys.modules[name] = None
    for name in HIDDEN:
        sys.modules[name] = None
    import __main__
    for name in list(vars(__main__)):
        if not name.startswith("__"):
            delattr(__main__, name)
`;
