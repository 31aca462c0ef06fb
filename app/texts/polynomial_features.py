"""The words of Polynomial Features."""

QUESTION = (
    "A linear model on every product $x^n y^m$ up to a degree is **very wide**. Beside it stands "
    "an MLP with as many parameters. Both learn the same points, inside the dotted square."
)

OUTSIDE = "Does a very wide model generalise outside the square that holds its training data?"

CHOICES = (
    "Yes: with enough features it finds the spiral's rule, and the arms go on outside.",
    "It becomes unsure: outside, all classes are about equally likely.",
    "No: outside, its regions have nothing to do with the spiral.",
)
RIGHT = 2

ANSWER = """
A polynomial of high degree is held down only where there are data. Beyond the last points its
highest powers take over: at $x=2$ the term $x^{50}$ is about $10^{15}$ times what it is at $x=1$.
The logits are enormous, so the model is *certain* nearly everywhere, and which class wins changes
from place to place. Move the zoom slider out: the colours stay as strong.

- **A better basis mends the inside, not the outside.** Choose Chebyshev and halve the inputs: the
  fit becomes excellent, and the outside shatters into hundreds of regions. Up to ±2 they are small
  and pale, for the model is unsure of most of them; beyond, the highest powers take over again.
- **The MLP is wrong outside too, and as certain:** a ReLU network is linear far from the data, so
  each class gets a few wedges that go on for ever. It does not continue the spiral either.
- **Confidence does not say where the data end.** The strength of the colours hardly fades outside
  for plain powers and for the MLP; for Chebyshev polynomials it fades, and then comes back.
"""

COUNT = r"""
The terms are $x^n y^m$ with $1 \le n+m \le P$. For a total degree $s=n+m$ there are $s+1$ of them
($n$ may be $0,1,\dots,s$), so their number is

$$
\sum_{s=1}^{P}(s+1) = \sum_{s=0}^{P}(s+1) - 1 = \frac{(P+1)(P+2)}{2} - 1 .
$$

For $P=50$ that is $51\cdot 52/2-1=1325$. With $C$ classes the linear layer has
$(1325+1)\,C$ parameters; the MLP's width is the smallest that reaches as many.
"""

CONDITIONING = """
Why is the plain polynomial fit so poor, with so many features? Not for lack of width: its columns
are badly **conditioned**. High powers of numbers below 1 are tiny, and in float32 many are exactly
0; powers of numbers above 1 are huge. An optimiser that moves every weight by at most about
steps × learning rate cannot use the tiny columns at all, and is thrown about by the huge ones. The
effective rank says how many columns' worth of independent information there is. Chebyshev or
Legendre polynomials of the halved inputs span the same functions with columns whose sizes differ by
a factor of some tens.
"""

CREDIT = (
    "After the Neuromatch Academy tutorial “Deep MLPs” (W1D3, tutorial 2, section 1), CC BY 4.0."
)
