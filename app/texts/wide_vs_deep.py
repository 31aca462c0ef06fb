"""The words of Wide vs Deep."""

QUESTION = (
    "You may spend a fixed number of parameters. Is it better to put them into **one wide hidden "
    "layer**, or into **several narrow ones**? Every depth below gets a width that spends the "
    "budget, and is trained from several seeds at once."
)

WHY = "Why does adding hidden layers stop helping after a point?"

CHOICES = (
    "Deep narrow networks cannot represent the spiral.",
    "Deep narrow networks can represent it, but training from a random start often fails.",
    "Deep narrow networks overfit the training set.",
    "Deep narrow networks have fewer parameters.",
)
RIGHT = 1

ANSWER = """
What a network *can* represent and what training *finds* part ways. On paper depth is a bargain:
folding the plane layer by layer, five layers of four units can cut it into thousands of linear
regions. A network at its random start has far fewer, and with only four units a layer a few that
are off everywhere (dead ReLUs) leave a layer next to nothing to pass on. The signal then hardly
depends on the input, the gradient is weak, and that seed stays near guessing while another one
learns the spiral.

Check it on this page:
- **Not overfitting:** the dotted training curve lies with the test curve, at every depth.
- **Not only the parameter count:** it stands under each depth, and at five layers it is above the
  budget. But it does decide between two and three layers: see *Width*.
- **The start matters:** look at the dots. At five hidden layers the best seed is thirty points and
  more above the worst. Choose a seed that failed and look at its hidden units: whole rows are blank
  or flat.
- **It can be mended:** raise the budget, or choose an activation that does not die, such as
  LeakyReLU.
"""

BUDGET = r"""
A network with $D$ inputs, $d$ hidden layers of $n$ units each and $C$ classes has, weights and
biases together,

$$
P(d,n) = \underbrace{(D+1)\,n}_{\text{first}} + (d-1)\underbrace{(n+1)\,n}_{\text{between}}
+ \underbrace{(n+1)\,C}_{\text{last}} = (d-1)\,n^2 + (d+D+C)\,n + C .
$$

For a budget $B$ we take the smallest whole $n$ with $P(d,n) \ge B$. For one hidden layer that is
$n=\lceil (B-C)/(1+D+C)\rceil$; for more it is the positive root, rounded up:

$$
n = \left\lceil \frac{-(d+D+C)+\sqrt{(d+D+C)^2+4(d-1)(B-C)}}{2(d-1)} \right\rceil .
$$

Rounding up overshoots, the more so the smaller the budget: at $B=100$ the five depths get 102, 109,
130, 129 and 112 parameters. So the tutorial's budget is not equal, and the depth that wins has the
most. **Width** offers two more rules: the width whose count is *nearest*, $n$ or $n-1$, and the
largest that is *never above* the budget.
"""

REGIONS = r"""
A ReLU network is linear wherever the same units are on. Those pieces are its *linear regions*; the
table counts the ones that the map's grid meets. One hidden layer of $n$ units gives at most
$1+n+\binom n2$ of them. Several layers of widths $n_1,\dots,n_L$ *can* reach at least

$$
\prod_{i<L}\left\lfloor \tfrac{n_i}{2}\right\rfloor^2\;\sum_{j\le 2}\binom{n_L}{j}
$$

(Montúfar et al. 2014, *On the Number of Linear Regions of Deep Neural Networks*), which grows
exponentially with depth. What networks have at initialisation grows with the square of the number
of units, whatever the depth (Hanin & Rolnick 2019, *Complexity of Linear Regions in Deep
Networks*). Compare the counts in the table with both.
"""

SURFACE_LATER = "The loss around the network is shown when training has ended."

SURFACE = r"""
All weights and biases of the network are one point $\theta^*$ in a space of as many dimensions.
The picture shows the mean cross-entropy on the training set, without penalties on weights, at
$\theta^* + a\,\delta + b\,\eta$ for two directions $\delta$ and $\eta$ (Li et al. 2018,
*Visualizing the Loss Landscape of Neural Nets*). Colours are on a logarithmic scale.

- **Path:** $\delta$ and $\eta$ are the first two principal components of the weights along
  training, less the final ones. The line is the network's path, projected onto their plane. What
  share of the path's variance lies along each stands at its axis; the rest happens outside of the
  plane. So only at the end is the loss in the picture sure to be the network's own.
- **Random:** each unit's part of $\delta$ and $\eta$ is as long as the unit's own weights (filter
  normalisation), so that networks with large and with small weights can be compared; biases stay.
  Little of the path lies in such a plane, so it is not drawn.

Two directions out of many can look smooth where others are not: the picture is a slice. The network
is trained once more for it as the controls say; what was steered while it trained is left out.
"""

CREDIT = (
    "After the Neuromatch Academy tutorial “Deep MLPs” (W1D3, tutorial 2, section 1), CC BY 4.0."
)
