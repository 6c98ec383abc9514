import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test } from "vitest";
import { PasswordField } from "../entry/fields";

function Form({ isNew }: { isNew: boolean }) {
  const [value, setValue] = useState("");
  return (
    <PasswordField label="Password" value={value} onChange={setValue} error={null} isNew={isNew} />
  );
}

test("hides a password, and lets managers fill it and people paste it", async () => {
  const user = userEvent.setup();
  for (const isNew of [true, false]) {
    const { unmount } = render(<Form isNew={isNew} />);
    const field = screen.getByLabelText(/^Password/);
    expect(field).toHaveAttribute("type", "password");
    expect(field).toHaveAttribute("autocomplete", isNew ? "new-password" : "current-password");
    expect(field).not.toHaveAttribute("maxlength");
    await user.click(field);
    await user.paste("seven lamps on the river, and an eighth");
    expect(field).toHaveValue("seven lamps on the river, and an eighth");
    unmount();
  }
});
