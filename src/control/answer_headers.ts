/** What every answer carries: nothing may embed, sniff, cache or read it from elsewhere. */

const FIXED: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
};

/** `host` is this server's, as it was asked for; a WebSocket of it is not 'self' to every browser. */
export function setHeaders(headers: Headers, host: string | undefined, isTls: boolean): void {
  for (const [name, value] of Object.entries(FIXED)) headers.set(name, value);
  if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  const sockets = host === undefined ? "" : ` ${isTls ? "wss" : "ws"}://${host}`;
  headers.set(
    "Content-Security-Policy",
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; " +
      `media-src 'self' blob:; worker-src 'self'; connect-src 'self'${sockets}; ` +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  );
}
