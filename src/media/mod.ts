export { expectOk, setOptions } from "./media_fault.ts";
