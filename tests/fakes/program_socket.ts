/** A WebSocket as a program opens it, which sets headers of its own; a browser's page cannot. */

/** The page's modules bring the browser's types into the same check, and a browser's constructor takes no options. */
export function programSocket(url: string, headers: Readonly<Record<string, string>>): WebSocket {
  return new WebSocket(url, { headers } as unknown as string[]);
}
