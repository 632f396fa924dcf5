#!/usr/bin/env python3
"""A .dtr reader written from FORMAT.md alone; it shares no code with the product.

Prints one line for each record of each Samples chunk: event index, then the record in hex.
With --columns, prints the columns of each Samples chunk instead.
"""
import struct
import sys

M64 = (1 << 64) - 1
USER, KERNEL, MARKERS = M64 - 511, M64 - 127, 0xFFFFFFFFFFFFF001
NAMES = ("Definitions Shapes Threads Times Scalars ChainEdits ChainTokens ChainSymbols RawMasks RawWords Registers "
         "StackEdits StackTokens StackSymbols StackRaw Verbatim").split()
TABLE = []
for n in range(256):
    for _ in range(8):
        n = (n >> 1) ^ (0x82F63B78 if n & 1 else 0)
    TABLE.append(n)


def crc32c(data):
    crc = 0xFFFFFFFF
    for b in data:
        crc = (crc >> 8) ^ TABLE[(crc ^ b) & 0xFF]
    return crc ^ 0xFFFFFFFF


def lz4_block(data, size):
    out, at = bytearray(), 0
    while at < len(data):
        token = data[at]
        at += 1
        count = token >> 4
        if count == 15:
            while True:
                count += data[at]
                at += 1
                if data[at - 1] != 255:
                    break
        out += data[at:at + count]
        at += count
        if at >= len(data):
            break
        distance = data[at] | data[at + 1] << 8
        at += 2
        count = (token & 15) + 4
        if count == 19:
            while True:
                count += data[at]
                at += 1
                if data[at - 1] != 255:
                    break
        for _ in range(count):
            out.append(out[-distance])
    assert len(out) == size, "LZ4 length"
    return bytes(out)


def chunks(data):
    assert data[:8] == b"\x89DTR\r\n\x1a\n", "magic"
    assert struct.unpack_from("<I", data, 60)[0] == crc32c(data[:60]), "file header CRC"
    assert struct.unpack_from("<H", data, 8)[0] == 1, "major version"
    salt, at, sequence = crc32c(data[16:32]), 64, 0
    while at < len(data):
        h = struct.unpack_from("<IHHQIIIIQQIQI", data, at)
        assert h[0] == 0x4B484344 and h[12] == crc32c(data[at:at + 60]), "chunk header at %d" % at
        assert h[4] == salt and h[3] == sequence, "salt, sequence"
        padded = h[5] + 7 & ~7
        body = data[at + 64:at + 64 + padded]
        assert crc32c(body) == h[10], "payload CRC"
        yield h[1], lz4_block(body[:h[5]], h[6]) if h[2] & 15 == 1 else body[:h[5]]
        at += 64 + padded
        sequence += 1


class Column:
    def __init__(self, data):
        self.data, self.at = data, 0

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def take(self, count):
        self.at += count
        assert self.at <= len(self.data)
        return self.data[self.at - count:self.at]

    def varint(self):
        value = shift = 0
        while True:
            b = self.byte()
            value |= (b & 127) << shift
            shift += 7
            if b < 128:
                return value

    def zigzag(self):
        z = self.varint()
        return (z >> 1) ^ -(z & 1)

    def edit(self):
        b = self.byte()
        drop, add = b >> 4, b & 15
        if drop == 15:
            drop += self.varint()
        if add == 15:
            add += self.varint()
        return drop, add


class Model:
    def __init__(self):
        self.symbols, self.one, self.pair = [], {}, {}

    def ask(self, last, before):
        a = last * 0x9E3779B97F4A7C15 & M64
        self.places = a >> 51, ((a ^ before * 0xC2B2AE3D27D4EB4F & M64) * 0x9E3779B97F4A7C15 & M64) >> 51

    def learn(self, number):
        if number is not None:
            self.one[self.places[0]] = self.pair[self.places[1]] = number

    def get(self, table, place):
        number = table[place]
        self.learn(number)
        return self.symbols[number]

    def by_pair(self):
        return self.get(self.pair, self.places[1])

    def by_one(self):
        return self.get(self.one, self.places[0])

    def token(self, t, new):
        if t == 1:
            symbol, number = new(), None
            if len(self.symbols) < 65536:
                number = len(self.symbols)
                self.symbols.append(symbol)
        else:
            number = t - 2
            symbol = self.symbols[number]
        self.learn(number)
        return symbol


class Thread:
    def __init__(self, number):
        self.number, self.chain, self.registers, self.dump = number, [], [0] * 64, []


class Samples:
    def __init__(self, payload):
        version, self.mode, columns, self.records, self.stream = struct.unpack_from("<BBHII", payload)
        assert (version, columns) == (1, 16)
        self.time, self.total = struct.unpack_from("<QQ", payload, 16)
        self.columns, at = [], 96
        for length in struct.unpack_from("<16I", payload, 32):
            self.columns.append(Column(payload[at:at + length]))
            at += length
        assert at == len(payload)
        (self.definitions, self.shapes_column, self.threads_column, self.times, self.scalars, self.edits, self.tokens, self.new_addresses,
         self.masks, self.words, self.registers, self.stack_edits, self.stack_tokens, self.stack_symbols, self.stack_raw, self.verbatim) = self.columns
        self.step = self.last_new = self.last_word = 0
        self.events, self.shapes, self.threads = [], [], [(0, 0)]
        self.addresses, self.stack_model, self.kernel = Model(), Model(), []
        self.remembered, self.raws = {}, {}
        self.use(0)
        d = self.definitions
        while d.at < len(d.data):
            kind = d.byte()
            if kind == 1:
                self.events.append(dict(index=d.varint(), type=d.varint(), read=d.varint(), branch=d.varint(), user=d.varint(), intr=d.varint(),
                                        arch=d.byte(), addr=0, stream=0, period=0, size=0, raw=b""))
            elif kind == 2:
                self.shapes.append((d.varint(), d.varint(), d.varint(), d.varint()))
            else:
                assert kind == 3
                self.threads.append((d.varint(), d.varint()))

    def use(self, number):
        if number % 1024 not in self.remembered or self.remembered[number % 1024].number != number:
            self.remembered[number % 1024] = Thread(number)
        self.thread = self.remembered[number % 1024]

    def __iter__(self):
        for _ in range(self.records):
            number, flags, misc, identity = self.shapes[self.shapes_column.varint()]
            event = self.events[number]
            if flags & 1:
                yield event["index"], self.blob()
                continue
            if not flags >> 7 & 1:
                self.use(self.threads_column.varint())
            body = self.sample(event, number, flags, identity)
            yield event["index"], struct.pack("<IHH", 9, misc, len(body) + 8) + body

    def blob(self):
        return self.verbatim.take(self.verbatim.varint())

    def state(self, event, name, same):
        if not same:
            event[name] = event[name] + self.scalars.zigzag() & M64
        return event[name]

    def sample(self, event, number, flags, identity):
        has = lambda bit: event["type"] >> bit & 1
        q = lambda v: struct.pack("<Q", v & M64)
        fixed = {}
        if has(16):
            fixed["identifier"] = q(identity)
        if has(1):
            fixed["tid"] = struct.pack("<II", *self.threads[self.thread.number])
        if has(2):
            v = self.times.zigzag()
            self.step = self.step + v & M64 if self.mode else v
            self.time = self.time + self.step & M64
            fixed["time"] = q(self.time)
        if has(3):
            fixed["addr"] = q(self.state(event, "addr", flags >> 4 & 1))
        if has(6):
            fixed["id"] = q(identity if flags >> 5 & 1 else self.scalars.varint())
        if has(9):
            fixed["stream"] = q(self.state(event, "stream", flags >> 6 & 1))
        if has(7):
            fixed["cpu"] = q(self.stream if flags >> 2 & 1 else self.scalars.varint())
        if has(8):
            fixed["period"] = q(self.state(event, "period", flags >> 3 & 1))
        ip = None
        if has(0) and not flags >> 1 & 1:
            self.addresses.ask(1, 2)
            t = self.tokens.varint()
            ip = self.addresses.by_pair() if t == 0 else self.addresses.token(t, self.new_address)
        rest = b""
        if has(4):
            rest += self.blob()
        if has(5):
            chain = self.chain(flags >> 8 & 7)
            rest += q(len(chain)) + b"".join(map(q, chain))
            if flags >> 1 & 1:
                ip = next(a for a in chain if a < MARKERS)
        if has(10):
            raw = self.raw(event, number, flags >> 18 & 1)
            rest += struct.pack("<I", len(raw)) + raw
        if has(11):
            rest += self.blob()
        sp = 0
        if has(12):
            rest += q(flags >> 11 & 3)
            if flags >> 11 & 3:
                ip_bit, sp_bit = {1: (8, 7), 2: (32, 31)}.get(event["arch"], (-1, -1))
                bits = [b for b in range(64) if event["user"] >> b & 1]
                for place, bit in enumerate(bits):
                    if bit == ip_bit and flags >> 13 & 1:
                        value = ip
                    else:
                        value = self.thread.registers[place] + self.registers.zigzag() & M64
                    self.thread.registers[place] = value
                    rest += q(value)
                    if bit == sp_bit:
                        sp = value
        if has(13):
            rest += self.stack(event, flags, sp)
        if flags >> 19 & 1:
            rest += self.blob()
        if has(0):
            fixed["ip"] = q(ip)
        return b"".join(fixed[k] for k in ("identifier", "ip", "tid", "time", "addr", "id", "stream", "cpu", "period") if k in fixed) + rest

    def new_address(self):
        self.last_new = self.last_new + self.new_addresses.zigzag() & M64
        return self.last_new

    def chain(self, kind):
        if kind == 0:
            return self.part([])[::-1]
        user = self.part(self.thread.chain)[::-1] if kind in (1, 2) else []
        kernel = self.part(self.kernel)[::-1] if kind in (2, 3) else []
        return ([KERNEL] + kernel if kind in (2, 3) else []) + ([USER] + user if kind in (1, 2) else [])

    def part(self, entries):
        drop, add = self.edits.edit()
        del entries[len(entries) - drop:]
        hits = None
        for _ in range(add):
            self.addresses.ask(entries[-1] if entries else 0, entries[-2] if len(entries) > 1 else 0)
            if hits is None:
                hits = self.tokens.varint()
            if hits > 0:
                hits -= 1
                entry = self.addresses.by_pair()
            else:
                hits = None
                t = self.tokens.varint()
                entry = self.addresses.by_one() if t == 0 else self.addresses.token(t, self.new_address)
            entries.append(entry)
        return entries

    def raw(self, event, number, same):
        key = self.thread.number * 65536 + number
        place = (key * 0x9E3779B97F4A7C15 & M64) >> 56
        before = self.raws[place][1] if place in self.raws and self.raws[place][0] == key else event["raw"]
        size = len(before) if same else self.masks.varint()
        out = b""
        for word in range(size // 4):
            if word % 8 == 0:
                mask = self.masks.byte()
            if mask >> word % 8 & 1:
                out += self.words.take(4)
            else:
                old = before[word * 4:word * 4 + 4]
                out += old if len(old) == 4 else bytes(4)
        out += self.words.take(size % 4)
        self.raws[place], event["raw"] = (key, out), out
        return out

    def stack(self, event, flags, sp):
        kind = flags >> 14 & 3
        if kind == 0:
            return bytes(8)
        if not flags >> 16 & 1:
            event["size"] = self.scalars.varint()
        size = event["size"]
        dyn = size if flags >> 17 & 1 else self.scalars.varint()
        dump = self.stack_raw.take(size) if kind == 1 else self.pointers(size, min(dyn, size) // 8, sp)
        return struct.pack("<Q", size) + dump + struct.pack("<Q", dyn)

    def pointers(self, size, words, sp):
        def identity(entry):
            d = entry[1] - entry[0] & M64
            return d if (d + (1 << 23) & M64) < 1 << 24 else entry[1]

        def new_word():
            tag = self.stack_symbols.varint()
            if tag & 1:
                return tag, self.stack_symbols.zigzag() & M64
            self.last_word = self.last_word + self.stack_symbols.zigzag() & M64
            return tag, self.last_word

        old = [e for e in self.thread.dump if sp <= e[0] < sp + words * 8 and (e[0] - sp) % 8 == 0]
        new, place, index, hits = [], 0, words, None
        while True:
            for _ in range(self.stack_edits.varint()):
                new.append(old[place])
                index = (old[place][0] - sp) // 8
                place += 1
            drop, add = self.stack_edits.edit()
            place += drop
            for _ in range(add):
                self.stack_model.ask(identity(new[-1]) if new else 0, identity(new[-2]) if len(new) > 1 else 0)
                if hits is None:
                    hits = self.stack_tokens.varint()
                if hits > 0:
                    hits -= 1
                    tag, value = self.stack_model.by_pair()
                else:
                    hits = None
                    t = self.stack_tokens.varint()
                    tag, value = self.stack_model.by_one() if t == 0 else self.stack_model.token(t, new_word)
                index = index - 1 - (tag >> 1)
                address = sp + index * 8
                new.append((address, value + address & M64 if tag & 1 else value))
            if place >= len(old):
                break
        self.thread.dump = new
        dump = bytearray(size)
        for address, value in new:
            struct.pack_into("<Q", dump, address - sp, value)
        return bytes(dump)


def main():
    with open(sys.argv[-1], "rb") as f:
        data = f.read()
    for kind, payload in chunks(data):
        if kind != 4:
            continue
        samples = Samples(payload)
        if "--columns" in sys.argv:
            for name, column in zip(NAMES, samples.columns):
                print("%-12s %s" % (name, column.data.hex(" ")))
            continue
        for event, record in samples:
            print(event, record.hex())


if __name__ == "__main__":
    main()
