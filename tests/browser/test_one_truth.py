"""Whatever people do in a hurry, address, controls and run agree when it has settled."""

import html
import random
import re
import time
from functools import cache
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page

from app.controls import links
from app.display import StageDisplay
from app.figures import wide_vs_deep
from app.figures.drawing import THEMES
from app.pages import PARAMETERS
from mlpcore.experiments import WideVsDeep

pytestmark = pytest.mark.browser

PAGE = "wide-vs-deep"
START = "epochs=3&depth_to=3&seeds=2&samples=100&batch_size=32"
# Quick ones, so that the time goes into what is done rather than into what is trained.
SCENES = {"One layer": "depth_to = 1", "Two layers": "depth_to = 2"}
# Of each walk, how many times slower the page is; Chromium makes it so by spinning, so not of all.
SLOWER = (2, 1, 1, 1)


@cache
def answer(config: WideVsDeep) -> str:
    """What the page says of a config's run."""
    *_, last = config.run()
    markup = wide_vs_deep.headline(last, THEMES["light"])
    return " ".join(html.unescape(re.sub("<[^>]*>", "", markup)).split())


class Tab:
    """The page in a browser, and what can be done to it.

    Args:
        page: the browser's.
        address: of the app.
        choose: decides.
        slower: how many times slower the page's processor is than this machine's.
    """

    def __init__(self, page: Page, address: str, choose: random.Random, slower: int) -> None:
        self.page, self.choose = page, choose
        page.goto(f"{address}/{PAGE}?{START}&seed={choose.randrange(10**6)}")
        page.locator(".headline").first.wait_for()
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": slower})

    def slide(self) -> None:
        """Move a slider by one."""
        name = self.choose.choice(["Seeds", "Parameter budget"])
        slider = self.page.get_by_role("slider", name=name).first
        slider.focus()
        self.page.keyboard.press(self.choose.choice(["ArrowLeft", "ArrowRight"]))

    def open_scene(self) -> None:
        """Open one of the page's scenes."""
        self.page.get_by_role("button", name=self.choose.choice([*SCENES])).first.click()

    def change_seeds(self) -> None:
        """Press New seeds."""
        self.page.get_by_role("button", name="New seeds").first.click()

    def go_back(self) -> None:
        """Go back, if that leads to this app."""
        self.page.evaluate("navigation.canGoBack && history.back()")

    def go_forward(self) -> None:
        """Go forward, if there is something."""
        self.page.evaluate("navigation.canGoForward && history.forward()")

    def hurry(self, count: int) -> None:
        """Do so many things, one right after the other, and wait until it has settled."""
        moves = [self.go_back, self.go_back, self.go_forward]
        acts = [self.slide, self.slide, self.open_scene, self.change_seeds, *moves]
        for act in self.choose.choices(acts, k=count):
            act()
        self.settle()

    @property
    def config(self) -> WideVsDeep:
        """What the address asks for."""
        texts = dict(parse_qsl(urlsplit(self.page.url).query))
        texts.pop("scene", None)  # which this process does not know
        configs, problems = links.read((*PARAMETERS[PAGE], StageDisplay), texts, PAGE)
        assert not problems
        found = configs[WideVsDeep]
        assert isinstance(found, WideVsDeep)
        return found

    def control(self, name: str) -> list[str]:
        """What sliders of that name say."""
        sliders = self.page.get_by_role("slider", name=name)
        return sliders.evaluate_all("all => all.map((one) => one.getAttribute('aria-valuetext'))")

    @property
    def disagreement(self) -> str:
        """What does not agree now; "" if all does."""
        config = self.config
        said = " ".join(self.page.locator(".headline").first.inner_text().split())
        for name, shown, wanted in (
            ("seeds", self.control("Seeds"), [f"{config.seeds}"]),
            ("budget", self.control("Parameter budget"), [f"{config.budget:,}"]),
            ("answer", said, answer(config)),
        ):
            if shown != wanted:
                return f"{name}: {shown}, but the address says {wanted}: {self.page.url}"
        return ""

    def settle(self) -> None:
        """Wait until all agrees, and go on agreeing."""
        deadline, calm = time.monotonic() + 90, 0
        while calm < 2:
            found = self.disagreement
            calm = 0 if found else calm + 1
            assert time.monotonic() < deadline, found
            time.sleep(0.1)


@pytest.fixture(scope="module")
def quick_scenes(tmp_path_factory, start_server):
    folder = tmp_path_factory.mktemp("lessons")
    scenes = [
        f'[[scene]]\nname = "{name}"\nsentence = "Quick."\n[scene.parameters]\n{field}\n'
        "epochs = 3\nseeds = 1\nsamples = 100\nbatch_size = 32\n"
        for name, field in SCENES.items()
    ]
    (folder / "scenes.toml").write_text(f'page = "{PAGE}"\n' + "".join(scenes))
    with start_server(MLP_EXPLORER_LESSONS=f"{folder}") as server:
        yield server


@pytest.mark.parametrize(("seed", "slower"), [*enumerate(SLOWER)])
def test_address_controls_and_run_agree(page, quick_scenes, seed, slower):
    choose = random.Random(seed)
    tab = Tab(page, quick_scenes.url, choose, slower)
    tab.hurry(0)
    for _ in range(12):
        tab.hurry(choose.choice([1, 2, 3, 5, 8]))
