from collections import deque
maze = """\
#########
#S  #   #
# # # # #
# #   #E#
#########""".splitlines()
def find(mark):
    return next((y, x) for y, row in enumerate(maze) for x, cell in enumerate(row) if cell == mark)
start, end = find("S"), find("E")
queue, before = deque([start]), {start: None}
while queue:
    y, x = here = queue.popleft()
    if here == end:
        break
    for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0)):
        there = y + dy, x + dx
        if maze[there[0]][there[1]] != "#" and there not in before:
            before[there] = here
            queue.append(there)
path = []
while here:
    path.append(here)
    here = before[here]
print(len(path) - 1, "steps")
grid = [list(row) for row in maze]
for y, x in path[1:-1]:
    grid[y][x] = "."
print("\n".join("".join(row) for row in grid))
