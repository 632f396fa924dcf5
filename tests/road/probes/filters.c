// Calls a function with many combinations of values and prints each call, so that what a filter lets through can be compared with what it should.
#include <stdio.h>
#include <arpa/inet.h>

enum state { CLOSED, OPENING, ESTABLISHED, CLOSING = 8 };
struct conn { unsigned daddr; unsigned short port; enum state state; long err; unsigned long lat; const char *host; unsigned char secure; };

__attribute__((noinline)) int transmit(struct conn *c, unsigned long size)
{
    __asm__ volatile("" : : "r"(c), "r"(size) : "memory");
    return (int)size;
}

int main(void)
{
    static const char *const addresses[] = { "172.31.28.139", "10.0.0.1", "10.200.3.4", "127.0.0.1" };
    static const char *const hosts[] = { "web1", "web22", "db.log", "1st" };
    static const enum state states[] = { CLOSED, ESTABLISHED, CLOSING };
    static const long errors[] = { 0, -2, 2, -11 };
    int sum = 0;
    for (unsigned i = 0; i < 480; i++) {
        struct conn c = { 0, htons(i % 3 ? 443 : 80), states[i % 3], errors[i / 3 % 4], (unsigned long)i * i * 50000, hosts[i / 5 % 4], i % 7 == 0 };
        inet_pton(AF_INET, addresses[i % 4], &c.daddr);
        printf("%lu %s %u %d %ld %lu %s %d\n", (unsigned long)i * 37, addresses[i % 4], i % 3 ? 443 : 80, c.state, c.err, c.lat, c.host, c.secure);
        sum += transmit(&c, i * 37ul);
    }
    return sum == 0;
}
