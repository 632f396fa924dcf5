// Calls whose times the program knows itself: plain ones, recursive ones, ones that never return. Each line of the output is one call that returned:
// FUNCTION TID START END ARGUMENT RESULT, nanoseconds of CLOCK_MONOTONIC, taken outside of the function.
//
// usage: calls THREADS CALLS FIB
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct call {
    const char *function;
    long start, end, argument, result;
};

static int calls, depth;
static __thread struct call *log_of_thread;
static __thread int logged;
static __thread jmp_buf back;

static long now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

static int begin(const char *function, long argument) {
    log_of_thread[logged] = (struct call){.function = function, .argument = argument, .start = now()};
    return logged++;
}

static long end(int at, long result) {
    log_of_thread[at].end = now();
    log_of_thread[at].result = result;
    return result;
}

__attribute__((noinline, noclone)) long work(long n) {
    long sum = n;
    for (long i = 0; i < n; i++)
        __asm__ volatile("" : "+r"(sum));
    return sum & 7;
}

__attribute__((noinline, noclone)) long fib(long n) {
    if (n < 2)
        return n;
    int at = begin("fib", n - 1);
    long left = end(at, fib(n - 1));
    at = begin("fib", n - 2);
    return left + end(at, fib(n - 2));
}

__attribute__((noinline, noclone)) long leaves(long n) {
    if (n % 2)
        longjmp(back, 1);
    return work(n);
}

__attribute__((noinline, noclone)) long outer(long n) {
    if (setjmp(back))
        return -1;
    int at = begin("leaves", n);
    return end(at, leaves(n));
}

static void *thread(void *unused) {
    (void)unused;
    struct call *mine = log_of_thread = calloc(1 << 20, sizeof *log_of_thread);
    for (long i = 0; i < calls; i++) {
        int at = begin("work", i * 37 % 1000 * 50);
        end(at, work(mine[at].argument));
    }

    int at = begin("fib", depth);
    end(at, fib(depth));
    for (long i = 0; i < 20; i++) {
        at = begin("outer", i);
        end(at, outer(i));
    }

    static pthread_mutex_t printing = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&printing);
    for (int i = 0; i < logged; i++) {
        if (mine[i].end)
            printf("%s %ld %ld %ld %ld %ld\n", mine[i].function, syscall(SYS_gettid), mine[i].start, mine[i].end, mine[i].argument, mine[i].result);
    }

    pthread_mutex_unlock(&printing);
    return NULL;
}

int main(int count, char **arguments) {
    if (count < 4)
        return 2;
    int threads = atoi(arguments[1]);
    calls = atoi(arguments[2]);
    depth = atoi(arguments[3]);
    pthread_t *ids = calloc(threads, sizeof *ids);
    for (int i = 0; i < threads; i++)
        pthread_create(&ids[i], NULL, thread, NULL);
    for (int i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    return 0;
}
