const when = new Date(Date.UTC(2024, 1, 29, 13, 5, 9));
console.log(when.toISOString(), when.getUTCDay(), when.toJSON());
console.log(new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(when));
console.log(new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" }).format(1234567.891));
console.log(new Intl.NumberFormat("de-DE").format(9876543.21), new Intl.PluralRules("en", { type: "ordinal" }).select(2));
console.log(["z", "ä", "a"].sort(new Intl.Collator("de").compare));
const days = (b, a) => Math.round((b - a) / 86_400_000);
console.log(days(Date.UTC(2024, 2, 1), Date.UTC(2024, 1, 1)), (1234.5).toLocaleString("en-US"));
