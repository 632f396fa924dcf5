// A program whose stacks are hard to unwind: no frame pointers, recursion, templates, callbacks through libc, threads, exceptions,
// a signal handler, variable-length frames and over-aligned ones. Built by PerfUnwindTests.
#include <algorithm>
#include <alloca.h>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/time.h>
#include <thread>
#include <time.h>
#include <vector>

#define NOINLINE __attribute__((noinline))
static volatile unsigned long sink;
static double seconds;

NOINLINE static unsigned long spin(unsigned long n)
{
    unsigned long x = n;
    for (unsigned long i = 0; i < n; i++)
        x = x * 6364136223846793005UL + i;
    sink = x;
    return x;
}

NOINLINE static unsigned long deep(int depth, unsigned long n) { return depth == 0 ? spin(n) : deep(depth - 1, n + depth) + depth; }

template <int N> struct Chain { NOINLINE static unsigned long run(unsigned long n) { return Chain<N - 1>::run(n + N) ^ N; } };
template <> struct Chain<0> { NOINLINE static unsigned long run(unsigned long n) { return spin(n); } };

struct Shape { virtual ~Shape() = default; virtual double area(int n) const = 0; };
struct Circle : Shape { NOINLINE double area(int n) const override { double s = 0; for (int i = 1; i < n; i++) s += std::sin(i) * std::sqrt(i); return s; } };
struct Wrapper : Shape
{
    std::unique_ptr<Shape> inner;
    explicit Wrapper(std::unique_ptr<Shape> i) : inner(std::move(i)) { }
    NOINLINE double area(int n) const override { return inner->area(n) + 1; }
};

static int compare(const void *a, const void *b) { spin(20); return *(const int *)a - *(const int *)b; }

NOINLINE static unsigned long variable(int n)
{
    char *p = (char *)alloca(n * 8 + 16);
    memset(p, n, n * 8);
    sink = p[n / 2];
    return deep(n % 7, 3000) + p[1];
}

NOINLINE static double aligned(int n)
{
    alignas(64) double lanes[16];
    for (int i = 0; i < 16; i++)
        lanes[i] = i * n;
    sink = (unsigned long)lanes;
    double s = spin(2000) % 7;
    for (int i = 0; i < 16; i++)
        s += lanes[i];
    return s;
}

NOINLINE static void thrower(int depth)
{
    if (depth == 0)
        throw std::runtime_error("expected");
    thrower(depth - 1);
    sink++;
}

NOINLINE static void on_signal(int) { spin(60000); }

static void work(int id)
{
    timespec begin, now;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    std::map<std::string, std::vector<int>> table;
    Wrapper shape(std::make_unique<Wrapper>(std::make_unique<Circle>()));
    std::function<unsigned long(int)> call = [&](int n) { return Chain<12>::run(3000 + n); };
    for (int round = 0;; round++)
    {
        deep(5 + round % 40, 20000);
        call(round);
        sink += (unsigned long)shape.area(400);
        std::vector<int> v(600);
        for (auto &x : v)
            x = rand();
        qsort(v.data(), v.size(), sizeof(int), compare);
        std::sort(v.begin(), v.end(), [](int a, int b) { spin(5); return a > b; });
        table["key" + std::to_string(round % 50)] = v;
        variable(20 + round % 30);
        sink += (unsigned long)aligned(round);
        for (int i = 0; i < 10; i++)
        {
            try { thrower(10); } catch (const std::runtime_error &) { sink++; }
        }

        if (id == 0 && round % 4 == 0)
            raise(SIGUSR1);
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (now.tv_sec - begin.tv_sec + (now.tv_nsec - begin.tv_nsec) / 1e9 > seconds)
            return;
    }
}

int main(int argc, char **argv)
{
    seconds = argc > 1 ? atof(argv[1]) : 1.0;
    signal(SIGUSR1, on_signal);
    std::thread other(work, 1);
    work(0);
    other.join();
    printf("%lu\n", (unsigned long)sink);
}
