const text = "The year 1999 and 2024-05-06, mail: bob@example.com";
console.log(text.match(/\d{4}/g), [...text.matchAll(/(?<user>\w+)@(?<host>[\w.]+)/g)].map((m) => ({ ...m.groups })), text.replace(/(\d+)-(\d+)-(\d+)/, "$3.$2.$1"));
console.log("a-b-c".replaceAll("-", "+"), "abc".padStart(5, "*"), "  x ".trim(), "x".repeat(3), "Hello".at(-1), "ß".toUpperCase(), "a,b;c".split(/[,;]/), "naïve".normalize("NFD").length);
console.log(String.raw`\n${1}`, `multi
line`, "😀".length, [..."😀a"].length, "abc".codePointAt(1), encodeURIComponent("ä b&c"), escape("ä"), "b".localeCompare("a"));
console.log("%s is %d years and %i, %f, %j %o %O %%", "Bob", 42.5, 42.5, 1.5, { a: 1 }, [1], { b: { c: {} } }, "extra");
