/** Whose a loopback connection is: by its whole address and while it stands, so that no other user can lend one. */
import { assert, assertEquals } from "@std/assert";
import { connectionInode, isClientOf } from "../../src/control/peer.ts";

const CLIENT = { hostname: "127.0.0.1", port: 0xC350 };
const SERVER = { hostname: "127.0.0.1", port: 0x1F4A };
const HEAD =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** A line as the kernel writes it on a little-endian machine. */
function row(local: string, remote: string, state: string, uid: number): string {
  return `   1: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  ${uid}  0 4711 1 0 20 4 30 10 -1\n`;
}

const OWN = row("0100007F:C350", "0100007F:1F4A", "01", 1000);

for (
  const [what, rows, uid, expected] of [
    ["the standing connection of the user", OWN, 1000, true],
    [
      "the same through an IPv6 socket",
      row(
        "0000000000000000FFFF00000100007F:C350",
        "0000000000000000FFFF00000100007F:1F4A",
        "01",
        1000,
      ),
      1000,
      true,
    ],
    [
      "the user's among others' of the same ports",
      row("0200007F:C350", "0100007F:1F4A", "01", 7) + OWN,
      1000,
      true,
    ],
    ["another user's", row("0100007F:C350", "0100007F:1F4A", "01", 1001), 1000, false],
    ["root's, with a programme of a user", row("0100007F:C350", "0100007F:1F4A", "01", 0), 1000, false],
    ["root's, with root's programme", row("0100007F:C350", "0100007F:1F4A", "01", 0), 0, true],
    [
      "a decoy of the user's from another address",
      row("0200007F:C350", "0100007F:1F4A", "01", 1000),
      1000,
      false,
    ],
    ["a decoy to another address", row("0100007F:C350", "0200007F:1F4A", "01", 1000), 1000, false],
    [
      "one that is over, which the kernel gives to root",
      row("0100007F:C350", "0100007F:1F4A", "06", 0),
      0,
      false,
    ],
    ["one half closed", row("0100007F:C350", "0100007F:1F4A", "05", 1000), 1000, false],
    ["the server's own end", row("0100007F:1F4A", "0100007F:C350", "01", 1000), 1000, false],
    ["no row at all", "", 1000, false],
  ] as const
) {
  Deno.test({
    name: `isClientOf: ${what} ${expected ? "counts" : "does not count"}`,
    ignore: !isLittleEndian,
    fn: () => assertEquals(isClientOf(uid, CLIENT, SERVER, [HEAD + rows]), expected),
  });
}

Deno.test("isClientOf: where no table can be read nobody is told apart", () => {
  assertEquals([isClientOf(1000, CLIENT, SERVER, []), isClientOf(null, CLIENT, SERVER, [HEAD])], [
    true,
    true,
  ]);
});

Deno.test({
  name: "connectionInode: our end of the client's connection, in whatever state, by addresses of any length",
  ignore: !isLittleEndian,
  fn() {
    const table = HEAD + row("0100007F:1F4A", "0200007F:C350", "05", 0) +
      row("00000000000000000000000001000000:1F4A", "B80D01200000000000000000EFBE0000:C350", "01", 0);
    const inode = (hostname: string, port = 0xC350, own = 0x1F4A) =>
      connectionInode({ hostname, port }, own, [table]);
    for (const hostname of ["127.0.0.2", "::ffff:127.0.0.2", "2001:db8::beef", "2001:db8:0:0:0:0:0:beef"]) {
      assertEquals([hostname, inode(hostname)], [hostname, "4711"]);
      assertEquals([inode(hostname, 1), inode(hostname, 0xC350, 1)], [undefined, undefined]);
    }
    for (const hostname of ["127.0.0.1", "2001:db8::beee", "::1", "", "x"]) {
      assertEquals(inode(hostname), undefined, hostname);
    }
  },
});

Deno.test({
  name: "isClientOf: a real connection of ours counts, an earlier one of that client's port does not",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const server = listener.addr as Deno.NetAddr;
    const client = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    const accepted = await listener.accept();
    const from = accepted.remoteAddr as Deno.NetAddr;
    assert(isClientOf(Deno.uid(), from, server));
    assert(!isClientOf(Deno.uid(), { ...from, hostname: "127.0.0.2" }, server));
    client.close(); // the side that closes first is left in TIME_WAIT, which the kernel gives to root
    await accepted.read(new Uint8Array(1));
    accepted.close();
    assert(!isClientOf(0, from, server), "a connection that is over");
  },
});
