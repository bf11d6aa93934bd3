// One call of the API: who may, what it takes, what it answers. Closed it is a line, open the whole of it.
import classes from "./Reference.module.css";
import { fieldsOf, shown } from "./schema.js";

export function Operation({ path, method, told, document }) {
  return (
    <details className={classes.operation}>
      <summary>
        <span className={classes.method} data-method={method}>
          {method.toUpperCase()}
        </span>
        <code>{path}</code>
        <span className={classes.sentence}>{told.summary}</span>
      </summary>
      <div className={classes.inside}>
        <p>
          For {told["x-who"]}.{needsId(told) && " Needs X-Request-ID; the same id with the same body is done once."}
        </p>
        {told.description && <p className={classes.description}>{told.description}</p>}
        <Fields title="In the address" fields={parameters(told)} />
        <Fields title="Body" fields={body(told, document)} />
        <Fields title={`Answers ${Object.keys(told.responses)[0]}`} fields={answer(told, document)} />
      </div>
    </details>
  );
}

const needsId = ({ parameters: all = [] }) => all.some(({ name }) => name === "X-Request-ID");

const parameters = ({ parameters: all = [] }) =>
  all.filter((one) => one.in !== "header").map((one) => ({ name: one.name, required: one.required, kind: shown(one.schema) }));

const body = ({ requestBody: { content } = { content: {} } }, document) => fieldsOf(Object.values(content)[0]?.schema, document);

function answer(told, document) {
  const [reply] = Object.values(told.responses);
  const [[media, { schema }]] = Object.entries(reply.content);
  return media === "application/json" && schema.properties ? fieldsOf(schema.properties.data, document) : [];
}

function Fields({ title, fields }) {
  if (fields.length === 0) return null;
  return (
    <table className={classes.fields}>
      <caption>{title}</caption>
      <tbody>
        {fields.map((field) => (
          <tr key={field.name}>
            <th scope="row">
              <code>{field.name}</code>
            </th>
            <td>
              {field.kind}
              {!field.required && <span className={classes.may}> may be left out</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
