class Account {
  #balance = 0;
  static count = 0;
  constructor(owner) {
    this.owner = owner;
    Account.count += 1;
  }
  get balance() {
    return this.#balance;
  }
  deposit(amount) {
    if (amount <= 0) throw new RangeError("amount must be positive");
    this.#balance += amount;
    return this;
  }
}
class Savings extends Account {
  rate = 0.05;
  addInterest() {
    return this.deposit(this.balance * this.rate);
  }
  toString() {
    return `${this.owner}: ${this.balance.toFixed(2)}`;
  }
}
const account = new Savings("ann").deposit(100).addInterest();
console.log(String(account), Account.count, account);
try {
  account.deposit(-1);
} catch (error) {
  console.log(error.name, error.message, error instanceof RangeError);
}
