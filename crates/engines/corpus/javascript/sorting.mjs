const people = [
  { name: "Zoe", age: 31 }, { name: "adam", age: 25 }, { name: "Bea", age: 31 }, { name: "Cy", age: 25 },
];
console.log(people.toSorted ? "toSorted" in Array.prototype : true);
console.log([...people].sort((a, b) => a.age - b.age || a.name.localeCompare(b.name)).map((p) => p.name));
function quicksort(list) {
  if (list.length < 2) return list;
  const [pivot, ...rest] = list;
  return [...quicksort(rest.filter((x) => x < pivot)), pivot, ...quicksort(rest.filter((x) => x >= pivot))];
}
console.log(quicksort([5, 3, 8, 1, 9, 2, 7]), [10, 9, 1].sort(), [10, 9, 1].sort((a, b) => a - b));
const groups = people.reduce((all, p) => ({ ...all, [p.age]: [...(all[p.age] ?? []), p.name] }), {});
console.log(groups);
