"""Runs of a page's script that are cut short, as a browser does that asks for another one."""

from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import (
    ScriptRequest,
    ScriptRequests,
    ScriptRequestType,
)


@contextmanager
def cut_short(place):
    """Cut the next run at the ``place``-th point where Streamlit may; the script runs once more.

    What was pressed is said once only: the other run comes without. Yields a list that is empty
    until the cut is made.
    """
    runs, looks, cuts = [], iter(range(1, place + 1)), []
    run_script, look = ScriptRunner._run_script, ScriptRequests.on_scriptrunner_yield

    def noted(runner, data):
        runs.append(data)
        run_script(runner, data)

    def cutting(requests):
        if runs and next(looks, 0) == place:
            cuts.append(place)
            states = runs[0].widget_states or WidgetStates()
            kept = [one for one in states.widgets if one.WhichOneof("value") != "trigger_value"]
            again = replace(runs[0], widget_states=WidgetStates(widgets=kept))
            return ScriptRequest(ScriptRequestType.RERUN, again)
        return look(requests)

    with (
        patch.object(ScriptRunner, "_run_script", noted),
        patch.object(ScriptRequests, "on_scriptrunner_yield", cutting),
    ):
        yield cuts
