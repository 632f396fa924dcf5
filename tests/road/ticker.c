// ticker: calls tick(n) a thousand times a second until it is killed; the target of kill9.sh.
// It says the address of tick on its first line, so that the bytes there can be looked at from outside.
#include <stdio.h>
#include <time.h>

__attribute__((noinline)) long tick(long n) {
    __asm__ volatile("" ::: "memory");
    return n * 3 + 1;
}

int main(void) {
    printf("%p\n", (void *)tick);
    fflush(stdout);
    for (long n = 0;; n++) {
        tick(n);
        struct timespec pause = {0, 1000000};
        nanosleep(&pause, NULL);
    }
}
