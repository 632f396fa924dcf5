// orders: a small "batch job" that is slower than it should be. usage: orders SECONDS
// Three threads price orders, format them and drop duplicates. Somebody wrote the duplicate check as a linear search: it is where the time goes,
// and from the outside the program just looks busy. samples/demo.sh records it and the flame graph shows it.
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NOINLINE __attribute__((noinline))
#define ORDERS 3000

struct batch {
    uint64_t state;
    char seen[ORDERS][24];
    int count;
};

static double deadline;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

NOINLINE static uint64_t next_order(struct batch *b) {
    b->state = b->state * 6364136223846793005ULL + 1442695040888963407ULL;
    return b->state >> 33;
}

NOINLINE static int same_id(const char *a, const char *b) {
    while (*a && *a == *b) a++, b++;
    return *a == *b;
}

// The culprit: every order is compared with every earlier one.
NOINLINE static int is_duplicate(const struct batch *b, const char *id) {
    for (int i = 0; i < b->count; i++)
        if (same_id(b->seen[i], id)) return 1;
    return 0;
}

NOINLINE static double price(uint64_t order) {
    double total = 0;
    for (int i = 1; i <= 200; i++) total += (double)(order % (uint64_t)(i + 7)) / i;
    return total;
}

NOINLINE static int format_order(char *out, size_t size, uint64_t order, double amount) {
    return snprintf(out, size, "%010lu-%.2f", (unsigned long)order, amount);
}

NOINLINE static void process_order(struct batch *b) {
    uint64_t order = next_order(b);
    char id[24];
    format_order(id, sizeof id, order, price(order));
    if (!is_duplicate(b, id)) memcpy(b->seen[b->count++], id, sizeof id);
}

NOINLINE static void run_batch(struct batch *b) {
    b->count = 0;
    for (int i = 0; i < ORDERS && now() < deadline; i++) process_order(b);
}

static void *worker(void *argument) {
    struct batch *b = argument;
    while (now() < deadline) run_batch(b);
    return NULL;
}

int main(int argc, char **argv) {
    deadline = now() + (argc > 1 ? atof(argv[1]) : 3);
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) {
        struct batch *b = calloc(1, sizeof *b);
        b->state = (uint64_t)i + 1;
        pthread_create(&threads[i], NULL, worker, b);
    }
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    return 0;
}
