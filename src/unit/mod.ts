export { pictureBytes, UNIT_FLAG, UnitRing, type UnitRingShape, UnitSlot } from "./unit_ring.ts";
