import { counted } from "@/lib/i18n/arabic";
import type { Texts } from "./en";

export const ar: Texts = {
  organization: "المؤسسة",
  title: "استيراد استمارة",
  lead: "أحضر مصنف XLSForm ‏(.xlsx أو .xls أو .csv). تُعرض كل مشكلة بالورقة والصف والعمود بجانب معاينة للاستمارة، ولا يُحفظ شيء حتى تطلب ذلك.",
  choose: "اختر مصنفًا",
  check: "فحص المصنف",
  checking: "جارٍ الفحص…",
  report: "نتيجة الفحص",
  refusedTitle: "لا يمكن استخدام المصنف بعد",
  refusedDetail: "أصلح الصفوف أدناه ثم افحصه من جديد.",
  skip: "تجاوز ما ليس مدعومًا",
  skipHint: "يظهر كل صف أو خلية متروكة كتحذير. راجع المعاينة قبل النشر.",
  cleanTitle: "المصنف سليم",
  usableTitle: "يمكن استخدام المصنف",
  cleanDetail: (title) => `يمكن نشر «${title}» أو حفظها كمسودة.`,
  publish: "نشر هذا الإصدار",
  publishing: "جارٍ النشر…",
  keepDraft: "حفظ كمسودة",
  kept: "حُفظت كمسودة",
  keptDetail: (title) => `«${title}» ضمن استماراتك الآن.`,
  published: (version) => `نُشرت بوصفها الإصدار ${version}. يمكن للبرامج استخدامها الآن.`,
  download: "تنزيل كمصنف",
  takenTitle: (name) => `توجد استمارة باسم «${name}»`,
  takenDetail: (version) =>
    version > 0
      ? `تبقى إصداراتها المنشورة (أحدثها ${version}) والتسجيلات التي تمت بها كما هي.`
      : "لم تُنشر قط؛ ستُستبدل مسودتها.",
  replaceAndPublish: "النشر كإصدارها التالي",
  leaveIt: "تركها كما هي",
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
  preview: {
    title: "معاينة",
    lead: "جرّبها: الشروط والحسابات تعمل، ولا تُحفظ أي إجابة.",
    pages: "صفحات الاستمارة",
    isHidden: "لا تظهر مع هذه الإجابات",
    checkPage: "فحص هذه الصفحة",
    pageIsFine: "يمكن إرسال هذه الصفحة.",
  },
};
