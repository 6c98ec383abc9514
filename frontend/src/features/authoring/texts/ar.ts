import { counted } from "@/lib/i18n/arabic";
import type { Texts } from "./en";

export const ar: Texts = {
  organization: "المؤسسة",
  title: "استيراد استمارة",
  lead: "أحضر مصنف XLSForm ‏(.xlsx أو .xls أو .csv). تُعرض كل مشكلة بالورقة والصف والعمود، لتصلحها كلها دفعة واحدة.",
  choose: "اختر مصنفًا",
  check: "فحص واستيراد",
  checking: "جارٍ الفحص…",
  cleanTitle: "المصنف سليم",
  cleanDetail: (title) => `استُوردت «${title}» كمسودة.`,
  publish: "نشر هذا الإصدار",
  publishing: "جارٍ النشر…",
  published: "تم النشر. يمكن للبرامج استخدامها الآن.",
  problems: (count) =>
    count === 0
      ? "لا مشكلات"
      : `عُثر على ${counted(count, {
          one: "مشكلة واحدة",
          two: "مشكلتين",
          few: "مشكلات",
          many: "مشكلة",
          other: "مشكلة",
        })}`,
  columns: { sheet: "الورقة", row: "الصف", column: "العمود", message: "المشكلة" },
  error: "خطأ",
  warning: "تحذير",
};
