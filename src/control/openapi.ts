/**
 * The API described for programs: OpenAPI 3.1, made from the very schemas that the routes check with. In: the table of
 * routes. Out: one JSON document, made once.
 */
import { z } from "zod";
import type { Contents, Route, Shape } from "./route.ts";

const PROBLEM = {
  type: "object",
  required: ["type", "title", "status", "detail"],
  properties: {
    type: { type: "string", description: "urn:lipcam:problem:CODE" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string", description: "One line: what was given and what is wanted." },
  },
};
const PROBLEM_ANSWER = {
  description: "What cannot be, in one line.",
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};

export function openApi(routes: readonly Route[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Lipcam",
      version,
      description: "A talking avatar: what it says, shows and does.",
      license: { name: "GPL-3.0-or-later", identifier: "GPL-3.0-or-later" },
    },
    components: {
      schemas: { Problem: PROBLEM },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
    paths,
  };
}

function operation(
  { path, about, isGuarded = true, isOfProgramme, isSocket }: Route,
): Record<string, unknown> {
  const { summary, takes, gives, query, refusal } = about;
  const responses = Object.fromEntries(
    Object.entries(gives).map(([status, shape]) => [status, answer(Number(status), shape)]),
  );
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => parameter(name!, "path", true, { type: "string" })),
    ...(isOfProgramme ? [parameter("session", "query", false, { type: "string" })] : []),
    ...(query === undefined ? [] : queryParameters(query)),
  ];
  return {
    summary: isSocket ? `${summary} (Upgrade: websocket)` : summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(takes === undefined ? {} : { requestBody: { content: contents(takes) } }),
    responses: { ...responses, default: problem(refusal) },
    security: isGuarded ? [{ token: [] }] : [],
  };
}

/** Of the guard's kind always, and of the route's own where it has one. */
function problem(refusal: z.ZodType | undefined) {
  if (refusal === undefined) return PROBLEM_ANSWER;
  const own = contents({ "application/json": refusal }, "output");
  return { ...PROBLEM_ANSWER, content: { ...PROBLEM_ANSWER.content, ...own } };
}

function parameter(name: string, place: "path" | "query", required: boolean, schema: unknown) {
  return { name, in: place, required, schema };
}

function queryParameters(query: z.ZodObject) {
  const { properties = {}, required = [] } = jsonSchema(query, "input");
  return Object.entries(properties as Record<string, unknown>).map(([name, schema]) =>
    parameter(name, "query", (required as string[]).includes(name), schema)
  );
}

function contents(byType: Contents, io: "input" | "output" = "input") {
  return Object.fromEntries(
    Object.entries(byType).map(([type, schema]) => [
      type,
      schema === null ? {} : { schema: jsonSchema(schema, io) },
    ]),
  );
}

function answer(status: number, shape: Shape) {
  const description = status < 300 ? "Done." : status < 400 ? "Elsewhere." : "Not now.";
  if (shape === null) return { description };
  if (typeof shape === "string") return { description, content: { [shape]: {} } };
  const byType = shape instanceof z.ZodType ? { "application/json": shape } : shape;
  return { description, content: contents(byType, "output") };
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
