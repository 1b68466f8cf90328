import io
import sys
import unittest


def add(a, b):
    return a + b


class AddTest(unittest.TestCase):
    def test_numbers(self):
        self.assertEqual(add(1, 2), 3)

    def test_wrong(self):
        self.assertEqual(add(1, 1), 3, "arithmetic")

    @unittest.skip("later")
    def test_skipped(self):
        pass

    def test_many(self):
        for n in range(3):
            with self.subTest(n=n):
                self.assertNotEqual(n, 1)


class Runner(unittest.TextTestRunner):
    def __init__(self, **kwargs):
        super().__init__(stream=io.StringIO(), verbosity=2)

    def run(self, test):
        result = super().run(test)
        text = self.stream.stream.getvalue() if hasattr(self.stream, "stream") else self.stream.getvalue()
        print("\n".join(line for line in text.splitlines() if not line.startswith("Ran ")))
        return result


if __name__ == "__main__":
    unittest.main(testRunner=Runner)
