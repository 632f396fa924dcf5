// A program with recursion, templates, inlining, threads and a function with a string: what the recordings of record.sh run.
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <algorithm>
#include <string>
#include <vector>

static volatile uint64_t sink;

static double now()
{
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

extern "C" __attribute__((noinline)) long say(const char *text, long size)
{
    sink += strlen(text) + size;
    return size * 2 - 1;
}

static inline __attribute__((always_inline)) uint64_t mix(uint64_t x)
{
    for (int i = 0; i < 40; i++)
        x = x * 6364136223846793005ull + (x >> 29);
    return x;
}

template <typename T> struct Tree {
    T value;
    std::vector<Tree<T>> children;
    __attribute__((noinline)) T sum() const
    {
        T total = mix(value);
        for (auto &child : children)
            total += child.sum();
        return total;
    }
};

static Tree<uint64_t> grow(int depth)
{
    Tree<uint64_t> tree{(uint64_t)depth, {}};
    for (int i = 0; depth > 0 && i < 2; i++)
        tree.children.push_back(grow(depth - 1));
    return tree;
}

static __attribute__((noinline)) void sort_some()
{
    std::vector<std::string> names;
    for (int i = 0; i < 300; i++)
        names.push_back(std::to_string(mix(i)));
    std::sort(names.begin(), names.end(), [](const std::string &a, const std::string &b) { return a > b; });
    sink += names[0].size();
}

static void run(double milliseconds)
{
    auto tree = grow(8);
    double end = now() + milliseconds;
    for (int i = 0; now() < end; i++) {
        sink += tree.sum();
        sort_some();
        say(i % 3 ? "plain" : "with \"quotes\" and spaces", i);
    }
}

static void *thread(void *argument)
{
    char name[16];
    snprintf(name, sizeof name, "worker %ld", (long)argument);
    pthread_setname_np(pthread_self(), name);
    run(atof(getenv("WORK_MS")));
    return nullptr;
}

int main(int argc, char **argv)
{
    int threads = argc > 2 ? atoi(argv[2]) : 0;
    setenv("WORK_MS", argc > 1 ? argv[1] : "100", 1);
    std::vector<pthread_t> ids(threads);
    for (int i = 0; i < threads; i++)
        pthread_create(&ids[i], nullptr, thread, (void *)(long)i);
    run(atof(getenv("WORK_MS")));
    for (auto id : ids)
        pthread_join(id, nullptr);
    return 0;
}
