import type { Texts } from "./en";

export const hi: Texts = {
  organization: "संगठन",
  title: "फ़ॉर्म लाएँ",
  lead: "XLSForm कार्यपुस्तिका (.xlsx, .xls या .csv) लाएँ। हर समस्या शीट, पंक्ति और स्तंभ के साथ दिखाई जाती है, ताकि आप सब एक साथ सुधार सकें।",
  choose: "कार्यपुस्तिका चुनें",
  check: "जाँचें और लाएँ",
  checking: "जाँच हो रही है…",
  cleanTitle: "कार्यपुस्तिका ठीक है",
  cleanDetail: (title) => `“${title}” मसौदे के रूप में लाया गया।`,
  publish: "यह संस्करण प्रकाशित करें",
  publishing: "प्रकाशित हो रहा है…",
  published: "प्रकाशित। कार्यक्रम अब इसका उपयोग कर सकते हैं।",
  problems: (count) => `${count} समस्याएँ मिलीं`,
  columns: { sheet: "शीट", row: "पंक्ति", column: "स्तंभ", message: "क्या ग़लत है" },
  error: "त्रुटि",
  warning: "चेतावनी",
};
