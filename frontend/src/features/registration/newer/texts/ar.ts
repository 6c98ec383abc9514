import { digits } from "@/lib/i18n/arabic";
import type { Texts } from "./en";

export const ar: Texts = {
  noticeTitle: "تم تحديث الاستمارة",
  notice: "يمكنك متابعة الاستمارة التي بدأتها، أو الانتقال إلى الجديدة. سترى أولًا ما الذي يتغيّر.",
  look: "عرض ما يتغيّر",
  title: "ما الذي يتغيّر في الاستمارة الجديدة",
  lead: "تبقى إجاباتك حيث لا تزال مناسبة. وما لم يعد مناسبًا يُحفظ جانبًا لتراه.",
  changes: "التغييرات",
  aside: "إجابات لا مكان لها في الاستمارة الجديدة",
  attention: "ما يجب مراجعته بعد الانتقال",
  kept: (count) =>
    count === 1 ? "إجابة سابقة واحدة محفوظة جانبًا" : `إجابات سابقة محفوظة جانبًا: ${digits(count)}`,
  keptLead: "لا مكان لهذه في الاستمارة الجديدة. وهي لا تُرسل مع تسجيلك.",
  stay: "المتابعة باستمارتي",
  switch: "الانتقال إلى الاستمارة الجديدة",
  switching: "جارٍ الانتقال…",
  kinds: {
    "step-added": (label) => `خطوة جديدة: ${label}`,
    "step-removed": (label) => `خطوة حُذفت: ${label}`,
    added: (label) => `سؤال جديد: ${label}`,
    removed: (label) => `سؤال حُذف: ${label}`,
    changed: (label) => `تغيّر: ${label}`,
  },
};
