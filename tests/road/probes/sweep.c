/* One function of every kind of instruction that -O2 makes of ordinary code; a breakpoint inside one of them changes what it computes, or kills the program. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

__attribute__((noinline)) uint64_t work(const unsigned char *data, uint64_t length, uint64_t seed, double scale) {
    uint64_t hash = seed ^ 0x9e3779b97f4a7c15u;
    double sum = scale;
    for (uint64_t i = 0; i < length; i++) {
        hash = (hash << 13 | hash >> 51) + data[i] * 0x100000001b3u;
        if (data[i] & 1)
            hash ^= length - i;
        else
            sum += (double)data[i] / 3.0;
        switch (data[i] & 7) {
        case 1: hash = __builtin_bswap64(hash); break;
        case 3: hash *= 5; break;
        case 4: hash -= seed; break;
        case 6: hash = ~hash; break;
        }
    }
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    return hash + bits % 1000003;
}

int main(void) {
    unsigned char data[64];
    uint64_t all = 0;
    for (unsigned round = 0; round < 200; round++) {
        for (unsigned i = 0; i < sizeof data; i++)
            data[i] = (unsigned char)(round * 31 + i * i);
        all = all * 31 + work(data, round % 65, all, round);
    }
    printf("%016llx\n", (unsigned long long)all);
    return 0;
}
