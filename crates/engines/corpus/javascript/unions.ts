type Shape =
  | { kind: "circle"; radius: number }
  | { kind: "rectangle"; width: number; height: number };
function area(shape: Shape): number {
  switch (shape.kind) {
    case "circle":
      return Math.PI * shape.radius ** 2;
    case "rectangle":
      return shape.width * shape.height;
  }
}
const shapes: Shape[] = [{ kind: "circle", radius: 1 }, { kind: "rectangle", width: 2, height: 3 }];
console.log(shapes.map(area).map((n) => n.toFixed(2)).join(", "));
const isString = (value: unknown): value is string => typeof value === "string";
console.log(([1, "a", null, "b"] as unknown[]).filter(isString));
const config = { port: 80, host: "x" } satisfies Record<string, string | number>;
console.log(config.host.toUpperCase(), config!.port);
