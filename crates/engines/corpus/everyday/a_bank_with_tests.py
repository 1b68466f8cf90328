import doctest
import unittest


class InsufficientFunds(Exception):
    """Raised when an account has too little."""


class Account:
    """An account.

    >>> account = Account("Ann", 10)
    >>> account.deposit(5)
    15
    >>> account.withdraw(100)
    Traceback (most recent call last):
        ...
    InsufficientFunds: 15 < 100
    >>> account
    Account('Ann', 15)
    """

    def __init__(self, owner, balance=0):
        self.owner, self.balance = owner, balance

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("amount must be positive")
        self.balance += amount
        return self.balance

    def withdraw(self, amount):
        if amount > self.balance:
            raise InsufficientFunds(f"{self.balance} < {amount}")
        self.balance -= amount
        return self.balance

    def __repr__(self):
        return f"Account({self.owner!r}, {self.balance})"


class AccountTest(unittest.TestCase):
    def setUp(self):
        self.account = Account("Bo", 100)

    def test_withdraw(self):
        self.assertEqual(self.account.withdraw(30), 70)

    def test_too_much(self):
        with self.assertRaisesRegex(InsufficientFunds, "100 < 101"):
            self.account.withdraw(101)

    def test_amounts(self):
        for amount in (0, -5):
            with self.subTest(amount=amount), self.assertRaises(ValueError):
                self.account.deposit(amount)

    @unittest.skip("not yet")
    def test_transfer(self):
        self.fail()

    @unittest.expectedFailure
    def test_wrong(self):
        self.assertEqual(1, 2)


print(doctest.testmod(verbose=False))
suite = unittest.defaultTestLoader.loadTestsFromTestCase(AccountTest)
result = unittest.TestResult()
suite.run(result)
print(result.testsRun, len(result.failures), len(result.errors), len(result.skipped), len(result.expectedFailures), result.wasSuccessful())
