// What is typed finds names whatever their case and accents, as in the search (`lib/fold.py`).
const SPECIAL = { ł: "l", đ: "d", ø: "o", æ: "ae", œ: "oe", ß: "ss", ı: "i", þ: "th", ð: "d", ħ: "h", "’": "'", "‘": "'", أ: "ا", إ: "ا", آ: "ا", ٱ: "ا", ى: "ي", ئ: "ي", ؤ: "و", ة: "ه", ـ: "", ک: "ك", ی: "ي" };
const letters = new RegExp(`[${Object.keys(SPECIAL).join("")}]`, "gu");

/** Lower-case, without accents, with single spaces. */
export function fold(text) {
  const special = text.normalize("NFKC").toLowerCase().replace(letters, (letter) => SPECIAL[letter]);
  return special.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();
}
