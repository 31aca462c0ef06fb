"""Files that are made of jobs: they agree with the job, finished or not, and say what differs."""

import io
import json
import re
from html.parser import HTMLParser

import pandas as pd
import plotly.graph_objects as go
import pytest
import safetensors.numpy

from app.figures import initialization, wide_vs_deep
from app.live.frames import Grid, View
from app.results import files
from mlpcore.cli.report import report
from mlpcore.datasets import collection, drawn_faces, points
from mlpcore.experiments import AnimalFaces, GainSweep, WideVsDeep
from mlpcore.running.jobs import Jobs, State
from tests.runs import final

SMALL = WideVsDeep(budget=40, depth_to=2, seeds=2, samples=40, batch_size=32, epochs=3)
LINK = "https://example.org/mlp/wide-vs-deep?epochs=3"


@pytest.fixture
def jobs():
    jobs = Jobs(device="cpu", patience=600)
    yield jobs
    jobs.close()


@pytest.fixture
def finished(jobs, wait_for):
    job = jobs.submit(SMALL, "w")
    wait_for(lambda: job.status().state is State.FINISHED)
    return job


@pytest.fixture
def steered(jobs, wait_for):
    """A job that paused after an epoch, with another learning rate."""
    job = jobs.restart(jobs.submit(SMALL, "w"), "w", epochs=1)
    job.set_learning_rate(0.5)
    wait_for(lambda: job.status().state is State.PAUSED and job.status().snapshot.epoch == 1)
    return job


def grid(job, *pictures):
    views = tuple(View(draw, tuple(sorted(params.items()))) for draw, params in pictures)
    return Grid(job.id, views, "9rem", "none", "13rem")


# Finished: as the config alone has it


def test_the_report_is_the_command_line_s(finished):
    expected = report("wide-vs-deep", SMALL, final(SMALL), "cpu")
    assert json.loads(files.as_json(finished)) == json.loads(json.dumps(expected))


def test_the_table_is_the_snapshot_s(finished):
    rows = pd.read_csv(io.StringIO(files.as_csv(finished)))
    pd.testing.assert_frame_equal(rows, final(SMALL).table().reset_index(drop=True))


def test_the_weights_are_the_snapshot_s(finished):
    tensors = safetensors.numpy.load(files.as_weights(finished))
    weights = final(SMALL).at_depth(2).weights
    assert (tensors["depth2.seed1.2.weight"] == weights[1][1, :, :-1]).all()
    assert (tensors["depth2.seed1.2.bias"] == weights[1][1, :, -1]).all()


def test_the_script_names_the_link(finished):
    script = files.as_script(finished, LINK)
    assert f"# {LINK}\n" in script
    assert "epochs=3," in script


def test_a_name_tells_configs_apart(finished, jobs):
    assert files.name(finished) == (
        "wide-vs-deep-budget-40-depth-to-2-samples-40-seeds-2-batch-size-32-epochs-3"
    )
    assert len(files.name(jobs.submit(WideVsDeep(weight_decay=1e-5, momentum=0.123), "w"))) < 100


def test_pauses_change_no_number(jobs, wait_for):
    job = jobs.restart(jobs.submit(SMALL, "w"), "w", epochs=1)
    wait_for(lambda: job.status().state is State.PAUSED and job.status().snapshot.epoch == 1)
    job.step()
    wait_for(lambda: job.status().state is State.PAUSED and job.status().snapshot.epoch == 2)
    job.resume()
    wait_for(lambda: job.status().state is State.FINISHED)
    assert files.uncarried(job) == []
    assert json.loads(files.as_json(job))["result"] == json.loads(json.dumps(final(SMALL).result()))


# Steered, or somebody's own: what differs is said


def test_what_a_steered_run_gives_says_so(steered):
    said = json.loads(files.as_json(steered))
    assert said["result"]["epoch"] == 1
    assert "Not finished: epoch 1 of 3." in said["notes"]
    assert any("learning rate was set to 0.5" in note for note in said["notes"])
    assert "# The learning rate was set to 0.5" in files.as_script(steered, LINK)
    assert set(pd.read_csv(io.StringIO(files.as_csv(steered))).epoch) == {0, 1}
    html = files.as_html("Wide vs Deep", LINK, {"Wide vs Deep": steered}, [])
    assert "Not finished: epoch 1 of 3." in html
    header = files.as_weights(steered)[8:4000]
    assert b'"epoch":"1"' in header


def test_a_link_says_what_it_leaves_behind(finished, steered, jobs, wait_for):
    assert files.uncarried(finished) == []
    rate, stopped = files.uncarried(steered)
    assert "learning rate was set to 0.5" in rate
    assert "stands at epoch 1 of 3" in stopped
    own = collection.keep(drawn_faces.make(20, 10))
    (line,) = files.uncarried(jobs.submit(AnimalFaces(data=own, epochs=1), "w"))
    assert "somebody's own" in line
    rows = "\n".join(f"{x},{x % 3},{x % 2}" for x in range(20))
    own = points.keep(points.read(rows, "mine.csv"))
    job = jobs.submit(WideVsDeep(data=own, classes=2, batch_size=8, epochs=1), "w")
    assert files.uncarried(job) == [line]
    assert "--data points.csv" in files.command_of(job)
    wait_for(lambda: job.status().state is State.FINISHED)
    assert b'\\"scale\\":' in files.as_weights(job)[:4000]


def test_a_running_sweep_has_no_weights(jobs, wait_for):
    config = GainSweep(data="moons", widths="8", gains=3, seeds=2, epochs=2)
    job = jobs.restart(jobs.submit(config, "w"), "w", epochs=1)
    wait_for(lambda: job.status().state is State.PAUSED and job.status().snapshot)
    with pytest.raises(LookupError, match="finished"):
        files.as_weights(job)
    job.resume()
    wait_for(lambda: job.status().state is State.FINISHED)
    assert len(safetensors.numpy.load(files.as_weights(job))) == 3 * 2 * 2 * 2


def test_a_sweep_of_pictures_is_no_one_s_points(jobs, wait_for):
    job = jobs.submit(GainSweep(data=collection.keep(drawn_faces.make(20, 10)), gains=2), "w")
    assert "points" not in files.command_of(job)
    wait_for(lambda: job.status().state is State.FINISHED)
    assert safetensors.numpy.load(files.as_weights(job))
    assert "image_folder" in files.as_script(job, LINK)


# Figures in one file


class Parts(HTMLParser):
    """What a document refers to, and its data."""

    def __init__(self, text):
        super().__init__()
        self.references, self.data, self.figures, self.inside = [], "", 0, False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag != "a":
            self.references += [attributes[k] for k in ("src", "href") if k in attributes]
        self.inside = attributes.get("id") == "pictures"
        self.figures += tag == "figure"

    def handle_data(self, data):
        if self.inside:
            self.data += data


@pytest.fixture
def text(finished):
    maps = [(wide_vs_deep.decision_map, {"depth": d, "network": 0}) for d in (1, 2)]
    grids = [
        grid(finished, (wide_vs_deep.headline, {})),
        grid(finished, *maps),
        Grid("another job", (View(initialization.headline, ()),), "1rem", "none", "1rem"),
    ]
    return files.as_html("Wide & Deep", LINK, {"Wide vs Deep": finished}, grids)


def test_the_file_holds_all_figures_in_both_themes(text):
    parts = Parts(text)
    pictures = json.loads(parts.data)
    assert parts.figures == len(pictures) == 3
    headline, first, second = pictures
    assert "right" in headline["light"]["parts"][0]
    for theme in ("light", "dark"):
        assert first[theme]["name"] == "decision-map-depth-1-network-0"
        for picture in (first, second):
            layout, *traces = picture[theme]["parts"]
            go.Figure({"data": traces, "layout": layout})
    assert first["light"] != first["dark"]


def test_the_file_needs_no_network(text):
    assert Parts(text).references == []
    style = re.search("<style>(.*?)</style>", text, re.DOTALL)[1]
    assert "url(" not in style
    assert "@import" not in style


def test_the_file_says_what_ran(text):
    assert "<title>Wide &amp; Deep</title>" in text
    assert f'<a href="{LINK}">' in text
    assert files.command_line(SMALL) in text
    assert "<th scope=row>Parameter budget</th><td>40 parameters</td>" in text
    assert "Not finished" not in text


def test_markup_from_elsewhere_stays_text(finished):
    evil = '"><script>alert(1)</script>'
    html = files.as_html(evil, f"javascript:{evil}", {evil: finished}, [])
    assert evil not in html
    assert 'href="javascript' not in html
