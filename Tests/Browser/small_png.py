"""Makes a picture of a page small: at most 256 colours, which pages hardly exceed but for the edges of letters."""

import collections
import struct
import zlib


def chunks(data):
    place = 8
    while place < len(data):
        size, kind = struct.unpack(">I4s", data[place:place + 8])
        yield kind, data[place + 8:place + 8 + size]
        place += size + 12


def rows(data):
    """The width of a picture as browsers take them, and its rows as lists of colours."""
    head = next(body for kind, body in chunks(data) if kind == b"IHDR")
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", head)
    assert depth == 8 and colour in (2, 6) and not interlaced, "no picture of a browser's"
    step = 3 if colour == 2 else 4
    raw = zlib.decompress(b"".join(body for kind, body in chunks(data) if kind == b"IDAT"))
    before, found = bytearray(width * step), []
    for number in range(height):
        start = number * (width * step + 1)
        row = unfiltered(raw[start], bytearray(raw[start + 1:start + 1 + width * step]), before, step)
        found.append([bytes(row[i:i + 3]) for i in range(0, len(row), step)])
        before = row
    return width, found


def unfiltered(kind, row, above, step):
    """PNG (third edition) §9."""
    if kind == 1:
        for i in range(step, len(row)):
            row[i] = row[i] + row[i - step] & 255
    elif kind == 2:
        for i in range(len(row)):
            row[i] = row[i] + above[i] & 255
    elif kind == 3:
        for i in range(len(row)):
            row[i] = row[i] + ((row[i - step] if i >= step else 0) + above[i] >> 1) & 255
    elif kind == 4:
        for i in range(len(row)):
            left, corner = (row[i - step], above[i - step]) if i >= step else (0, 0)
            guess = left + above[i] - corner
            row[i] = row[i] + min((left, above[i], corner), key=lambda near: abs(guess - near)) & 255
    return row


def smaller(data, colours=128):
    """The same picture in as many colours: the commonest, and for each other one the nearest of these."""
    width, found = rows(data)
    counted = collections.Counter(colour for row in found for colour in row)
    palette = [colour for colour, _ in counted.most_common(colours)]
    place = {colour: index for index, colour in enumerate(palette)}
    for colour in counted:
        if colour not in place:
            place[colour] = min(
                range(len(palette)), key=lambda i: sum((a - b) ** 2 for a, b in zip(palette[i], colour)))
    body = b"".join(b"\0" + bytes(place[colour] for colour in row) for row in found)

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, len(found), 8, 3, 0, 0, 0)
    return (data[:8] + chunk(b"IHDR", head) + chunk(b"PLTE", b"".join(palette)) + chunk(b"IDAT", zlib.compress(body, 9))
            + chunk(b"IEND", b""))
