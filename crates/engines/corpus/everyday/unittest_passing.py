import unittest, io
class Tests(unittest.TestCase):
    def test_sum(self):
        self.assertEqual(sum([1, 2]), 3)
    def test_raises(self):
        with self.assertRaises(ValueError):
            int("x")
    @unittest.skip("later")
    def test_skipped(self):
        pass
result = unittest.TextTestRunner(stream=io.StringIO()).run(unittest.defaultTestLoader.loadTestsFromTestCase(Tests))
print(result.testsRun, len(result.failures), len(result.errors), len(result.skipped), result.wasSuccessful())
