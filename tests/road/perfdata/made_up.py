#!/usr/bin/env python3
"""Writes a perf.data with what this machine's processor cannot record: branches of every type, kinds of memory access, weights, physical addresses, page sizes, registers, control groups, and
every kind of side-band record that `--show-…` of script prints. made_up.py FILE [SEED]. The values are anything; perf and tracekit read the same file."""
import random
import struct
import sys

IP, TID, TIME, ADDR, CPU, PERIOD, RAW, BRANCH, REGS_USER, WEIGHT, DATA_SRC, REGS_INTR, PHYS, CGROUP, DATA_PAGE, CODE_PAGE, WEIGHT_STRUCT = (
    1 << b for b in (0, 1, 2, 3, 7, 8, 10, 11, 12, 14, 15, 18, 19, 21, 22, 23, 24))
IDENTIFIER = 1 << 16
# What each event has: one of a raw event with everything, one of hardware with branches by index, one with a plain weight, one of software
# with an address, one that a BPF program wrote.
EVENTS = [
    (4, 0x1cd, IP | TID | TIME | ADDR | CPU | PERIOD | BRANCH | REGS_USER | WEIGHT_STRUCT | DATA_SRC | REGS_INTR | PHYS | CGROUP | DATA_PAGE | CODE_PAGE | IDENTIFIER, 8, 0),
    (0, 0, IP | TID | TIME | ADDR | CPU | PERIOD | BRANCH | WEIGHT | DATA_SRC | IDENTIFIER, 8 | 1 << 17, 0),
    (3, 0, IP | TID | TIME | ADDR | CPU | PERIOD | IDENTIFIER, 0, 0),
    (1, 2, IP | TID | TIME | ADDR | CPU | PERIOD | IDENTIFIER, 0, 0),
    (1, 10, IP | TID | TIME | ADDR | CPU | PERIOD | RAW | IDENTIFIER, 0, 0),
]
REGISTERS = 0xff0fff  # without ds, es, fs, gs
ATTR = 128


def attr(kind, config, sample_type, branches):
    fields = struct.pack("<IIQQQQQ", kind, ATTR, config, 1000, sample_type, 0, 1 << 18)  # sample_id_all
    fields += struct.pack("<IIQQQQIIQII", 0, 0, 0, 0, branches, REGISTERS if sample_type & REGS_USER else 0, 0, 0, REGISTERS if sample_type & REGS_INTR else 0, 0, 0)
    return fields.ljust(ATTR, b"\0")


class File:
    def __init__(self, seed, odd=False):
        self.odd = odd
        self.random = random.Random(seed)
        self.records = []
        self.time = 1_000_000_000

    def record(self, kind, misc, body):
        self.records.append(struct.pack("<IHH", kind, misc, 8 + len(body)) + body)

    def side_band(self, kind, misc, body, pid=100, tid=100):
        self.time += self.random.randrange(1, 3000)
        # sample_id: tid, time, cpu, identifier
        self.record(kind, misc, body + struct.pack("<IIQIIQ", pid, tid, self.time, self.random.randrange(2), 0, 1000))

    def sample(self, event):
        rnd, (_, _, has, branches, _) = self.random, EVENTS[event]
        self.time += rnd.randrange(1, 3000)
        misc = rnd.choice([1, 2, 2])  # perf leaves samples of guests out, and names nothing of a hypervisor
        ip = 0x401000 + rnd.randrange(0x2000) if misc == 2 else 0xffffffff81000000 + rnd.randrange(1 << 20)
        out = struct.pack("<QQIIQ", 1000 + event, ip, 100, rnd.choice([100, 101]), self.time)
        out += struct.pack("<QIIQ", rnd.choice([0, 0x7f0000001000, 0x402000]), rnd.randrange(4), 0, rnd.randrange(1 << 20))
        if has & RAW:
            raw = rnd.choice([b"hello", b"", b"a longer text than one line", bytes(rnd.randrange(128) for _ in range(rnd.randrange(1, 30)))])
            raw = raw.ljust((len(raw) + 4 + 7) // 8 * 8 - 4, b"\0")
            out += struct.pack("<I", len(raw)) + raw
        if has & BRANCH:
            count = rnd.randrange(5)
            out += struct.pack("<Q", count)
            if branches & 1 << 17:
                out += struct.pack("<q", -1)
            for _ in range(count):
                kind = rnd.randrange(15)
                flags = rnd.randrange(16) | rnd.choice([0, 7, 65535]) << 4 | kind << 20
                out += struct.pack("<QQQ", 0x401000 + rnd.randrange(0x2000), rnd.choice([0, 0x401010, 0x402000]), flags)
        if has & REGS_USER:
            out += self.registers(0 if rnd.randrange(5) == 0 else 2)
        if has & (WEIGHT | WEIGHT_STRUCT):
            out += struct.pack("<IHH", rnd.randrange(5000), rnd.randrange(3000), rnd.randrange(500)) if has & WEIGHT_STRUCT else struct.pack("<Q", rnd.randrange(1 << 40))
        if has & DATA_SRC:
            out += struct.pack("<Q", self.access())
        if has & REGS_INTR:
            out += self.registers(2)
        if has & PHYS:
            out += struct.pack("<QQQQ", rnd.randrange(1 << 40), rnd.choice([1, 9, 77]), rnd.choice([0, 4096, 2 << 20, 1 << 30]), rnd.choice([0, 4096, 65536]))
        self.record(9, misc, out)

    def registers(self, abi):
        out = struct.pack("<Q", abi)
        for _ in range(bin(REGISTERS).count("1") if abi else 0):
            out += struct.pack("<Q", self.random.choice([0, 1, self.random.randrange(1 << 63)]))
        return out

    def access(self):
        """A union perf_mem_data_src as processors give them: one thing of each kind, so that perf's 100 letters are enough."""
        rnd = self.random
        level = rnd.choice([0, 1, 2, 4]) | 1 << rnd.randrange(14)
        return (1 << rnd.randrange(5) | level << 5 | rnd.choice([0, 1 << rnd.randrange(5)]) << 19 | rnd.randrange(3) << 24 | (rnd.choice([2, 4, 0]) | 1 << rnd.randrange(7)) << 26
                | rnd.choice([0, 0, rnd.randrange(9, 16), rnd.randrange(1, 5)]) << 33 | rnd.randrange(2) << 37 | rnd.choice([0, 0, 1, 2]) << 38 | rnd.choice([0, 1, 2, 4, 6]) << 40)

    def text(self, value):
        value = value.encode() + (b"\xff\x9b[31m\x1b\"\\\xc3\n\xe2\x80\xa8" if self.odd and len(value) > 3 else b"") + b"\0"
        return value.ljust((len(value) + 7) // 8 * 8, b"\0")

    def fill(self):
        self.side_band(1, 1, struct.pack("<iIQQQ", -1, 0, 0xffffffff81000000, 1 << 24, 0xffffffff81000000) + self.text("[kernel.kallsyms]_text"))
        self.side_band(3, 0x2000, struct.pack("<II", 100, 100) + self.text("made up"))
        self.side_band(3, 0, struct.pack("<II", 100, 101) + self.text("other"))
        self.side_band(10, 2, struct.pack("<IIQQQIIQQII", 100, 100, 0x401000, 0x2000, 0x1000, 8, 1, 4711, 1, 5, 2) + self.text("/no/such/file"))
        self.side_band(10, 0x2002, struct.pack("<IIQQQIIQQII", 100, 100, 0x500000, 0x2000, 0, 8, 1, 4712, 1, 3, 1) + self.text("//anon"))
        self.side_band(1, 0x2002, struct.pack("<IIQQQ", 100, 100, 0x600000, 0x1000, 0) + self.text("[heap]"))
        self.side_band(19, 0, struct.pack("<Q", 1) + self.text("/"))
        self.side_band(19, 0, struct.pack("<Q", 77) + self.text("/system.slice/a b.service"))
        self.side_band(7, 0, struct.pack("<IIIIQ", 200, 100, 200, 100, self.time))
        self.side_band(2, 0, struct.pack("<QQ", 1000, 17))
        self.side_band(14, 0x2000, b"")
        self.side_band(14, 0x6000, b"")
        self.side_band(14, 0, b"")
        self.side_band(15, 0x2000, struct.pack("<II", 5, 6))
        self.side_band(15, 0, struct.pack("<II", 123456, 123456))
        self.side_band(16, 0, struct.pack("<IIQ", 100, 100, 7) + b"".join(struct.pack("<QQ", 4, 4026531840 + i) for i in range(7)))
        self.side_band(17, 0, struct.pack("<QIHH", 0xffffffffc0000000, 64, 1, 0) + self.text("bpf_prog_1"))
        self.side_band(17, 0, struct.pack("<QIHH", 0xffffffffc0001000, 64, 2, 1) + self.text("ftrace_trampoline"))
        self.side_band(18, 0, struct.pack("<HHI8s", 1, 0, 42, bytes(range(8))))
        self.side_band(20, 0, (struct.pack("<QHH", 0xffffffffc0000010, 5, 5) + bytes(range(0x90, 0x95)) + bytes(range(0xe0, 0xe5))).ljust(24, b"\0"))
        for i in range(400):
            self.sample(self.random.randrange(len(EVENTS)))
            if i == 200:
                self.side_band(3, 0, struct.pack("<II", 100, 101) + self.text("renamed"))
                self.side_band(5, 0, struct.pack("<QQQ", self.time, 1000, 1000))
                self.side_band(6, 0, struct.pack("<QQQ", self.time, 1000, 1000))
        self.side_band(4, 0, struct.pack("<IIIIQ", 100, 100, 101, 100, self.time))
        return self

    def bytes(self):
        ids_at, attrs = 104, b""
        for i, (kind, config, sample_type, branches, _) in enumerate(EVENTS):
            attrs += attr(kind, config, sample_type, branches) + struct.pack("<QQ", ids_at + 8 * i, 8)
        ids = b"".join(struct.pack("<Q", 1000 + i) for i in range(len(EVENTS)))
        attrs_at = ids_at + len(ids)
        data_at = attrs_at + len(attrs)
        data = b"".join(self.records)
        architecture = struct.pack("<I", 8) + b"x86_64\0\0"
        # perf has no name of its own for what BPF programs write.
        names = struct.pack("<II", len(EVENTS), ATTR)
        for i, (kind, config, sample_type, branches, _) in enumerate(EVENTS):
            name = ("loads", "cycles", "L1-dcache-loads", "page-faults", "bpf-output")[i].encode().ljust(16, b"\0")
            names += attr(kind, config, sample_type, branches) + struct.pack("<II", 1, len(name)) + name + struct.pack("<Q", 1000 + i)
        features_at = data_at + len(data)
        features = struct.pack("<QQQQ", features_at + 32, len(architecture), features_at + 32 + len(architecture), len(names)) + architecture + names
        return (struct.pack("<8sQQQQQQQQ", b"PERFILE2", 104, ATTR + 16, attrs_at, len(attrs), data_at, len(data), 0, 0) + struct.pack("<QQQQ", 1 << 6 | 1 << 12, 0, 0, 0)  # HEADER_ARCH, HEADER_EVENT_DESC
                + ids + attrs + data + features)


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as file:
        file.write(File(int(sys.argv[2]) if len(sys.argv) > 2 else 1).fill().bytes())
