#!/usr/bin/env python3
"""trim_btf.py VMLINUX CASES OUT: cuts the BTF of a kernel down to what the definitions of a case file name.

Kept are the functions that the definitions probe, with the types of their parameters, and of every struct only the members whose names
appear in some definition (or that lead to one), at their offsets: some kilobytes in place of four megabytes."""
import re
import struct
import sys

INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, FUNC_PROTO, VAR, DATASEC, FLOAT, DECL_TAG, TYPE_TAG, ENUM64 = range(1, 20)


def elf_section(data, wanted):
    """The bytes of a section of a 64-bit little-endian ELF file."""
    shoff, = struct.unpack_from('<Q', data, 0x28)
    shentsize, shnum, shstrndx = struct.unpack_from('<HHH', data, 0x3a)
    names = struct.unpack_from('<IIQQQQ', data, shoff + shstrndx * shentsize)[4]
    for i in range(shnum):
        name, _, _, _, offset, size = struct.unpack_from('<IIQQQQ', data, shoff + i * shentsize)
        end = data.find(b'\0', names + name)
        if data[names + name:end].decode() == wanted:
            return bytes(data[offset:offset + size])
    raise SystemExit(f'no section {wanted}')


def read(raw):
    """All types as [kind, name, kflag, size_or_type, extra]."""
    header, type_off, type_len, str_off, str_len = struct.unpack_from('<IIIII', raw, 4)
    strings = raw[header + str_off:header + str_off + str_len]

    def text(at):
        return strings[at:strings.index(b'\0', at)].decode()

    types, at, end = [None], header + type_off, header + type_off + type_len
    while at < end:
        name, info, value = struct.unpack_from('<III', raw, at)
        at += 12
        kind, count, flag = info >> 24 & 31, info & 0xffff, info >> 31
        extra = None
        if kind in (INT, VAR, DECL_TAG):
            extra = struct.unpack_from('<I', raw, at)
            at += 4
        elif kind == ARRAY:
            extra = struct.unpack_from('<III', raw, at)
            at += 12
        elif kind in (STRUCT, UNION):
            extra = [(text(n), t, o) for n, t, o in struct.iter_unpack('<III', raw[at:at + 12 * count])]
            at += 12 * count
        elif kind == ENUM:
            extra = [(text(n), v) for n, v in struct.iter_unpack('<II', raw[at:at + 8 * count])]
            at += 8 * count
        elif kind == FUNC_PROTO:
            extra = [(text(n), t) for n, t in struct.iter_unpack('<II', raw[at:at + 8 * count])]
            at += 8 * count
        elif kind in (DATASEC, ENUM64):
            at += 12 * count
        types.append([kind, text(name), flag, value, extra, count])
    return types


def main():
    vmlinux, cases, out = sys.argv[1:]
    import mmap
    with open(vmlinux, 'rb') as file:
        types = read(elf_section(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), '.BTF'))
    words, functions = set(), set()
    for line in open(cases):
        if line.startswith('> '):
            definition = line[2:].strip()
            functions.add(re.split(r'[%+:;@ ]', definition.split()[0].split('=')[-1])[0])
            words.update(re.findall(r'[A-Za-z_][A-Za-z0-9_]*', definition))

    leads = {}

    def lead(i):
        """Whether a struct without name has, at any depth, a member that is named."""
        if i not in leads:
            leads[i] = False
            kind, _, _, _, extra, _ = types[i]
            leads[i] = kind in (STRUCT, UNION) and any(n in words or (n == '' and lead(t)) for n, t, _ in extra)
        return leads[i]

    new, order, body = {}, [], {}
    work = []

    def take(i):
        if i == 0:
            return 0
        if i not in new:
            new[i] = len(new) + 1
            order.append(i)
            work.append(i)
        return new[i]

    for i, t in enumerate(types):
        if t and t[0] == FUNC and t[1] in functions:
            take(i)
    strings, places = bytearray(b'\0'), {'': 0}

    def name(text):
        if text not in places:
            places[text] = len(strings)
            strings.extend(text.encode() + b'\0')
        return places[text]

    while work:
        i = work.pop()
        kind, own, flag, value, extra, count = types[i]
        tail = b''
        if kind in (STRUCT, UNION):
            # A struct of one word is a number in a wrapping (kuid_t, atomic_t): it stays whole.
            kept = [(n, t, o) for n, t, o in extra if value <= 8 or n in words or (n == '' and lead(t))]
            count = len(kept)
            tail = b''.join(struct.pack('<III', name(n), take(t), o) for n, t, o in kept)
        elif kind == FUNC_PROTO:
            tail = b''.join(struct.pack('<II', name(n), take(t)) for n, t in extra)
            value = take(value)
        elif kind == ENUM:
            tail = b''.join(struct.pack('<II', name(n), v) for n, v in extra[:16])
            count = min(count, 16)
        elif kind == ARRAY:
            tail = struct.pack('<III', take(extra[0]), take(extra[1]), extra[2])
        elif kind == INT:
            tail = struct.pack('<I', *extra)
        elif kind in (PTR, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, TYPE_TAG):
            value = take(value)
        elif kind not in (FWD, FLOAT):
            raise SystemExit(f'kind {kind} is not expected here')
        body[i] = struct.pack('<III', name(own), kind << 24 | flag << 31 | (0 if kind in (FUNC, FWD) else count), value) + tail
    packed = b''.join(body[i] for i in order)
    with open(out, 'wb') as file:
        file.write(struct.pack('<HBBIIIII', 0xeb9f, 1, 0, 24, 0, len(packed), len(packed), len(strings)) + packed + strings)
    print(f'{out}: {len(new)} types, {24 + len(packed) + len(strings)} bytes')


main()
