import random
def winner(board):
    for a, b, c in ((0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)):
        if board[a] == board[b] == board[c] != " ":
            return board[a]
    return "-" if " " not in board else None
def best(board, player, seen={}):
    key = board, player
    if key not in seen:
        end = winner(board)
        if end:
            seen[key] = ({"X": 1, "O": -1, "-": 0}[end], None)
        else:
            moves = [(best(board[:i] + player + board[i + 1:], "XO"[player == "X"])[0], i) for i in range(9) if board[i] == " "]
            seen[key] = (max if player == "X" else min)(moves, key=lambda m: m[0])
    return seen[key]
board, player = " " * 9, "X"
while not winner(board):
    _, move = best(board, player)
    board = board[:move] + player + board[move + 1:]
    player = "XO"[player == "X"]
print("\n-+-+-\n".join("|".join(board[i:i + 3]) for i in (0, 3, 6)), winner(board))
random.seed(11)
deck = [r + s for r in "23456789TJQKA" for s in "♠♥♦♣"]
random.shuffle(deck)
def value(hand):
    total = sum({"A": 11}.get(c[0], 10 if c[0] in "TJQK" else int(c[0]) if c[0].isdigit() else 0) for c in hand)
    aces = sum(c[0] == "A" for c in hand)
    while total > 21 and aces:
        total, aces = total - 10, aces - 1
    return total
hand, house = [deck.pop(), deck.pop()], [deck.pop(), deck.pop()]
while value(hand) < 17: hand.append(deck.pop())
while value(house) < 17: house.append(deck.pop())
print(hand, value(hand), house, value(house))
def hanoi(n, a="A", b="B", c="C"):
    return [] if n == 0 else hanoi(n - 1, a, c, b) + [a + c] + hanoi(n - 1, b, a, c)
print(len(hanoi(10)), hanoi(3))
for y in range(-5, 6):
    print("".join(".:-=+*#%@ "[min(9, next((k for k, z in enumerate(__import__("itertools").accumulate(range(20), lambda z, _: z * z + complex(x / 12 - 0.5, y / 5) if abs(z) < 9 else z, initial=0)) if abs(z) > 2), 20) // 2)] for x in range(-18, 19)))
