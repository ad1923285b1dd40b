#!/usr/bin/env python3
"""Makes the HEIC files of ../heic.rs and what libheif makes of each.

usage: python3 make.py            needs pillow, pillow-heif and numpy

Coded pictures are x265's (through pillow-heif); the containers around them are written here, so that every box can be had, moved or
left out. `expected.txt` has a line a file: name, upright width and height, then the mean color of each cell of a grid of
8x6 cells over the upright picture on white, by libheif (through pillow-heif), with its ICC profile applied by LittleCMS.
Files whose reference is not libheif's say so in `REFERENCE`.
"""
import io, os, struct
import numpy as np
import pillow_heif
from PIL import Image, ImageCms, ImageDraw

HERE = os.path.dirname(os.path.abspath(__file__))
W, H = 128, 96

def chart(width=W, height=H):
    """Colored corners, a dark and a bright ramp, and a line: every turn and every range shows."""
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    corners = [(220, 40, 40), (40, 170, 60), (50, 70, 210), (240, 210, 60)]
    for i, color in enumerate(corners):
        x, y = i % 2 * width // 2, i // 2 * height // 2
        draw.rectangle([x, y, x + width // 2, y + height // 2], fill=color)
    for x in range(width):
        level = x * 255 // (width - 1)
        draw.line([x, height * 3 // 8, x, height * 5 // 8], fill=(level,) * 3)
    draw.rectangle([width // 8, height // 8, width // 4, height // 4], fill=(255, 255, 255))
    draw.rectangle([width * 5 // 8, height // 8, width * 3 // 4, height // 4], fill=(0, 0, 0))
    return image

# -- boxes ---------------------------------------------------------------------------------------------------------------

def box(kind, *parts): body = b"".join(parts); return struct.pack(">I4s", 8 + len(body), kind) + body
def full(kind, version, flags, *parts): return box(kind, struct.pack(">I", version << 24 | flags), *parts)

def boxes(data):
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8]); head = 8
        if size == 1: size = struct.unpack(">Q", data[at + 8:at + 16])[0]; head = 16
        if size == 0: size = len(data) - at
        yield kind, data[at + head:at + size]
        at += size

def find(data, *path):
    for kind in path:
        data = next(body for k, body in boxes(data) if k == kind)
        if kind == b"meta": data = data[4:]
    return data

def coded(image, *, chroma=420, quality=80, bits=8, **nclx):
    """The decoder configuration and the data of a picture as x265 codes it."""
    out = io.BytesIO()
    if bits > 8:
        deep = np.asarray(image.convert("RGB"), np.uint16) * 257
        heif = pillow_heif.from_bytes(mode="RGB;16", size=image.size, data=deep.astype("<u2").tobytes())
    else:
        heif = pillow_heif.from_pillow(image)
    heif.save(out, quality=quality, chroma=chroma, save_nclx_profile=True, **nclx)
    data = out.getvalue()
    hvcc = find(data, b"meta", b"iprp", b"ipco", b"hvcC")
    iloc = find(data, b"meta", b"iloc")
    # pillow-heif writes one item first: its one extent is what is looked for.
    assert iloc[:6] == b"\0\0\0\0\x44\x40", iloc[:6]
    base, count, offset, length = struct.unpack(">IHII", iloc[12:26])
    assert count == 1
    offset += base
    told = find(data, b"meta", b"iprp", b"ipco", b"ispe")
    return hvcc, data[offset:offset + length], struct.unpack(">II", told[4:12])

def strip_vui(hvcc):
    """The same configuration, its SPS without VUI: cut off after the flag that says so."""
    body = bytearray(hvcc[:23]); rest = hvcc[23:]
    for _ in range(hvcc[22]):
        kind, count = rest[0], struct.unpack(">H", rest[1:3])[0]; body += rest[:3]; rest = rest[3:]
        for _ in range(count):
            n = struct.unpack(">H", rest[:2])[0]; unit = rest[2:2 + n]; rest = rest[2 + n:]
            if kind & 63 == 33: unit = without_vui(unit)
            body += struct.pack(">H", len(unit)) + unit
    return bytes(body)

def without_vui(unit):
    raw = unit.replace(b"\0\0\3", b"\0\0")
    bits = "".join(f"{b:08b}" for b in raw)
    at = 16 + 4
    sub = int(bits[at:at + 3], 2); at += 4
    at += 88 + 8
    assert sub == 0
    def ue():
        nonlocal at
        n = 0
        while bits[at] == "0": at += 1; n += 1
        v = int(bits[at:at + n + 1], 2) - 1; at += n + 1
        return v
    def u(n):
        nonlocal at
        v = int(bits[at:at + n], 2); at += n
        return v
    ue()
    if ue() == 3: u(1)
    ue(); ue()
    if u(1): [ue() for _ in range(4)]
    ue(); ue(); ue()
    u(1); [ue() for _ in range(3)]
    [ue() for _ in range(6)]
    assert not u(1)                                   # scaling lists
    u(2)
    if u(1): u(8); ue(); ue(); u(1)
    assert ue() == 0                                  # sets of reference pictures
    assert not u(1)                                   # long-term reference pictures
    u(2)
    # vui_parameters_present_flag and sps_extension_present_flag of 0, the stop bit, zeros to the end of the byte.
    out = bits[:at] + "001"
    out += "0" * (-len(out) % 8)
    escaped, zeros = bytearray(), 0
    for b in (int(out[i:i + 8], 2) for i in range(0, len(out), 8)):
        if zeros >= 2 and b <= 3: escaped.append(3); zeros = 0
        escaped.append(b); zeros = zeros + 1 if b == 0 else 0
    return bytes(escaped)

# -- properties ----------------------------------------------------------------------------------------------------------

def hvcc(config): return box(b"hvcC", config)
def ispe(width, height): return full(b"ispe", 0, 0, struct.pack(">II", width, height))
def nclx(primaries, transfer, matrix, is_full): return box(b"colr", b"nclx", struct.pack(">HHHB", primaries, transfer, matrix, is_full << 7))
def icc(profile): return box(b"colr", b"prof", profile)
def irot(turns): return box(b"irot", bytes([turns]))
def imir(axis): return box(b"imir", bytes([axis]))
def clap(w, h, x, y): return box(b"clap", struct.pack(">IIIIiIiI", w, 1, h, 1, *x, *y))
def auxc(urn): return full(b"auxC", 0, 0, urn + b"\0")

class File:
    def __init__(self, brand=b"heic", compatible=(b"mif1", b"heic")):
        self.brand, self.compatible = brand, compatible
        self.items, self.refs, self.props, self.primary = [], [], [], 1

    def item(self, kind, data, properties=(), essential=(b"hvcC", b"irot", b"imir", b"clap")):
        numbers = []
        for p in properties:
            if p not in self.props: self.props.append(p)
            numbers.append((self.props.index(p) + 1) | (0x80 if p[4:8] in essential else 0))
        self.items.append((kind, data, numbers))
        return len(self.items)

    def picture(self, coded, *properties):
        config, data, (w, h) = coded
        return self.item(b"hvc1", data, (hvcc(config), ispe(w, h), *properties))

    def ref(self, kind, source, *targets): self.refs.append((kind, source, targets))

    def exif(self, orientation, of=1):
        tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01" + struct.pack(">H", orientation) + b"\0\0\0\0\0\0"
        self.ref(b"cdsc", self.item(b"Exif", b"\0\0\0\x06Exif\0\0" + tiff), of)

    def bytes(self, in_idat=()):
        infe = b"".join(full(b"infe", 2, 0, struct.pack(">HH4s", i, 0, k), b"\0") for i, (k, _, _) in enumerate(self.items, 1))
        iinf = full(b"iinf", 0, 0, struct.pack(">H", len(self.items)), infe)
        iref = full(b"iref", 0, 0, *(box(k, struct.pack(f">HH{len(t)}H", s, len(t), *t)) for k, s, t in self.refs))
        used = [(i, n) for i, (_, _, n) in enumerate(self.items, 1) if n]
        ipma = full(b"ipma", 0, 0, struct.pack(">I", len(used)), *(struct.pack(">HB", i, len(n)) + bytes(n) for i, n in used))
        iprp = box(b"iprp", box(b"ipco", *self.props), ipma)
        ftyp = box(b"ftyp", self.brand, b"\0\0\0\0", *self.compatible)
        idat = b"".join(d for i, (_, d, _) in enumerate(self.items, 1) if i in in_idat)
        def meta(base):
            places, at, inner, stored = b"", base, 0, {}
            for i, (_, d, _) in enumerate(self.items, 1):
                if i in in_idat: places += struct.pack(">HHHHII", i, 1, 0, 1, inner, len(d)); inner += len(d)
                # The very same object is stored once.
                elif id(d) in stored: places += struct.pack(">HHHHII", i, 0, 0, 1, stored[id(d)], len(d))
                else: stored[id(d)] = at; places += struct.pack(">HHHHII", i, 0, 0, 1, at, len(d)); at += len(d)
            iloc = full(b"iloc", 1, 0, b"\x44\x00", struct.pack(">H", len(self.items)), places)
            hdlr = full(b"hdlr", 0, 0, b"\0\0\0\0pict" + b"\0" * 13)
            pitm = full(b"pitm", 0, 0, struct.pack(">H", self.primary))
            return full(b"meta", 0, 0, hdlr, pitm, iloc, iinf, iref if self.refs else b"", iprp, box(b"idat", idat) if idat else b"")
        head = ftyp + meta(0)
        start = len(head) + 8
        once = {id(d): d for i, (_, d, _) in enumerate(self.items, 1) if i not in in_idat}
        return ftyp + meta(start) + box(b"mdat", *once.values())

def grid(file, tiles, columns, rows, size, tile_properties=(), properties=(), alpha_of=None):
    first = len(file.items) + 1
    ids = [file.picture(t, *tile_properties) for t in tiles]
    data = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, *size)
    g = file.item(b"grid", data, (ispe(*size), *properties))
    file.ref(b"dimg", g, *ids)
    return g

def cut(image, tile):
    w, h = tile
    columns, rows = -(-image.width // w), -(-image.height // h)
    padded = Image.new("RGB", (columns * w, rows * h)); padded.paste(image)
    return [padded.crop((x * w, y * h, x * w + w, y * h + h)) for y in range(rows) for x in range(columns)], columns, rows

FULL709 = dict(matrix_coefficients=1, color_primaries=1, transfer_characteristics=13, full_range_flag=1)
FULL601 = dict(matrix_coefficients=6, color_primaries=1, transfer_characteristics=13, full_range_flag=1)
LIMITED = dict(matrix_coefficients=6, color_primaries=1, transfer_characteristics=13, full_range_flag=0)
ALPHA = b"urn:mpeg:hevc:2015:auxid:1"

def p3():
    """Display P3, as a file of the tests has it."""
    ipco = find(open(os.path.join(HERE, "..", "upright_p3.heic"), "rb").read(), b"meta", b"iprp", b"ipco")
    return next(body[4:] for kind, body in boxes(ipco) if kind == b"colr" and body[:4] in (b"prof", b"rICC"))

def files():
    """name → (bytes, reference or None for libheif)"""
    image = chart(); made = {}
    def put(name, file, reference=None, **kw): made[name] = (file.bytes(**kw), reference)
    def one(name, coded, *properties, reference=None, exif=None, brand=b"heic", compatible=(b"mif1", b"heic")):
        f = File(brand, compatible); f.picture(coded, *properties)
        if exif: f.exif(exif)
        put(name, f, reference)
    for name, signal in [("full709", FULL709), ("full601", FULL601), ("limited", LIMITED)]:
        one(f"vui_{name}", coded(image, **signal))
        values = (signal["color_primaries"], 13, signal["matrix_coefficients"], signal["full_range_flag"])
        one(f"nclx_{name}", coded(image, **signal), nclx(*values))
    # The box counts where the coded picture says otherwise: what libheif shows of it, whatever was coded.
    one("nclx_over_vui", coded(image, **LIMITED), nclx(1, 13, 1, 1))
    config, data, size = coded(image, **LIMITED)
    one("no_vui", (strip_vui(config), data, size))
    for depth in (10, 12):
        one(f"depth{depth}", coded(image, bits=depth, **FULL601))
    one("c422", coded(image, chroma=422, **FULL601))
    one("c444", coded(image, chroma=444, **FULL601))
    one("gray", coded(image.convert("L"), **FULL601))
    plain = coded(image, **FULL601)
    for turns in (1, 2, 3): one(f"irot{turns}", plain, irot(turns))
    for axis in (0, 1): one(f"imir{axis}", plain, imir(axis))
    one("irot1_imir0", plain, irot(1), imir(0))
    one("imir1_irot3", plain, imir(1), irot(3))
    one("clap", plain, clap(64, 48, (-16, 1), (8, 1)))
    one("clap_irot3", plain, clap(80, 60, (10, 1), (-9, 1)), irot(3))
    odd = coded(chart(101, 67), **FULL601)
    one("odd_size", odd, clap(101, 67, (101 - odd[2][0], 2), (67 - odd[2][1], 2)))
    one("exif_6_beside_irot", plain, irot(3), exif=6)
    one("exif_6_alone", plain, exif=6)
    one("icc", plain, icc(p3()))
    one("icc_and_nclx", plain, icc(p3()), nclx(1, 13, 6, 1))
    for brand in (b"mif1", b"heix", b"msf1", b"hevc"):
        one(f"brand_{brand.decode()}", plain, brand=brand, compatible=(b"mif1", brand, b"heic" if brand == b"mif1" else brand))
    # Grids.
    tiles, columns, rows = cut(image, (64, 64))
    code = [coded(t, **FULL601) for t in tiles]
    f = File(); f.primary = grid(f, code, columns, rows, (W, H), properties=(irot(1),)); put("grid", f, in_idat=(f.primary,))
    f = File(); f.primary = grid(f, code, columns, rows, (W - 5, H - 3), tile_properties=(icc(p3()),)); put("grid_icc_on_tiles", f, reference="icc")
    limited = [coded(t, **LIMITED) for t in tiles]
    f = File(); f.primary = grid(f, limited, columns, rows, (W, H), tile_properties=(nclx(1, 13, 6, 0),)); put("grid_nclx_on_tiles", f)
    f = File(); f.primary = grid(f, limited, columns, rows, (W, H)); put("grid_vui", f)
    # As large as phones make them, of one tile again and again.
    for name, tile, columns, rows, size in [("grid_12mp", 512, 8, 6, (4032, 3024)), ("grid_200mp", 2048, 8, 6, (16320, 12240))]:
        f = File(); same = coded(chart(tile, tile), quality=30, **FULL601)
        f.primary = grid(f, [same] * (columns * rows), columns, rows, size, properties=(irot(3),)); put(name, f, reference="none")
    # Identity, overlay.
    f = File(); f.picture(plain, irot(1)); f.primary = f.item(b"iden", b"", (ispe(H, W), imir(0))); f.ref(b"dimg", f.primary, 1); put("iden", f)
    small = coded(chart(64, 64), **FULL601)
    f = File(); f.picture(plain); f.picture(small)
    data = struct.pack(">BB4HHH4h", 0, 0, 65535, 0, 0, 65535, W, H, 0, -20, 70, 60)
    f.primary = f.item(b"iovl", data, (ispe(W, H),)); f.ref(b"dimg", f.primary, 1, 2); put("iovl", f)
    # Alpha: a disc; then the same with colors multiplied with it.
    y, x = np.mgrid[0:H, 0:W]; opacity = np.clip(40 - np.hypot(x - W / 2, y - H / 2), 0, 10) / 10
    mask = Image.fromarray((opacity * 255).round().astype("u1"))
    cover = coded(mask, quality=95, **FULL601)
    def with_alpha(name, colors, premultiplied):
        f = File(); f.picture(colors); f.picture(cover, auxc(ALPHA)); f.ref(b"auxl", 2, 1)
        if premultiplied: f.ref(b"prem", 1, 2)
        put(name, f)
    with_alpha("alpha", plain, False)
    multiplied = Image.fromarray((np.asarray(image) * opacity[..., None]).round().astype("u1"))
    with_alpha("alpha_premultiplied", coded(multiplied, quality=95, chroma=444, **FULL601), True)
    # A second picture and a thumbnail that must not be taken.
    f = File(); f.picture(small); f.picture(plain); f.primary = 2; f.ref(b"thmb", 1, 2); put("primary_is_second", f)
    return made

def expected(data, reference):
    image = pillow_heif.open_heif(data, convert_hdr_to_8bit=True).to_pillow()
    profile = p3() if reference == "icc" else image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "RGBA"):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), renderingIntent=1)
    rgba = image.convert("RGBA")
    flat = Image.alpha_composite(Image.new("RGBA", image.size, "white"), rgba).convert("RGB")
    # Each pixel 8 times across and 6 times down, so that cells have whole ones.
    large = np.asarray(flat, float).repeat(6, axis=0).repeat(8, axis=1)
    cells = large.reshape(6, flat.height, 8, flat.width, 3).mean(axis=(1, 3))
    return image.size, cells.round().astype(int).reshape(-1)

def main():
    with open(os.path.join(HERE, "expected.txt"), "w") as out:
        for name, (data, reference) in files().items():
            open(os.path.join(HERE, f"{name}.heic"), "wb").write(data)
            if reference == "none": continue
            try:
                (w, h), cells = expected(data, reference)
                out.write(f"{name} {w} {h} {' '.join(map(str, cells))}\n")
            except Exception as e:
                print(name, "libheif:", e)
    print(sum(os.path.getsize(os.path.join(HERE, f)) for f in os.listdir(HERE)), "bytes")

if __name__ == "__main__":
    main()
