abstract class Animal {
  protected abstract sound(): string;
  declare readonly tag: string;
  static #made = 0;
  name: string;
  constructor(name: string) {
    this.name = name;
    Animal.#made++;
  }
  speak(this: Animal): string {
    return `${this.name} says ${this.sound()}`;
  }
  static get made(): number {
    return Animal.#made;
  }
}
class Dog extends Animal implements Iterable<string> {
  override sound() { return "woof"; }
  *[Symbol.iterator](): IterableIterator<string> { yield* this.name; }
}
const dog: Animal & Iterable<string> = new Dog("rex");
console.log(dog.speak(), [...dog], Animal.made, "tag" in dog);
