// A small shop: takes orders in four currencies, and refuses what takes too long to pay. It writes one line for each refused order, and a sum.
// usage: shop ORDERS
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CURRENCIES = 4, LIMIT_MS = 10 };

struct order {
    int number;
    char currency[4];
    double amount;
};

struct entry {
    char code[8];
    double rate;
};

static struct entry cache[16];
static int cached;
static int refused;

// The bank's list, as it came this morning.
static const char *const list = "EUR:1.00\nUSD:1.08\nGBP:0.86\nJPY :161.40\n";

double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

void cache_put(const char *code, double rate)
{
    if (cached == 16)
        return;
    snprintf(cache[cached].code, sizeof cache[cached].code, "%s", code);
    cache[cached++].rate = rate;
}

const struct entry *cache_get(const char *code)
{
    for (int i = 0; i < cached; i++)
        if (strcmp(cache[i].code, code) == 0)
            return &cache[i];
    return NULL;
}

void load_list(void)
{
    char text[128], *line, *rest = text;
    snprintf(text, sizeof text, "%s", list);
    while ((line = strsep(&rest, "\n")) && *line) {
        char *rate = strchr(line, ':');
        *rate++ = 0;
        cache_put(line, atof(rate));
    }
}

// The bank answers this one question after 20 ms.
double ask_bank(const char *code)
{
    usleep(20000);
    return code[0] == 'J' ? 161.40 : 1.00;
}

double rate_of(const char *code)
{
    const struct entry *entry = cache_get(code);
    return entry ? entry->rate : ask_bank(code);
}

void refuse(const struct order *order, const char *reason)
{
    refused++;
    printf("order %d refused: %s\n", order->number, reason);
}

int pay(const struct order *order)
{
    double begin = now_ms();
    double euros = order->amount / rate_of(order->currency);
    if (now_ms() - begin > LIMIT_MS) {
        refuse(order, "payment took too long");
        return -1;
    }
    return euros > 0 ? 0 : -1;
}

int check_stock(const struct order *order)
{
    if (order->number % 50 == 0) {
        refuse(order, "out of stock");
        return -1;
    }
    return 0;
}

int checkout(const struct order *order)
{
    if (check_stock(order) < 0)
        return -1;
    return pay(order);
}

void serve(int orders)
{
    static const char *const currencies[CURRENCIES] = { "EUR", "USD", "GBP", "JPY" };
    unsigned random = 42;
    for (int i = 1; i <= orders; i++) {
        random = random * 1103515245 + 12345;
        struct order order = { .number = i, .amount = 10 + random / 65536 % 90 };
        unsigned dice = random / 65536 % 10;
        memcpy(order.currency, currencies[dice < 5 ? 0 : dice < 7 ? 1 : dice < 9 ? 2 : 3], 4);
        checkout(&order);
    }
}

int main(int argc, char **argv)
{
    int orders = argc > 1 ? atoi(argv[1]) : 200;
    load_list();
    serve(orders);
    printf("%d orders, %d refused\n", orders, refused);
    return 0;
}
