"""What no source may do, read from the syntax trees of the app and its library."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = {
    str(path.relative_to(ROOT)): path.read_text()
    for package in ("app", "mlpcore")
    for path in sorted((ROOT / package).rglob("*.py"))
}

MODULES = {
    "code", "codeop", "ctypes", "dill", "joblib", "marshal", "multiprocessing", "pickle", "pty",
    "runpy", "shelve", "subprocess", "yaml",
}  # fmt: skip
CALLS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "os.startfile",
    "pandas.read_pickle", "pd.read_pickle", "torch.hub.load", "shutil.unpack_archive",
}  # fmt: skip
PREFIXES = ("os.exec", "os.spawn", "os.posix_spawn", "os.fork")
METHODS = {"extract", "extractall"}
# Calls that may load code, with the argument that keeps them from it.
GUARDED = {"np.load": ("allow_pickle", False), "torch.load": ("weights_only", True)}
# What shows Markdown beside a sign; texts of ours are constants.
MESSAGES = {"error", "warning", "info", "success", "toast"}


def dotted(node):
    """A call's name, such as "np.load"."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def findings(source):
    """What a source does that it may not."""
    tree = ast.parse(source)
    found = [f"imports {name}" for name in imports(tree) if name.split(".")[0] in MODULES]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = dotted(node.func)
        if name in CALLS or name.startswith(PREFIXES) or name.split(".")[-1] in METHODS:
            found.append(f"calls {name}")
        if name in GUARDED:
            argument, value = GUARDED[name]
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            constant = given.get(argument)
            if not (isinstance(constant, ast.Constant) and constant.value is value):
                found.append(f"calls {name} without {argument}={value}")
        if any(keyword.arg in ("unsafe_allow_html", "unsafe_allow_javascript")
               for keyword in node.keywords):  # fmt: skip
            found.append(f"calls {name} with markup")
    return found


def ours(node):
    """Whether a message is a text of ours, or one in which a stranger's was made plain."""
    if isinstance(node, ast.Call):
        return dotted(node.func).split(".")[-1] in ("plain", "listed")
    if isinstance(node, ast.Attribute):
        return dotted(node).startswith("texts.")
    if isinstance(node, ast.BinOp):
        return ours(node.left) and ours(node.right)
    return isinstance(node, ast.Constant)


def raw_messages(source):
    """Messages that may repeat what came from outside as Markdown."""
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in MESSAGES
        and dotted(node.func.value) == "st"
        and not ours(node.args[0])
    ]


# Snapshots between processes of one cluster, which run whatever they are sent anyway.
ALLOWED = {"mlpcore/cluster/parcels.py": ["imports pickle"]}


@pytest.mark.parametrize("path", SOURCES)
def test_nothing_runs_what_came_from_outside(path):
    assert findings(SOURCES[path]) == ALLOWED.get(path, [])


@pytest.mark.parametrize("path", SOURCES)
def test_messages_are_texts_of_ours_or_made_plain(path):
    assert raw_messages(SOURCES[path]) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import pickle", ["imports pickle"]),
        ("from multiprocessing.pool import Pool", ["imports multiprocessing.pool"]),
        ("def f():\n    import yaml", ["imports yaml"]),
        ("eval('1')", ["calls eval"]),
        ("os.system('ls')", ["calls os.system"]),
        ("os.execvp(a, b)", ["calls os.execvp"]),
        ("archive.extractall(path)", ["calls archive.extractall"]),
        ("np.load(path)", ["calls np.load without allow_pickle=False"]),
        ("np.load(path, allow_pickle=no)", ["calls np.load without allow_pickle=False"]),
        ("np.load(path, allow_pickle=False)", []),
        ("torch.load(path)", ["calls torch.load without weights_only=True"]),
        ("torch.load(path, weights_only=True)", []),
        ("st.markdown(x, unsafe_allow_html=True)", ["calls st.markdown with markup"]),
        ("re.compile(x)", []),
        ("model.eval()", []),
    ],
)
def test_what_is_found(source, found):
    assert findings(source) == found


@pytest.mark.parametrize(
    ("call", "good"),
    [
        ("st.error(str(problem))", False),
        ("st.warning(problem)", False),
        ("st.toast(f'{name} is gone')", False),
        ("st.error(plain(problem))", True),
        ("st.error(messages.plain(problem), icon='x')", True),
        ("st.warning('Words' + plain(problem))", True),
        ("st.toast(texts.GONE)", True),
        ("log.error(problem)", True),
    ],
)
def test_which_messages_are_found(call, good):
    assert (raw_messages(call) == []) == good
