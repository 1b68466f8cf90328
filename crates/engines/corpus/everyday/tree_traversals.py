from collections import deque
tree = {"value": 8, "left": {"value": 3, "left": {"value": 1}, "right": {"value": 6}}, "right": {"value": 10, "right": {"value": 14}}}
def inorder(node):
    if node:
        yield from inorder(node.get("left"))
        yield node["value"]
        yield from inorder(node.get("right"))
def levels(root):
    queue = deque([(root, 0)])
    while queue:
        node, depth = queue.popleft()
        yield depth, node["value"]
        queue.extend((node[side], depth + 1) for side in ("left", "right") if side in node)
def depth(node):
    return 0 if not node else 1 + max(depth(node.get("left")), depth(node.get("right")))
print(list(inorder(tree)), list(levels(tree)), depth(tree))
