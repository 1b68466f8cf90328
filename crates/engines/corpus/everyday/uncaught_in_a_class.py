class Account:
    def __init__(self, balance):
        self.balance = balance

    def withdraw(self, amount):
        if amount > self.balance:
            raise ValueError(f"{amount} is more than {self.balance}")
        self.balance -= amount
        return self


def main():
    account = Account(100)
    account.withdraw(30)
    print(account.balance)
    account.withdraw(
        amount=500,
    )


main()
