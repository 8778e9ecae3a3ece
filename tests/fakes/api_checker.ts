/**
 * Holds answers of a running server against its own /openapi.json with a JSON-schema validator that is not ours.
 *
 *   const api = await ApiChecker.of(server.url);
 *   await api.check("POST", "/v1/say", response);   // throws where status, content type or body are not as described
 */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

export interface Operation {
  readonly method: string;
  /** As in the document: "/v1/record/{id}". */
  readonly path: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: "path" | "query";
    readonly schema: JsonSchema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: JsonSchema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: JsonSchema }>> }>
  >;
  readonly security: readonly unknown[];
}

export type JsonSchema = Readonly<Record<string, unknown>>;

export class ApiChecker {
  readonly operations: readonly Operation[];
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #compiled = new Map<string, ValidateFunction>();

  static async of(url: string): Promise<ApiChecker> {
    const response = await fetch(new URL("/openapi.json", url));
    if (response.status !== 200) throw new Error(`/openapi.json answered ${response.status}`);
    return new ApiChecker(await response.json());
  }

  constructor(readonly document: Readonly<Record<string, unknown>>) {
    // The package is CommonJS: its default export is seen as a namespace by the type checker.
    (addFormats as unknown as (ajv: Ajv2020) => void)(this.#ajv);
    this.#ajv.addSchema({ ...document, $id: "https://api.example/" });
    this.operations = Object.entries(document["paths"] as Record<string, Record<string, Operation>>)
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => ({
          ...operation,
          method: method.toUpperCase(),
          path,
        }))
      );
  }

  operation(method: string, path: string): Operation {
    const found = this.operations.find((one) => one.method === method && one.path === path);
    if (found === undefined) throw new Error(`${method} ${path} is not in /openapi.json`);
    return found;
  }

  /** Whether a JSON value is a body that the document allows. */
  allows(method: string, path: string, body: unknown): boolean {
    return this.#validator("paths", path, method.toLowerCase(), ...JSON_BODY)(body);
  }

  /** Every schema of the document, compiled: throws for a reference that leads nowhere. */
  compileAll(): number {
    let count = 0;
    for (const { method, path, requestBody, responses } of this.operations) {
      const at = ["paths", path, method.toLowerCase()];
      const compile = (where: readonly string[], content: object = {}) => {
        for (const [type, { schema }] of Object.entries(content) as [string, { schema?: JsonSchema }][]) {
          if (schema === undefined) continue;
          this.#validator(...at, ...where, "content", type, "schema");
          count++;
        }
      };
      compile(["requestBody"], requestBody?.content);
      for (const [status, { content }] of Object.entries(responses)) {
        if (status !== "default") compile(["responses", status], content);
      }
    }
    return count;
  }

  /** The body: a JSON value, a text, or undefined where it is a stream, which is left alone. */
  async check(method: string, path: string, response: Response, isStream = false): Promise<unknown> {
    const { responses } = this.operation(method, path);
    const { status } = response;
    const type = response.headers.get("content-type")?.split(";", 1)[0] ?? "";
    const where = `${method} ${path} answered ${status} ${type}`;
    if (type === "application/problem+json") {
      const problem = await response.json();
      this.#mustBe(where, this.#validator("components", "schemas", "Problem"), problem);
      if (problem.status !== status) throw new Error(`${where}: its body says ${problem.status}`);
      if (/[\r\n]/.test(problem.detail)) throw new Error(`${where}: the detail has more than one line`);
      return problem;
    }
    // A problem of a route's own, which says how it tells them whatever the status.
    const isOwnProblem = responses[String(status)] === undefined &&
      responses["default"]?.content?.[type] !== undefined;
    const key = isOwnProblem ? "default" : String(status);
    const described = responses[key];
    if (described === undefined) {
      throw new Error(
        `${where}, which is not described: ${Object.keys(responses)}; ${await response.text()}`,
      );
    }
    const { content } = described;
    if (content === undefined) return await response.text();
    const [given] = Object.keys(content).filter((one) => one.split(";", 1)[0] === type);
    if (given === undefined) throw new Error(`${where}, wanted one of ${Object.keys(content)}`);
    if (content[given]!.schema === undefined) return isStream ? undefined : await response.text();
    const body = await response.json();
    const at = ["paths", path, method.toLowerCase(), "responses", key, "content", given, "schema"];
    this.#mustBe(where, this.#validator(...at), body);
    return body;
  }

  #mustBe(where: string, validate: ValidateFunction, body: unknown): void {
    if (validate(body)) return;
    const says = this.#ajv.errorsText(validate.errors);
    throw new Error(`${where} with ${JSON.stringify(body).slice(0, 300)}: ${says}`);
  }

  #validator(...parts: readonly string[]): ValidateFunction {
    const pointer = parts.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")))
      .join("/");
    const known = this.#compiled.get(pointer);
    if (known !== undefined) return known;
    const made = this.#ajv.compile({ $ref: `https://api.example/#/${pointer}` });
    this.#compiled.set(pointer, made);
    return made;
  }
}

const JSON_BODY = ["requestBody", "content", "application/json", "schema"] as const;
