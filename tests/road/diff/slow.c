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

// Each step waits for the one before and touches no memory: what a function costs then hangs on nothing but its steps. (With a table of 32 KiB in two of them, shares of functions
// that did the same work moved by a sixth from run to run: no one recording on each side can tell that from a change.)
static volatile uint64_t sink;

NOINLINE uint64_t churn(uint64_t x, int steps) {
    for (int i = 0; i < steps; i++) x = x * 6364136223846793005u + (x >> 29);
    return x;
}
NOINLINE uint64_t scatter(uint64_t x, int steps) {
    for (int i = 0; i < steps; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return x;
}
NOINLINE uint64_t scale(uint64_t x, int steps) {
    double d = (double)(x & 1023) + 1;
    for (int i = 0; i < steps; i++) d = d * 0.75 + 1.0;
    return x + (uint64_t)d;
}
NOINLINE uint64_t fold(uint64_t x, int steps) {
    for (int i = 0; i < steps; i++) x = (x << 7 | x >> 57) ^ (x + 0x9E3779B97F4A7C15u);
    return x;
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
        for (int i = 0; i < 50; i++) {
            x = churn(x, 8000 + 80 * percent);
            x = scatter(x, 6500);
            x = scale(x, 4500);
            x = fold(x, 7000);
        }
        sink = x;
        rounds += 50;
    }
    printf("%lu rounds\n", (unsigned long)rounds);
    return 0;
}
