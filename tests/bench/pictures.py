"""Results to look at: a table for the terminal, bars as a picture under ``.data/bench``."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl

from tests.bench.results import LATEST

mpl.use("Agg")

from matplotlib import pyplot as plt


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Print some columns of the results."""
    cells = [list(columns), *([str(row.get(column, "")) for column in columns] for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(columns))]
    for line in cells:
        sys.stderr.write("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + "\n")


def bars(name: str, groups: Mapping[str, Mapping[str, float]], unit: str) -> None:
    """Draw each group's values as bars into ``<name>.svg``."""
    figure, axes = plt.subplots(1, len(groups), figsize=(5 * len(groups), 3.2), sharey=True, squeeze=False)
    for axis, (title, values) in zip(axes[0], groups.items(), strict=True):
        drawn = axis.barh(list(values), list(values.values()), color="#3b6ea5")
        axis.bar_label(drawn, fmt="%.0f", padding=3)
        axis.set_title(title)
        axis.set_xlabel(unit)
        axis.invert_yaxis()
    figure.tight_layout()
    LATEST.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(LATEST.with_name(f"{name}.svg"))
    plt.close(figure)
