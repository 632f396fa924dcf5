// Samples itself under qemu-user: a timer's handler writes its registers, its stack, and what glibc's backtrace() says of the interrupted code.
// Built by Arm64LiveTests.
#define _GNU_SOURCE
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

static int out;
static volatile unsigned long sink;
static volatile int samples;
static char *top;

static void handler(int signal, siginfo_t *info, void *context)
{
    ucontext_t *u = context;
    uint64_t head[36];
    void *frames[256];
    char *sp = (char *)u->uc_mcontext.sp;
    if (samples >= 60)
        return;
    for (int i = 0; i < 31; i++)
        head[i] = u->uc_mcontext.regs[i];
    head[31] = u->uc_mcontext.sp;
    head[32] = u->uc_mcontext.pc;
    head[33] = (uint64_t)(top - sp);
    head[34] = (uint64_t)backtrace(frames, 256);
    head[35] = 0;
    if (head[33] > 60000)
        head[33] = 60000;
    write(out, head, sizeof head);
    write(out, sp, head[33]);
    write(out, frames, head[34] * 8);
    samples++;
    (void)signal;
    (void)info;
}

__attribute__((noinline)) static unsigned long leaf(unsigned long n)
{
    unsigned long x = n;
    for (int i = 0; i < 3000; i++)
        x = x * 6364136223846793005UL + i;
    return x;
}

__attribute__((noinline)) static unsigned long many(unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
    unsigned long e = leaf(a), f = leaf(b), g = leaf(c), h = leaf(d), i = leaf(a + d), j = leaf(b + c);
    sink = e + f;
    return e + f * g + h * i + j + leaf(e) + a + b + c + d;
}

__attribute__((noinline)) static unsigned long dynamic(unsigned n)
{
    char *p = __builtin_alloca(n * 16 + 16);
    memset(p, (int)n, n * 16);
    sink += p[n];
    return many(n, n + 1, n + 2, n + 3) + p[0];
}

__attribute__((noinline)) static unsigned long large(unsigned n)
{
    volatile char p[5000];
    p[n] = 1;
    return dynamic(n) + p[n];
}

__attribute__((noinline)) static unsigned long recurse(unsigned n)
{
    if (n == 0)
        return large(7);
    return recurse(n - 1) + n;
}

static int compare(const void *a, const void *b)
{
    sink += leaf((unsigned long)(*(const int *)a));
    return *(const int *)a - *(const int *)b;
}

int main(int argc, char **argv)
{
    void *warm[4];
    top = argv[0]; // the strings stand above all frames
    out = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    backtrace(warm, 4);
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART };
    sigaction(SIGPROF, &action, NULL);
    struct itimerval every = { { 0, 5000 }, { 0, 5000 } };
    setitimer(ITIMER_PROF, &every, NULL);
    for (long rounds = 0; samples < 60 && rounds < 200000; rounds++)
    {
        int numbers[64];
        for (int i = 0; i < 64; i++)
            numbers[i] = (i * 37) % 64;
        if (rounds % 4 == 0)
            qsort(numbers, 64, sizeof *numbers, compare);
        sink += recurse((unsigned)(rounds % 20));
    }
    setitimer(ITIMER_PROF, &(struct itimerval){ 0 }, NULL);
    static char maps[65536];
    int from = open("/proc/self/maps", O_RDONLY), to = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    for (long n; (n = read(from, maps, sizeof maps)) > 0;)
        write(to, maps, n);
    (void)argc;
    return 0;
}
