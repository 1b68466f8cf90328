
// ---- the customs of en-US: QuickJS knows no other, and no `Intl` ----

const MONTHS = "January February March April May June July August September October November December".split(" ");
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
const SIGNS = { USD: "$", EUR: "€", GBP: "£", JPY: "¥", INR: "₹", CNY: "CN¥", KRW: "₩", CAD: "CA$", AUD: "A$", MXN: "MX$", BRL: "R$" };

function needsEnglish(locales) {
  const wanted = [locales ?? "en-US"].flat()[0] ?? "en-US";
  if (/^en(-US)?(-u-.*)?$/i.test(String(wanted))) return;
  throw new RangeError(`${HAS_NO} locale ${inspect(String(wanted))}: it has en-US; the engine \`jail\` runs programs in Node itself`);
}

/** Digits with commas; `least` and `most` of them behind the point, halves away from zero. */
function digits(value, least, most, grouped) {
  let [whole, part = ""] = decimal(Math.abs(value), most).split(".");
  part = part.replace(/0+$/, "").padEnd(least, "0");
  if (grouped) whole = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return part ? `${whole}.${part}` : whole;
}

/** What `toFixed` gives, rounded by the decimal digits that are shown of a number rather than by its binary value. */
function decimal(value, most) {
  const shown = String(value);
  if (/e/.test(shown)) return value.toFixed(Math.min(most, 20));
  const [whole, part = ""] = shown.split(".");
  if (part.length <= most) return shown;
  const kept = BigInt(whole + part.slice(0, most)) + (part[most] >= "5" ? 1n : 0n);
  const text = String(kept).padStart(most + 1, "0");
  return most === 0 ? text : `${text.slice(0, -most)}.${text.slice(-most)}`;
}

function numberText(given, options = {}) {
  if (typeof given === "bigint") return String(given).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const value = Number(given);
  const { style = "decimal", currency = "", notation, compactDisplay } = options;
  if (Number.isNaN(value)) return "NaN";
  const isMoney = style === "currency";
  const usual = isMoney ? (currency === "JPY" || currency === "KRW" ? [0, 0] : [2, 2]) : style === "percent" ? [0, 0] : [0, 3];
  const least = options.minimumFractionDigits ?? Math.min(usual[0], options.maximumFractionDigits ?? usual[0]);
  const most = options.maximumFractionDigits ?? Math.max(usual[1], least);
  const grouped = options.useGrouping !== false;
  const sign = value < 0 || Object.is(value, -0) ? "-" : options.signDisplay === "always" || (options.signDisplay === "exceptZero" && value !== 0) ? "+" : "";
  if (!Number.isFinite(value)) return `${sign}∞`;
  if (notation === "compact") return sign + compactText(Math.abs(value), compactDisplay === "long");
  let text = digits(style === "percent" ? value * 100 : value, least, most, grouped);
  if (options.maximumSignificantDigits) text = digits(Number(Math.abs(value).toPrecision(options.maximumSignificantDigits)), 0, 20, grouped);
  if (options.minimumIntegerDigits) text = text.replace(/^\d+/, (whole) => whole.padStart(options.minimumIntegerDigits, "0"));
  if (style === "percent") return `${sign}${text}%`;
  if (isMoney) return `${sign}${SIGNS[currency.toUpperCase()] ?? `${currency.toUpperCase()}\u00a0`}${text}`;
  if (style === "unit") return `${sign}${text} ${options.unit}`;
  return sign + text;
}

function compactText(value, isLong) {
  const steps = [[1e12, "T", " trillion"], [1e9, "B", " billion"], [1e6, "M", " million"], [1e3, "K", " thousand"], [1, "", ""]];
  const [size, short, long] = steps.find(([size]) => value >= size) ?? [1, "", ""];
  const scaled = value / size;
  return digits(scaled, 0, scaled < 100 && size > 1 ? 1 : 0, true).replace(/\.0$/, "") + (isLong ? long : short);
}

/** The parts of a date in the zone of a program: this has UTC alone. */
function dateText(date, options, usual) {
  if (Number.isNaN(date.getTime())) return "Invalid Date";
  const zone = options.timeZone ?? "UTC";
  if (!/^(utc|gmt|etc\/utc|etc\/gmt)$/i.test(zone)) throw new RangeError(`${HAS_NO} time zone ${inspect(zone)}: it has UTC; the engine \`jail\` runs programs in Node itself`);
  const styles = { full: { weekday: "long", year: "numeric", month: "long", day: "numeric" }, long: { year: "numeric", month: "long", day: "numeric" }, medium: { year: "numeric", month: "short", day: "numeric" }, short: { year: "2-digit", month: "numeric", day: "numeric" } };
  const clocks = { full: "second", long: "second", medium: "second", short: "minute" };
  let asked = { ...options };
  if (options.dateStyle) Object.assign(asked, styles[options.dateStyle]);
  if (options.timeStyle) Object.assign(asked, { hour: "numeric", minute: "2-digit", ...(clocks[options.timeStyle] === "second" ? { second: "2-digit" } : {}) });
  const hasDate = ["weekday", "year", "month", "day"].some((part) => asked[part]);
  const hasTime = ["hour", "minute", "second", "fractionalSecondDigits"].some((part) => asked[part]);
  if (!hasDate && !hasTime) asked = { ...usual, ...asked };
  else if (usual.needs === "date" && !hasDate) asked = { year: "numeric", month: "numeric", day: "numeric", ...asked };
  else if (usual.needs === "time" && !hasTime) asked = { hour: "numeric", minute: "2-digit", second: "2-digit", ...asked };
  const [day, time] = [dayText(date, asked), clockText(date, asked)];
  const joint = asked.dateStyle === "full" || asked.dateStyle === "long" ? " at " : ", ";
  return day && time ? `${day}${joint}${time}` : day || time;
}

const two = (number) => String(number).padStart(2, "0");

function dayText(date, { weekday, year, month, day }) {
  const [y, m, d, w] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), DAYS[date.getUTCDay()]];
  const yearText = year === "2-digit" ? two(y % 100) : year ? String(y) : "";
  const dayNumber = day === "2-digit" ? two(d) : day ? String(d) : "";
  const weekdayText = weekday === "long" ? w : weekday === "short" ? w.slice(0, 3) : weekday ? w[0] : "";
  if (month === "long" || month === "short" || month === "narrow") {
    const name = month === "long" ? MONTHS[m] : month === "short" ? MONTHS[m].slice(0, 3) : MONTHS[m][0];
    const first = [name, dayNumber].filter(Boolean).join(" ");
    const whole = yearText ? (dayNumber ? `${first}, ${yearText}` : `${first} ${yearText}`) : first;
    return weekdayText ? `${weekdayText}, ${whole}` : whole;
  }
  const monthText = month === "2-digit" ? two(m + 1) : month ? String(m + 1) : "";
  const numbers = [monthText, dayNumber, yearText].filter(Boolean).join("/");
  return [weekdayText, numbers].filter(Boolean).join(", ");
}

function clockText(date, { hour, minute, second, hour12, hourCycle, timeZoneName, fractionalSecondDigits }) {
  if (!hour && !minute && !second) return "";
  const is12 = hour12 ?? !(hourCycle === "h23" || hourCycle === "h24");
  const h = date.getUTCHours();
  const shown = is12 ? h % 12 || 12 : h;
  const hourText = hour ? (hour === "2-digit" || !is12 ? two(shown) : String(shown)) : "";
  const minuteText = minute ? (hour ? two(date.getUTCMinutes()) : String(date.getUTCMinutes())) : "";
  const fraction = fractionalSecondDigits ? `.${String(date.getUTCMilliseconds()).padStart(3, "0").slice(0, fractionalSecondDigits)}` : "";
  const secondText = second ? (minute ? two(date.getUTCSeconds()) : String(date.getUTCSeconds())) + fraction : "";
  const clock = [hourText, minuteText, secondText].filter(Boolean).join(":");
  return clock + (hour && is12 ? (h < 12 ? " AM" : " PM") : "") + (timeZoneName ? " UTC" : "");
}

/** The order of words in English: letters first, then accents, then small before large. */
function collate(a, b, { numeric = false, sensitivity = "variant" } = {}) {
  const base = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const [first, second] = [base(a), base(b)];
  if (first !== second) {
    if (numeric) {
      const [left, right] = [first.split(/(\d+)/), second.split(/(\d+)/)];
      for (let at = 0; at < Math.min(left.length, right.length); at++) {
        if (left[at] === right[at]) continue;
        const isNumber = /^\d/.test(left[at]) && /^\d/.test(right[at]);
        const difference = isNumber ? Number(left[at]) - Number(right[at]) : letters(left[at], right[at]);
        if (difference !== 0) return Math.sign(difference);
      }
      return Math.sign(left.length - right.length);
    }
    return letters(first, second);
  }
  if (sensitivity === "base") return 0;
  const accents = (text) => text.normalize("NFD").toLowerCase();
  if (sensitivity !== "case" && accents(a) !== accents(b)) return accents(a) < accents(b) ? -1 : 1;
  if (sensitivity === "accent" || a === b) return 0;
  const cases = (text) => [...text].map((letter) => (letter === letter.toLowerCase() ? 0 : 1)).join("");
  return cases(a) < cases(b) ? -1 : cases(a) > cases(b) ? 1 : 0;
}

/** Blanks before signs, signs before digits, digits before letters. */
function letters(a, b) {
  const rank = (letter) => (/\s/.test(letter) ? 0 : /[_-]/.test(letter) ? 1 : /\p{L}/u.test(letter) ? 4 : /\p{N}/u.test(letter) ? 3 : 2);
  const [left, right] = [[...a], [...b]];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    if (left[at] === right[at]) continue;
    const difference = rank(left[at]) - rank(right[at]);
    return difference !== 0 ? Math.sign(difference) : left[at] < right[at] ? -1 : 1;
  }
  return Math.sign(left.length - right.length);
}

const WHOLE_DATE = { year: "numeric", month: "numeric", day: "numeric" };
const WHOLE_TIME = { hour: "numeric", minute: "2-digit", second: "2-digit" };

class Custom {
  constructor(locales, options = {}) {
    needsEnglish(locales);
    defineProperty(this, "options", { value: { ...options }, enumerable: false });
  }

  resolvedOptions() {
    return { locale: "en-US", timeZone: "UTC", ...this.options };
  }

  static supportedLocalesOf(locales) {
    return [locales].flat().filter((locale) => /^en(-US)?$/i.test(locale));
  }
}

class NumberFormat extends Custom {
  format = (value) => numberText(value, this.options);
}

class DateTimeFormat extends Custom {
  format = (date = new Date()) => dateText(new Date(date), this.options, WHOLE_DATE);
}

class Collator extends Custom {
  compare = (a, b) => collate(String(a), String(b), this.options);
}

class PluralRules extends Custom {
  select(value) {
    const number = Math.abs(value);
    if (this.options.type !== "ordinal") return number === 1 ? "one" : "other";
    const [last, lastTwo] = [number % 10, number % 100];
    if (last === 1 && lastTwo !== 11) return "one";
    if (last === 2 && lastTwo !== 12) return "two";
    return last === 3 && lastTwo !== 13 ? "few" : "other";
  }
}

class ListFormat extends Custom {
  format(items) {
    const all = [...items];
    const word = this.options.type === "disjunction" ? "or" : "and";
    if (all.length < 2) return all.join("");
    return all.length === 2 ? all.join(` ${word} `) : `${all.slice(0, -1).join(", ")}, ${word} ${all.at(-1)}`;
  }
}

class RelativeTimeFormat extends Custom {
  format(value, unit) {
    const name = unit.replace(/s$/, "");
    const near = { day: ["yesterday", "today", "tomorrow"], year: ["last year", "this year", "next year"], month: ["last month", "this month", "next month"], week: ["last week", "this week", "next week"] };
    if (this.options.numeric === "auto" && near[name]?.[value + 1]) return near[name][value + 1];
    const [count, isPast] = [Math.abs(value), value < 0 || Object.is(value, -0)];
    const text = `${numberText(count)} ${name}${count === 1 ? "" : "s"}`;
    return isPast ? `${text} ago` : `in ${text}`;
  }
}

function installLocale() {
  setGlobal("Intl", { Collator, DateTimeFormat, ListFormat, NumberFormat, PluralRules, RelativeTimeFormat, getCanonicalLocales: (locales) => [locales].flat() }, false);
  const methods = [
    [Number, "toLocaleString", function (locales, options) { needsEnglish(locales); return numberText(Number(this), options); }],
    [BigInt, "toLocaleString", function (locales) { needsEnglish(locales); return numberText(BigInt(this)); }],
    [Date, "toLocaleString", function (locales, options = {}) { needsEnglish(locales); return dateText(this, options, { ...WHOLE_DATE, ...WHOLE_TIME }); }],
    [Date, "toLocaleDateString", function (locales, options = {}) { needsEnglish(locales); return dateText(this, options, { ...WHOLE_DATE, needs: "date" }); }],
    [Date, "toLocaleTimeString", function (locales, options = {}) { needsEnglish(locales); return dateText(this, options, { ...WHOLE_TIME, needs: "time" }); }],
    [String, "localeCompare", function (other, locales, options) { needsEnglish(locales); return collate(String(this), String(other), options); }],
  ];
  for (const [owner, name, value] of methods) defineProperty(owner.prototype, name, { value, writable: true, configurable: true });
}

