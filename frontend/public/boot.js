// As early as can be without holding up the first paint: a page to be read from right to left begins on the right.
try {
  const known = { ar: "rtl", hi: "ltr", en: "ltr" };
  const wanted = [
    localStorage.getItem("prs.locale"),
    ...navigator.languages.map((one) => one.split("-")[0]),
  ];
  const locale = wanted.find((one) => one in known);
  if (locale) {
    document.documentElement.lang = locale;
    document.documentElement.dir = known[locale];
  }
} catch {
  // Without storage the app itself finds the language a moment later.
}
