/** Times as RTP's reports write them: seconds since 1900 in 32.32 fixed point (RFC 3550, section 4). */
const SECONDS_1900_TO_1970 = 2_208_988_800;

/** From milliseconds since 1970. */
export function ntpTime(wallMs: number): bigint {
  const seconds = Math.floor(wallMs / 1000);
  const fraction = Math.floor((wallMs / 1000 - seconds) * 2 ** 32);
  return (BigInt(seconds + SECONDS_1900_TO_1970) << 32n) | BigInt(fraction);
}

/** The middle 32 bits, which a receiver sends back. */
export function ntpMiddle(time: bigint): number {
  return Number((time >> 16n) & 0xffff_ffffn);
}

/** 24 bits in 6.18 fixed point seconds: the header extension abs-send-time. */
export function sendTime24(wallMs: number): number {
  return Math.floor((wallMs / 1000 % 64) * 2 ** 18) & 0xff_ffff;
}
