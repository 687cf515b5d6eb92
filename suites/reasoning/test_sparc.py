"""Puzzles of a line through a grid that has to obey the rules of the cells it passes and encloses.

SPaRC: Kaesberg et al. 2025, A Spatial Pathfinding Reasoning Challenge, arXiv:2505.16686.

Records not seen: they are read in their published shape.
"""

import json

from evalscope_pytest import Sample, benchmark, hub

from .path_puzzle import path_puzzle, place_of, written

SYSTEM = "You solve puzzles with care and check each rule."
PROMPT = """Find a path through a grid.

# Rules of the path
The grid has {width} columns and {height} rows of cells. Places are written (x, y); (0, 0) is at the top left, x \
grows to the right and y downwards. Cells have two odd coordinates; the path runs around them, along places with at \
least one even coordinate. It begins at S, ends at E, moves one place at a time to the left, right, up or down, and \
visits no place twice. It may not cross a gap G, and has to pass each dot (a place marked ".").
The path divides the cells into regions. Signs in cells, X being a color, have these meanings:
- N: no rule.
- o-X, a square: all squares of a region have the same color.
- *-X, a star: its region has exactly one other sign of its color, whatever its kind.
- A-X, B-X, C-X, D-X, triangles: the path runs along exactly 1, 2, 3 or 4 sides of the cell.
- P-X-Y, a shape: the shapes Y of a region, not rotated and without overlap, fill it exactly.
- Y-X-Y, a negative shape: it is taken away from the shapes of its region; if they cancel out, there is no rule.
Colors: R red, B blue, G green, Y yellow, W white, O orange, P purple, K black.

# Example
["+", "+", "+", "+", "E"]
["+", "o-R", "+", "o-B", "+"]
["+", "+", "+", "+", "+"]
["+", "N", "+", "N", "+"]
["S", "+", "+", "+", "+"]
The red and the blue square have to be in two regions, so the path goes up in the middle.
#### (0,4), (1,4), (2,4), (2,3), (2,2), (2,1), (2,0), (3,0), (4,0)

# Puzzle
Start: {start}
End: {end}
Grid:
{question}
Shapes, 1 for a cell that belongs to the shape:
{shapes}

Explain your steps. Then write #### and after it the whole path, each place from the start to the end."""


def is_level(record) -> str:
    return f"Level {record['difficulty_level']}"


@benchmark(
    "sparc",
    pretty_name="SPaRC",
    dataset=hub("evalscope/SPaRC", subsets=[f"Level {n}" for n in range(1, 6)], config="all", subset_by=is_level),
    system_prompt=SYSTEM,
    prompt=PROMPT,
    scorer=path_puzzle(),
    tags=["reasoning", "puzzle", "spatial"],
)
def test_sparc(record) -> Sample:
    grid, size = record["puzzle_array"], record["grid_size"]
    paths = [[(point["x"], point["y"]) for point in solution["path"]] for solution in record["solutions"]]
    shapes = json.loads(record["polyshapes"] or "{}")
    drawn = "\n".join(f"Shape {name}:\n" + "\n".join(map(str, rows)) for name, rows in shapes.items())
    about = {"width": str(size["width"]), "height": str(size["height"]), "grid": grid, "solutions": paths}
    ends = {"start": str(place_of("S", grid)), "end": str(place_of("E", grid)), "shapes": drawn or "none"}
    return Sample("\n".join(map(json.dumps, grid)), written(paths[0]), metadata={**about, **ends}, id=record["id"])
