import { Badge } from "@/components/ui/Feedback";
import type { SheetProblem } from "@/lib/api/types";
import { useTexts } from "./texts";

/** Every problem of a workbook, in the order of its sheets and rows. */
export function ProblemTable({ problems }: { problems: readonly SheetProblem[] }) {
  const texts = useTexts();
  const { columns } = texts;
  const sorted = [...problems].sort(
    (a, b) => a.sheet.localeCompare(b.sheet) || (a.row ?? 0) - (b.row ?? 0),
  );
  return (
    <div className="stack-s">
      <h2>{texts.problems(problems.length)}</h2>
      <div className="table-scroll">
        <table className="problem-table">
          <thead>
            <tr>
              <th scope="col">{columns.sheet}</th>
              <th scope="col">{columns.row}</th>
              <th scope="col">{columns.column}</th>
              <th scope="col">{columns.message}</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((problem, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: one cell may have the same problem twice
              <tr key={index}>
                <td>{problem.sheet}</td>
                <td>{problem.row ?? "–"}</td>
                <td>{problem.column || "–"}</td>
                <td>
                  <Badge tone={problem.severity === "warning" ? "warn" : "bad"}>
                    {problem.severity === "warning" ? texts.warning : texts.error}
                  </Badge>{" "}
                  {problem.message}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
