import csv
import io
import json
import re
import uuid
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Iterator


class LibraryError(Exception):
    """Base of what may go wrong."""


class NotAvailable(LibraryError):
    def __init__(self, title, until):
        super().__init__(f"{title!r} is lent until {until:%d.%m.%Y}")
        self.until = until


@dataclass
class Book:
    title: str
    author: str
    year: int
    tags: list[str] = field(default_factory=list)
    lent_until: date | None = None
    id: str = field(default="", repr=False)

    def __post_init__(self):
        self.id = self.id or str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.author}/{self.title}"))[:8]
        if self.year > 2100:
            raise ValueError(f"year {self.year} is in the future")


class Library:
    def __init__(self):
        self.books: dict[str, Book] = {}
        self.history: list[tuple] = []

    def __len__(self):
        return len(self.books)

    def __contains__(self, title):
        return any(book.title == title for book in self.books.values())

    def __iter__(self) -> Iterator[Book]:
        return iter(sorted(self.books.values(), key=lambda book: (book.author, book.year)))

    def add(self, *books):
        for book in books:
            self.books[book.id] = book
        return self

    def lend(self, title, today, days=14):
        book = next((b for b in self if b.title == title), None)
        if book is None:
            raise KeyError(title)
        if book.lent_until and book.lent_until >= today:
            raise NotAvailable(title, book.lent_until)
        book.lent_until = today + timedelta(days=days)
        self.history.append((today.isoformat(), title))
        return book.lent_until

    def search(self, pattern):
        look = re.compile(pattern, re.IGNORECASE)
        return [b.title for b in self if look.search(b.title) or any(look.fullmatch(t) for t in b.tags)]


library = Library().add(Book("Dune", "Herbert", 1965, ["sf", "desert"]), Book("Emma", "Austen", 1815), Book("Persuasion", "Austen", 1817, ["love"]))
today = date(2024, 2, 20)
print(len(library), "Dune" in library, [b.title for b in library], library.lend("Dune", today), library.search("^d|love"))
for action in (lambda: library.lend("Dune", today), lambda: library.lend("It", today), lambda: Book("X", "Y", 3000), lambda: Book("X")):
    try:
        action()
    except (LibraryError, KeyError, ValueError, TypeError) as error:
        print(f"{type(error).__name__}: {error}")
text = json.dumps([asdict(b) for b in library], default=str, indent=None)
print(text)
out = io.StringIO()
writer = csv.writer(out)
writer.writerows([b.id, b.title, b.year, "|".join(b.tags)] for b in library)
print(out.getvalue().replace("\r\n", "\n"))
by_author = defaultdict(list)
for book in library:
    by_author[book.author].append(book.year)
print(dict(by_author), Counter(tag for b in library for tag in b.tags).most_common(1), library.history, repr(next(iter(library))))
