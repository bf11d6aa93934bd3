// The heads of a table's columns; `children` are heads that people do not see.
export function Heads({ of, children }) {
  return (
    <thead>
      <tr>
        {of.map((head) => (
          <th key={head} scope="col">
            {head}
          </th>
        ))}
        {children}
      </tr>
    </thead>
  );
}
