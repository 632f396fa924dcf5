// Charges customers, and now and then fails. It is built without debug information and stripped: nobody knows its functions.
#include <stdio.h>
#include <stdlib.h>

struct account {
    long number;
    long balance; // cents
    char owner[16];
};

__attribute__((noinline)) int charge(struct account *account, const char *what, long cents)
{
    if (account->balance < cents) {
        fprintf(stderr, "charge failed\n");
        return -1;
    }
    account->balance -= cents;
    return 0;
}

int main(void)
{
    static struct account accounts[3] = { { 1001, 5000, "ann" }, { 1002, 90000, "bob" }, { 1003, 20000, "cyd" } };
    static const char *const things[4] = { "book", "lamp", "chair", "coffee" };
    unsigned random = 5;
    int failed = 0;
    for (int i = 0; i < 40; i++) {
        random = random * 1103515245 + 12345;
        failed += charge(&accounts[random / 65536 % 3], things[random / 1048576 % 4], 100 + random / 65536 % 4000) < 0;
    }
    return failed > 20;
}
