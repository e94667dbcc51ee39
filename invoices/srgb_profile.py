#!/usr/bin/env python3
"""Writes sRGB-v2.icc beside itself: a minimal ICC version 2.1 display profile of sRGB (IEC 61966-2-1).

Every document's output intent carries it, so it is small and always the same: no date of making, no tool's name.
Colorants are the sRGB primaries adapted to D50 (Bradford), as published by the ICC; the curve is the standard's,
sampled at 256 points. Run it again and the file does not change.
"""

import struct
from pathlib import Path

HEADER_SIZE = 128
D50 = (0.9642, 1.0, 0.8249)
COLORANTS = {b"rXYZ": (0.43607, 0.22249, 0.01392), b"gXYZ": (0.38515, 0.71687, 0.09708), b"bXYZ": (0.14307, 0.06061, 0.71410)}


def fixed(value: float) -> bytes:
    """s15Fixed16Number."""
    return struct.pack(">i", round(value * 65536))


def xyz(values) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(fixed(value) for value in values)


def curve() -> bytes:
    def linear(share: float) -> float:
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    points = [round(linear(index / 255) * 65535) for index in range(256)]
    return b"curv\0\0\0\0" + struct.pack(">I", len(points)) + struct.pack(f">{len(points)}H", *points)


def description(text: bytes) -> bytes:
    """textDescriptionType: ASCII, then empty Unicode and Macintosh names."""
    return b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text + b"\0" + bytes(4 + 4 + 2 + 1 + 67)


def profile() -> bytes:
    tags = [
        (b"desc", description(b"sRGB IEC61966-2.1")),
        (b"cprt", b"text\0\0\0\0No copyright, use freely\0"),
        (b"wtpt", xyz(D50)),
        *[(name, xyz(values)) for name, values in COLORANTS.items()],
    ]
    table, data = [], b""
    start = HEADER_SIZE + 4 + 12 * (len(tags) + 3)
    for name, content in [*tags, (b"rTRC", curve())]:
        table.append((name, start + len(data), len(content)))
        data += content + bytes(-len(content) % 4)
    # The three channels share one curve.
    _, offset, size = table[-1]
    table += [(b"gTRC", offset, size), (b"bTRC", offset, size)]
    body = struct.pack(">I", len(table)) + b"".join(struct.pack(">4sII", *entry) for entry in table) + data
    header = struct.pack(
        ">I4sI4s4s4s6H4s4sIIIQI12s4s44s",
        HEADER_SIZE + len(body), b"\0\0\0\0", 0x02100000, b"mntr", b"RGB ", b"XYZ ",
        2026, 1, 1, 0, 0, 0, b"acsp", b"\0\0\0\0", 0, 0, 0, 0, 0,
        b"".join(fixed(value) for value in D50), b"\0\0\0\0", bytes(44),
    )
    assert len(header) == HEADER_SIZE
    return header + body


if __name__ == "__main__":
    target = Path(__file__).with_name("sRGB-v2.icc")
    target.write_bytes(profile())
    print(f"{target}: {target.stat().st_size} bytes")
