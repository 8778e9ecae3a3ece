/**
 * Checks a viewer's candidates: addresses of this machine's neighbours in plain numbers, of the kinds that we can reach.
 * Names are not looked up: a browser that hides its addresses behind ".local" reaches us by itself, as it knows ours.
 * Chromium writes component 0 into those that it gathers ahead (iceCandidatePoolSize): it is the only one, 1.
 * At most CANDIDATES_MAX a viewer.
 */
import { isIP } from "node:net";
import { InputFault } from "../../errors/mod.ts";

export const CANDIDATES_MAX = 32;
const CHARS_MAX = 512;

/**
 * The candidate to try (RFC 8839, section 5.1, without "a="), or undefined for one that is no use to us. Throws
 * InputFault `bad_candidate` for what is none.
 */
export function usableCandidate(text: string): string | undefined {
  const line = text.trim().replace(/^a=/, "");
  const words = line.length > CHARS_MAX ? [] : line.split(/\s+/);
  const [foundation, component, transport, priority, address, port, typ, type] = words;
  const isOne = /^candidate:[\w+/=-]{1,32}$/.test(foundation ?? "") && /^[012]$/.test(component ?? "") &&
    /^\d{1,10}$/.test(priority ?? "") && /^\d{1,5}$/.test(port ?? "") && Number(port) <= 65_535 &&
    typ === "typ" && /^(host|srflx|prflx|relay)$/.test(type ?? "") && /^\S{1,255}$/.test(address ?? "");
  if (!isOne) {
    throw new InputFault(
      `the candidate ${
        JSON.stringify(line.slice(0, 80))
      } cannot be read, wanted candidate:ID 1 udp PRIORITY ADDRESS PORT typ TYPE`,
      { code: "bad_candidate" },
    );
  }
  const isReachable = transport!.toLowerCase() === "udp" && component !== "2" && isIP(address!) !== 0 &&
    Number(port) > 0;
  return isReachable ? [foundation, "1", ...words.slice(2)].join(" ") : undefined;
}
