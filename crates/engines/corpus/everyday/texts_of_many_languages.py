import collections
import string
import unicodedata

samples = {"de": "Größe über Maß", "fr": "L'été à Noël", "el": "Ἀθῆναι", "ru": "Привет мир", "ja": "こんにちは世界", "emoji": "👍🏽 ok 🇳🇴"}
for name, text in samples.items():
    print(name, len(text), len(text.encode()), text.upper(), text.casefold() == text.lower(), [unicodedata.category(c) for c in text[:3]])
plain = lambda text: "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
print({name: plain(text) for name, text in samples.items()})
print(unicodedata.normalize("NFC", "e\u0301") == "é", unicodedata.name("é"), unicodedata.lookup("GREEK SMALL LETTER ALPHA"), unicodedata.numeric("½"), unicodedata.east_asian_width("世"), unicodedata.bidirectional("א"))
print(sorted(["zebra", "Äpfel", "apfel", "Ofen"], key=lambda w: plain(w).lower()), "ﬁ".upper(), "\u1e9e".lower(), "ŉ".upper(), "ΑΣ".lower())
caesar = lambda text, k: text.translate(str.maketrans(string.ascii_letters, "".join(a[k:] + a[:k] for a in (string.ascii_lowercase, string.ascii_uppercase))))
secret = caesar("Attack at Dawn!", 3)
print(secret, caesar(secret, 23), "".join(sorted("listen")) == "".join(sorted("silent")), "A man a plan".replace(" ", "").lower()[::-1])


def runs(text):
    out = []
    for c in text:
        if out and out[-1][0] == c:
            out[-1][1] += 1
        else:
            out.append([c, 1])
    return "".join(f"{n}{c}" if n > 1 else c for c, n in out)


def vigenere(text, key, sign=1):
    shifted = []
    at = 0
    for c in text:
        if c.isalpha():
            base = ord("A") if c.isupper() else ord("a")
            shift = ord(key[at % len(key)].lower()) - ord("a")
            shifted.append(chr((ord(c) - base + sign * shift) % 26 + base))
            at += 1
        else:
            shifted.append(c)
    return "".join(shifted)


MORSE = dict(zip("abcdefghijklmnopqrstuvwxyz", ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..".split()))
print(runs("aaabccd"), vigenere("Hello, World", "key"), vigenere(vigenere("Hello, World", "key"), "key", -1), " ".join(MORSE[c] for c in "sos"))
text = "It was the best of times, it was the worst of times"
words = text.lower().replace(",", "").split()
print(collections.Counter(words).most_common(3), max(words, key=len), " ".join(w.capitalize() for w in words[:4]), {len(w) for w in words})
print([text[i:i + 10] for i in range(0, 30, 10)], text.index("best"), text.rfind("times"), [i for i, c in enumerate(text) if c == "w"], sum(c in "aeiou" for c in text.lower()))
bigrams = collections.Counter(zip(words, words[1:]))
print(bigrams.most_common(2), list(map("".join, zip("abc", "xyz"))), "-".join(reversed("a b c".split())), "%-10s|%5d|%.3f" % ("left", 42, 3.14159), "{:*^20}".format(" mid "))
pig = lambda w: w + "way" if w[0] in "aeiou" else next(w[i:] + w[:i] + "ay" for i, c in enumerate(w) if c in "aeiou")
print(" ".join(map(pig, ["hello", "apple", "string"])), "".join(c if i % 2 else c.upper() for i, c in enumerate("alternate")), "racecar" == "racecar"[::-1])
print(f"{'tab':\t<5}|".encode(), "a\\b", 'q"uo\'te', """multi
line""".splitlines(), r"\d", "\x41\u0042\U00000043\103", "con" "cat", "x" * 0 == "", bytes("é", "latin-1"), "é".encode("utf-16")[:2].hex())
