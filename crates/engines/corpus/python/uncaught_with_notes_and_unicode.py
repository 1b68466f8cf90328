def größe(werte):
    return max(werte) / len(werte) + werte["日本"]


try:
    größe([1, 2])
except TypeError as error:
    error.add_note("Tipp: Liste statt Wörterbuch")
    raise
