import math

values = [1, 2]
print(math.sqr(4) if values else vaules)
