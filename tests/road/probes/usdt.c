/* A marker as <sys/sdt.h> puts it into a program, with a semaphore: the program does the marker's work only while somebody listens. Written out, so that no header is needed. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

__asm__(".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n"
        ".weak _.stapsdt.base\n.hidden _.stapsdt.base\n_.stapsdt.base: .space 1\n.size _.stapsdt.base,1\n.popsection");

/* The counter lies in writable data between two values that a wrong address would destroy. */
volatile unsigned long guard_before __attribute__((section(".probes"))) = 0x1111;
volatile unsigned short demo_step_semaphore __attribute__((section(".probes"))) = 0;
volatile unsigned long guard_after __attribute__((section(".probes"))) = 0x2222;

#define MARK(provider, name, semaphore, arguments, ...)                                                                                             \
    __asm__ volatile("990: nop\n.pushsection .note.stapsdt,\"\",\"note\"\n.balign 4\n.4byte 992f-991f, 994f-993f, 3\n"                               \
                     "991: .asciz \"stapsdt\"\n992: .balign 4\n993: .8byte 990b\n.8byte _.stapsdt.base\n.8byte " semaphore "\n"                      \
                     ".asciz \"" provider "\"\n.asciz \"" name "\"\n.asciz \"" arguments "\"\n994: .balign 4\n.popsection" ::__VA_ARGS__)

__attribute__((noinline)) static void step(int n, const char *text, long wide) {
    if (demo_step_semaphore)
        MARK("demo", "step", "demo_step_semaphore", "-4@%0 8@%1 -8@%2", "r"(n), "r"(text), "m"(wide));
    MARK("demo", "plain", "0", "-4@%0", "r"(n));
}

int main(int argc, char **argv) {
    static const char *texts[] = {"zero", "one", "two"};
    int heard = 0;
    int rounds = argc > 1 ? atoi(argv[1]) : 5;
    for (int i = 0; i < rounds; i++) {
        heard += demo_step_semaphore != 0;
        printf("step: arg1=%d arg2=\"%s\" arg3=%ld\n", i - 2, texts[i % 3], -1000000000000L * i);
        step(i - 2, texts[i % 3], -1000000000000L * i);
        if (argc > 2)
            usleep(atoi(argv[2]));
    }
    fprintf(stderr, "heard %d guards %lx %lx\n", heard, guard_before, guard_after);
    return guard_before == 0x1111 && guard_after == 0x2222 ? 0 : 1;
}
