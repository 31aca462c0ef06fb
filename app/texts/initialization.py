"""The words of Initialization."""

QUESTION = (
    "Training starts from random weights, and one number, the **gain**, says how large they are. "
    "Theory recommends $\\sqrt{2/(1+a^2)}$ for LeakyReLU with negative slope $a$. **Is it right?** "
    "Below, networks at every gain meet the same batches, from several seeds at once."
)

INSIDE = (
    "Before any training: how large the signal is in each layer, and how large the gradient that "
    "comes back. **Drag the gain** and watch both grow or die."
)

WHY = "At the theoretical gain, what happens between the first and the last layer of this network?"
CHOICES = (
    "Signal and gradient both keep their size: that is what the gain is made for.",
    "The signal grows on its way forward, and the gradient shrinks on its way back.",
    "The signal shrinks on its way forward, and the gradient grows on its way back.",
    "Both shrink, which is why deep networks are hard to train.",
)
RIGHT = 1
ANSWER = r"""
Keeping the signal takes $n_\text{in}\operatorname{Var}W$ of the right size, keeping the gradient
takes $n_\text{out}\operatorname{Var}W$ of the same size. In a funnel, where every layer is narrower
than the one before, no variance does both. Xavier's $2/(n_\text{in}+n_\text{out})$ splits the
difference: forward it is too large, backward too small.

Check it on this page:
- **Set the gain to theory's** in *What happens inside*: the signal's line rises, the gradient's
  falls towards the first layer.
- **Type hidden layers of equal widths**, such as 64-64-64: from one hidden layer to the next both
  lines are nearly flat.
- **It works all the same**: four layers are too few for either to get out of hand. Look at how wide
  the good region of the first plot is.
"""

CHAOS = (
    "Now much deeper: fifty layers of equal width, weights of standard deviation "
    "$\\sigma_w/\\sqrt n$, biases of $\\sigma_b$. **Ordered** networks make all inputs "
    "alike, and their gradients vanish. **Chaotic** ones tear neighbours apart, and their "
    "gradients explode. Training works near the **edge** between them."
)

GEOMETRY = (
    "Why it matters: a **small step** of the input along a singular direction of the network's "
    "input–output Jacobian leaves it multiplied by that direction's singular value, and any other "
    "step by something between the least and the greatest; an error comes back through the same "
    "ones. Near 1, every direction can be learnt; spread over decades, most are lost. The "
    "**circle** shows the same on a large scale. In order it shrinks and stays a flat oval: the "
    "layers hardly do more than one would. In chaos it grows and goes on bending, so that points "
    "side by side end far apart."
)

TRAIN = (
    "Does it matter for training? Networks of every depth at every weight scale $\\sigma_w$ learn "
    "to tell two kinds of points apart, on the same batches, with $\\phi$ and $\\sigma_b$ as above "
    "(hidden layers are equally wide, so $\\sigma_w$ is also Xavier's gain). The line to compare "
    "with is $6\\min(\\xi_c,\\xi_\\nabla)$: the last layer must still tell inputs apart, which "
    "$\\xi_c$ limits, and the first must get a gradient, which $\\xi_\\nabla$ limits. The 6 is no "
    "theory but a rule seen in experiments, for $\\xi_c$ (Schoenholz et al. 2017); to take the "
    "smaller of the two is this page's own."
)

DEPTH = "Which networks of 22 hidden layers learn the two rings, all by the same small steps?"
DEPTH_CHOICES = (
    "All but those with the smallest weights.",
    "Those near the edge of chaos, on either side.",
    "The chaotic ones, which can express the most.",
    "None: 22 layers are too many without further tricks.",
)
DEPTH_RIGHT = 1
DEPTH_ANSWER = r"""
Far below the edge all inputs look alike after a few layers, and no gradient comes back. Far above
it gradients explode, and a small step changes everything at once. At the edge neither happens, and
depth costs little.

Check it on this page:
- **Train the grid**: the trained networks reach up at the edge, like a tongue, and the orange line,
  into which no training went, follows its sides.
- **Theory is not all**: in the lower left corner networks are shallow enough, but their weights are
  so small that they are still learning. Give them more epochs.
- **The task matters**: with blobs, which are easier, chaotic networks train deeper than the line.
"""

XAVIER = r"""
A unit adds up $n_\text{in}$ activations: $o_i=\sum_j W_{ij}x_j$, with independent weights of mean
0. Then $\operatorname{E}[o_i]=0$ and

$$
\operatorname{Var}[o_i]=\sum_j \operatorname{E}[W_{ij}^2]\,\operatorname{E}[x_j^2]
= n_\text{in}\,\operatorname{Var}[W]\;\operatorname{E}[x^2].
$$

**Forward**, a layer without an activation function keeps the second moment if
$n_\text{in}\operatorname{Var}[W]=1$. **Backward** the transposed matrix multiplies the errors, and
the same steps ask for $n_\text{out}\operatorname{Var}[W]=1$. Glorot and Bengio (2010) take the mean
of the two:

$$
\tfrac12\,(n_\text{in}+n_\text{out})\operatorname{Var}[W]=1
\quad\Rightarrow\quad \operatorname{Var}[W]=\frac{2}{n_\text{in}+n_\text{out}} .
$$

A normal distribution has that variance as it is; a uniform one on $\pm b$ has $b^2/3$, so that
$b=\sqrt{6/(n_\text{in}+n_\text{out})}$. A gain $g$ multiplies every weight, and the variance by
$g^2$.
"""

LEAKY = r"""
Now $x=f(o)$ with $f(o)=o$ above 0 and $a\,o$ below. If $o$ is symmetric about 0, half of its second
moment is on either side:

$$
\operatorname{E}[f(o)^2]=\tfrac12\operatorname{E}[o^2]+\tfrac12a^2\operatorname{E}[o^2]
=\frac{1+a^2}{2}\,\operatorname{E}[o^2].
$$

The derivative $f'(o)$ is 1 or $a$, with a mean square of $(1+a^2)/2$ too, so that signal and
gradient are both multiplied by this factor. A gain makes up for it if

$$
g^2\cdot\frac{1+a^2}{2}=1\quad\Rightarrow\quad g=\sqrt{\frac{2}{1+a^2}}
$$

(He et al. 2015, section 2.2). That is $\sqrt2$ for $a=0$, ReLU, and 1 for $a=1$, a linear network.
"""

LOOSE = r"""
The tutorial's derivation takes some steps lightly. It says that the expectation of $f(o)$ is still
0, but that is $\operatorname{E}[f(o)]=(1-a)\sqrt{q/2\pi}$ for $o\sim\mathcal N(0,q)$: what it
calls $\operatorname{Var}[f(o)]$ is the second moment $\operatorname{E}[f(o)^2]$, which is indeed
what the next layer multiplies. It calls $\gamma$ and $\sigma$ variances where its formula
$n_\text{in}\sigma^2\gamma^2$ has standard deviations. It asks for $n_\text{in}$ and
$n_\text{out}$ at once. And it leaves out the biases, which the network has: torch draws them
uniformly from $\pm1/\sqrt{n_\text{in}}$, whatever the gain. What that amounts to here:
"""

MAPS = r"""
In a wide layer $h$ is normal with variance $q$, and two inputs' $h$ have a correlation $c$. From
layer to layer, with $z$, $u$, $v$ normal,

$$
q\leftarrow\sigma_w^2\operatorname{E}[\phi(\sqrt q\,z)^2]+\sigma_b^2,\qquad
c\leftarrow\frac{\sigma_w^2\operatorname{E}[\phi(u)\phi(v)]+\sigma_b^2}{q^*},\qquad
\chi_1=\sigma_w^2\operatorname{E}[\phi'(\sqrt{q^*}\,z)^2].
$$

$q^*$ is where the first settles. $\chi_1$ is the slope of the second at $c=1$: below 1, neighbours
come closer (order); above 1, they part (chaos). It is also what each layer multiplies a gradient's
second moment by. The distance to $c^*$ falls by a factor $e$ in
$\xi_c=-1/\log\chi_{c^*}$ layers, and gradients change by $e$ in $\xi_\nabla=1/|\log\chi_1|$ (Poole
et al. 2016; Schoenholz et al. 2017). In the ordered phase $c^*=1$, and both are the same. In the
chaotic phase of tanh $\xi_\nabla$ is the shorter: gradients explode before all inputs look equally
far apart. Where training stops between the two depends on the task and the learning rate.

A circle's length is multiplied by $\sqrt{\chi_1}$ in each layer, and its curvature $\kappa$
follows $\kappa^2\leftarrow3\chi_2/\chi_1^2+\kappa^2/\chi_1$ with
$\chi_2=\sigma_w^2\operatorname{E}[\phi''(\sqrt{q^*}\,z)^2]$. The singular values of the Jacobian of
$L$ layers have the mean square $\sigma_w^2\,\chi_1^{L-1}$ (Pennington et al. 2017); how far they
spread, the mean does not say.
"""

CREDIT = (
    "After the Neuromatch Academy tutorial “Deep MLPs” (W1D3, tutorial 2, bonus section), CC BY "
    "4.0."
)
