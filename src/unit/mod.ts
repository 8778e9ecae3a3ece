export { pictureBytes, UNIT_FLAG, UnitRing, type UnitRingShape, UnitSlot } from "./unit_ring.ts";
export { takeOffBlack } from "./straight_alpha.ts";
