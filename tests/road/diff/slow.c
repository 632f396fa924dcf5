// slow: a program of four functions whose one can be made to do more.
//
// usage: slow MILLISECONDS [PERCENT]
// Runs for that much CPU time of its own; PERCENT more work in churn(). Work is counted in steps, so that shares do not depend on how fast the machine is.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NOINLINE __attribute__((noinline, noclone))

static uint64_t table[4096];
static volatile uint64_t sink;

NOINLINE uint64_t churn(uint64_t x, int steps) {
    for (int i = 0; i < steps; i++) x = x * 6364136223846793005u + (x >> 29);
    return x;
}
NOINLINE uint64_t scatter(uint64_t x, int steps) {
    for (int i = 0; i < steps; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        table[x & 4095] += x;
        x += table[(x >> 20) & 4095];
    }
    return x;
}
NOINLINE uint64_t divide(uint64_t x, int steps) {
    for (int i = 0; i < steps; i++) x = x / ((x & 255) + 3) + 0x9E3779B97F4A7C15u;
    return x;
}
static int byValue(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}
NOINLINE uint64_t order(uint64_t x) {
    uint64_t values[256];
    for (int i = 0; i < 256; i++) values[i] = x = x * 2862933555777941757u + 3037000493u;
    qsort(values, 256, sizeof values[0], byValue);
    return values[17];
}

static double cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: slow MILLISECONDS [PERCENT]\n");
        return 2;
    }
    double end = atof(argv[1]);
    int percent = argc > 2 ? atoi(argv[2]) : 0;
    uint64_t x = 88172645463325252u, rounds = 0;
    while (cpu() < end) {
        x = churn(x, 6000 + 60 * percent);
        x = scatter(x, 5000);
        x = divide(x, 1500);
        for (int i = 0; i < 2; i++) x += order(x);
        sink = x;
        rounds++;
    }
    printf("%lu rounds\n", (unsigned long)rounds);
    return 0;
}
