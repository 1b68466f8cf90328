class InsufficientFunds(Exception):
    def __init__(self, needed):
        super().__init__(f"{needed:.2f} more needed")
        self.needed = needed
class Account:
    def __init__(self, owner, balance=0):
        self.owner, self._balance = owner, balance
    @property
    def balance(self):
        return self._balance
    def withdraw(self, amount):
        if amount > self._balance:
            raise InsufficientFunds(amount - self._balance)
        self._balance -= amount
        return self
    def __repr__(self):
        return f"Account({self.owner!r}, {self.balance})"
account = Account("Ann", 100).withdraw(30)
print(account)
try:
    account.withdraw(100)
except InsufficientFunds as error:
    print(type(error).__name__, error, error.needed)
finally:
    print("done")
