// What is typed finds names whatever their case and accents, as in the search (`lib/fold.py`).
const SPECIAL = {
  ł: "l", đ: "d", ø: "o", æ: "ae", œ: "oe", ß: "ss", ı: "i", þ: "th", ð: "d", ħ: "h", "’": "'", "‘": "'", "ʼ": "'",
  أ: "ا", إ: "ا", آ: "ا", ٱ: "ا", ى: "ي", ئ: "ي", ؤ: "و", ة: "ه", ـ: "", ک: "ك", ی: "ي",
  ς: "σ", "\u0345": "ι", // the last two are in what Python calls case
};
const letters = new RegExp(`[${Object.keys(SPECIAL).join("")}]`, "gu");
const marks = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]/g;

/** Lower-case, without accents, with single spaces. */
export function fold(text) {
  const special = text.normalize("NFKD").toLowerCase().replace(letters, (letter) => SPECIAL[letter]);
  return special.replace(marks, "").normalize("NFC").replace(/\s+/g, " ").trim();
}
