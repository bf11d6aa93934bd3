import { expect, test } from "vitest";

import { Sentence } from "./Sentence.jsx";
import { show } from "../test/render.jsx";

test("a sentence keeps each of its words, and each instance id in one piece", () => {
  const text = "Promoted i-5301850c5a38fd547 because i-42217bea will be interrupted.";
  const { container } = show(
    <p>
      <Sentence>{text}</Sentence>
    </p>,
  );
  expect(container.querySelector("p").textContent).toBe(text);
  expect([...container.querySelectorAll("p span")].map((id) => id.textContent)).toEqual(["i-5301850c5a38fd547", "i-42217bea"]);
});

test("markup that an agent sends stays text", () => {
  const { container } = show(
    <p>
      <Sentence>{"<img src=x onerror=alert(1)> i-42217bea."}</Sentence>
    </p>,
  );
  expect(container.querySelector("img")).toBeNull();
  expect(container.querySelector("p").textContent).toBe("<img src=x onerror=alert(1)> i-42217bea.");
});

test("in a list an instance id is its last letters, and the whole is at hand", () => {
  const { container } = show(
    <p>
      <Sentence short>Promoted i-5301850c5a38fd547.</Sentence>
    </p>,
  );
  expect(container.querySelector("p").textContent).toBe("Promoted i-…fd547.");
  expect(container.querySelector("span").title).toBe("i-5301850c5a38fd547");
});
