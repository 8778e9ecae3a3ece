"""Writes what hostile pickles and torch files try, for tests/unit/pickle_test.ts.

In: nothing. Out: tests/regress/pickle_*, each small, and refused by the reader; names that end in _good are read. Standard
library only.
"""

import struct
import zlib
from pathlib import Path

OUT = Path(__file__).resolve().parents[2] / "regress"


def write(name, data):
    """One crash input."""
    (OUT / f"pickle_{name}").write_bytes(data)


def short(text):
    """SHORT_BINUNICODE."""
    return b"\x8c" + bytes([len(text)]) + text.encode()


def pickles():
    """One pickle each."""
    write("os_system.pkl", b"\x80\x04" + short("os") + short("system") + b"\x93" + short("echo boom") + b"\x85R.")
    write("builtins_eval.pkl", b"cbuiltins\neval\n(S'1+1'\ntR.")
    write("getattr_dotted.pkl", b"\x80\x04" + short("numpy") + short("ndarray.tofile") + b"\x93.")
    write("inst.pkl", b"(S'echo boom'\nios\nsystem\n.")
    write("newobj.pkl", b"\x80\x02cnumpy\nndarray\n)\x81.")
    write("deep_lists.pkl", b"\x80\x02" + b"]" * 20_000 + b"a" * 19_999 + b".")
    write("deep_tuples.pkl", b"\x80\x02)" + b"\x85" * 20_000 + b".")
    write("marks.pkl", b"(" * 2_000 + b".")
    laughs = b"\x80\x02]q\x00K\x00a"
    for level in range(1, 31):
        laughs += b"]q" + bytes([level]) + b"(" + (b"h" + bytes([level - 1])) * 10 + b"e"
    write("laughs.pkl", laughs + b".")
    write("itself.pkl", b"\x80\x02]q\x00h\x00a.")
    write("dtype_of_laughs.pkl", laughs + b"0cnumpy\ndtype\nh\x1e\x85R.")
    again = b"h\x01h\x00h\x02\x86R0"
    write("long_string_again.pkl", b"X" + struct.pack("<I", 20_000) + b"x" * 20_000 + b"q\x00c_codecs\nencode\nq\x01"
          + short("latin1") + b"q\x02" + again * 100 + b"N.")
    write("huge_long4.pkl", b"\x80\x02\x8b" + struct.pack("<I", 4096) + b"\x7f" * 4096 + b".")
    write("lying_long4.pkl", b"\x80\x02\x8b\xff\xff\xff\xffxx.")
    write("long_digits.pkl", b"L" + b"9" * 5_000 + b"L\n.")
    write("lying_bytes8.pkl", b"\x80\x04\x8e" + b"\xff" * 8 + b"xx.")
    write("binget_nothing.pkl", b"\x80\x02h\x07.")
    write("far_put.pkl", b"\x80\x02K\x01r\xff\xff\xff\xffh\x01.")
    write("no_end.pkl", b"\x80\x02]K\x01a")
    write("pops_nothing.pkl", b"\x80\x02(0000.")
    write("type_left.pkl", b"\x80\x02]cnumpy\nndarray\na.")
    array = (b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R"
             + b"(K\x01J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86cnumpy\ndtype\n" + short("f8")
             + b"\x89\x88\x87R(K\x03" + short("<") + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89C\x08abcdefghtb.")
    write("lying_array.pkl", array)
    write("empty_array_state.pkl", b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R.")
    write("protocol_9.pkl", b"\x80\x09N.")


def tensor(numel=2, shape=(2,), strides=(1,), key="0"):
    """data.pkl of one float32 tensor."""
    def whole(value):
        return b"J" + struct.pack("<i", value)

    def sizes(values):
        return b"(" + b"".join(whole(value) for value in values) + b"t"

    return (b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + b"(" + short("storage") + b"ctorch\nFloatStorage\n"
            + short(key) + short("cpu") + whole(numel) + b"tQ" + whole(0) + sizes(shape) + sizes(strides)
            + b"\x89ccollections\nOrderedDict\n)RtR.")


def zipped(entries, size_of=len, method=0, is_wide=False, count=None, pads=b""):
    """A ZIP file; `size_of` may lie in the list of entries, `is_wide` writes zip64's fields, `pads` align contents."""
    body, listing = b"", b""
    for name, data in entries:
        stored = data if method == 0 else zlib.compress(data)[2:-4]
        crc = zlib.crc32(data)
        head = struct.pack("<IHHHHHIIIHH", 0x04034B50, 45, 0, method, 0, 0, crc, len(stored), len(data), len(name), len(pads))
        size = size_of(data) if method == 0 else len(data)
        extra = struct.pack("<HHQQQ", 1, 24, size, size, len(body)) if is_wide else b""
        full = 0xFFFFFFFF
        listing += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, 0, method, 0, 0, crc,
                               full if is_wide else (size if method == 0 else len(stored)), full if is_wide else size,
                               len(name), len(extra), 0, 0, 0, 0, full if is_wide else len(body)) + name.encode() + extra
        body += head + name.encode() + pads + stored
    number = len(entries) if count is None else count
    end = b""
    if is_wide or count is not None:
        end = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, number, number, len(listing), len(body))
        end += struct.pack("<IIQI", 0x07064B50, 0, len(body) + len(listing), 1)
    few = min(number, 0xFFFF)
    return body + listing + end + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, few, few, len(listing), len(body), 0)


def torch_files():
    """One ZIP file of torch's form each."""
    two = struct.pack("<2f", 1, 2)
    good = [("a/data.pkl", tensor()), ("a/data/0", two)]
    write("zip64_good.pt", zipped(good, is_wide=True))
    write("zip_big_good.pt", zipped([("a/data.pkl", tensor()), ("a/byteorder", b"big"), ("a/data/0", struct.pack(">2f", 1, 2))]))
    # The entries that torch 2 adds, and its padding.
    added = [("a/.format_version", b"1"), ("a/.storage_alignment", b"64"), ("a/byteorder", b"little")]
    behind = [("a/version", b"3\n"), ("a/.data/serialization_id", b"1" * 40)]
    write("zip_torch2_good.pt", zipped(good[:1] + added + good[1:] + behind, pads=b"FB\x05\x00ZZZZZ"))
    write("zip_lying_sizes.pt", zipped(good, size_of=lambda data: 1 << 20 if data is two else len(data)))
    write("zip_traversal.pt", zipped([("../../etc/data.pkl", tensor())]))
    write("zip_compressed.pt", zipped(good, method=8))
    write("zip_storage_short.pt", zipped([("a/data.pkl", tensor(numel=100, shape=(100,))), ("a/data/0", two)]))
    write("zip_storage_missing.pt", zipped([("a/data.pkl", tensor(key="9")), ("a/data/0", two)]))
    write("zip_expanded.pt", zipped([("a/data.pkl", tensor(shape=(1 << 30, 4), strides=(0, 0))), ("a/data/0", two)]))
    write("zip_no_end.pt", zipped(good)[:-30])
    write("zip_many_entries.pt", zipped(good, count=1 << 40))


if __name__ == "__main__":
    pickles()
    torch_files()
