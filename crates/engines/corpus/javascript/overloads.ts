function format(value: number): string;
function format(value: Date): string;
function format(value: number | Date): string {
  return typeof value === "number" ? value.toFixed(1) : value.toISOString();
}
console.log(format(2.345), format(new Date(0)));
declare const globalThing: string | undefined;
type Path<T> = T extends object ? { [K in keyof T]: `${K & string}` }[keyof T] : never;
const keysOf = <T extends object>(value: T): Path<T>[] => Object.keys(value) as Path<T>[];
console.log(keysOf({ a: 1, b: 2 }), typeof globalThing);
const tuple: readonly [x: number, y?: string] = [1, "z"] as const;
const [x, y = "none"] = tuple;
console.log(x, y, ((a: number, b?: number): number => a + (b ?? 0))(1));
let later!: number;
later = 5;
console.log(later, "cast" as string);
