// wl: the workload that recorders and analyzers are measured on.
//
// usage: wl SECONDS [THREADS]
// Each thread goes round: deep recursion over a tree, virtual calls, templates that inline, sorting by a comparator, hashing strings, a contended
// lock, small reads of a file, and exceptions thrown through frames. It prints the rounds it did, so that a recorder's slow-down can be told.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>
#include <unordered_map>
#include <vector>

#define NOINLINE __attribute__((noinline))

namespace wl {

using Word = unsigned long;

struct Random {
    Word state;
    inline Word next() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return state;
    }
};

// Deep recursion: a tree walked depth first, some tens of frames down.
struct Node {
    Word key;
    std::unique_ptr<Node> left, right;
};

NOINLINE std::unique_ptr<Node> grow(Random& random, int depth) {
    auto node = std::make_unique<Node>();
    node->key = random.next();
    if (depth > 0) {
        // Lopsided on purpose: one long spine with short ribs.
        node->left = grow(random, depth - 1);
        if (depth % 3 == 0) node->right = grow(random, depth / 4);
    }
    return node;
}

NOINLINE Word walk(const Node* node, int level) {
    if (node == nullptr) return static_cast<Word>(level);
    Word sum = node->key;
    for (int i = 0; i < 12; i++) sum = sum * 6364136223846793005UL + static_cast<Word>(level);
    sum ^= walk(node->left.get(), level + 1);
    sum += walk(node->right.get(), level + 1);
    return sum;
}

// Virtual calls.
struct Shape {
    virtual ~Shape() = default;
    virtual double area(double scale) const = 0;
};
struct Square final : Shape {
    double side;
    explicit Square(double s) : side(s) {}
    NOINLINE double area(double scale) const override {
        double total = 0;
        for (int i = 1; i < 40; i++) total += side * side * scale / i;
        return total;
    }
};
struct Circle final : Shape {
    double radius;
    explicit Circle(double r) : radius(r) {}
    NOINLINE double area(double scale) const override {
        double total = 0;
        for (int i = 1; i < 40; i++) total += 3.14159 * radius * radius / (scale + i);
        return total;
    }
};

NOINLINE double paint(const std::vector<std::unique_ptr<Shape>>& shapes, double scale) {
    double total = 0;
    for (const auto& shape : shapes) total += shape->area(scale);
    return total;
}

// Templates that inline into one another: an inlined call chain for those who can show it.
template <int N> inline Word mix(Word x) { return mix<N - 1>(x * 31 + N) ^ (x >> 3); }
template <> inline Word mix<0>(Word x) { return x; }

template <typename T, typename F> NOINLINE Word fold(const std::vector<T>& values, F combine) {
    Word result = 0;
    for (const T& value : values) result = combine(result, value);
    return result;
}

NOINLINE Word sortAndFold(Random& random, std::vector<Word>& values) {
    for (auto& value : values) value = random.next();
    std::sort(values.begin(), values.end(), [](Word a, Word b) { return (a ^ 0x5555) < (b ^ 0x5555); });
    return fold(values, [](Word a, Word b) { return mix<8>(a + b); });
}

// Strings and a hash table: time in libstdc++ and libc.
NOINLINE Word words(Random& random) {
    std::unordered_map<std::string, int> counts;
    for (int i = 0; i < 300; i++) counts["key-" + std::to_string(random.next() % 97)]++;
    Word total = 0;
    for (const auto& entry : counts) total += entry.first.size() * static_cast<Word>(entry.second);
    return total;
}

// A lock that threads meet at.
std::mutex gate;
Word shared = 0;
NOINLINE void meet(Word value) {
    std::lock_guard<std::mutex> hold(gate);
    for (int i = 0; i < 200; i++) shared = shared * 3 + value;
}

// System calls: small reads of a file that is in the page cache.
NOINLINE Word readSome(int file, Word offset) {
    char buffer[512];
    Word total = 0;
    for (int i = 0; i < 8; i++) {
        ssize_t n = pread(file, buffer, sizeof buffer, static_cast<off_t>((offset + static_cast<Word>(i) * 512) % 65536));
        for (ssize_t k = 0; k < n; k += 64) total += static_cast<unsigned char>(buffer[k]);
    }
    return total;
}

// Exceptions: the unwinder of the program itself at work.
NOINLINE int dig(int depth) {
    if (depth == 0) throw std::runtime_error("bottom");
    int result = dig(depth - 1);
    return result + depth;
}
NOINLINE int fall(int depth) {
    try {
        return dig(depth);
    } catch (const std::runtime_error& error) {
        return static_cast<int>(error.what()[0]);
    }
}

std::atomic<bool> stop{false};
std::atomic<Word> rounds{0}, sink{0};

NOINLINE void work(Word seed) {
    Random random{seed * 0x9E3779B97F4A7C15UL + 1};
    auto tree = grow(random, 48);
    std::vector<std::unique_ptr<Shape>> shapes;
    for (int i = 0; i < 64; i++) {
        if (i % 2) shapes.push_back(std::make_unique<Square>(i));
        else shapes.push_back(std::make_unique<Circle>(i));
    }
    std::vector<Word> values(600);
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    while (!stop.load(std::memory_order_relaxed)) {
        Word sum = 0;
        for (int i = 0; i < 40; i++) sum += walk(tree.get(), 0);
        sum += static_cast<Word>(paint(shapes, 1.5));
        sum += sortAndFold(random, values);
        sum += words(random);
        meet(sum);
        sum += readSome(file, random.next());
        sum += static_cast<Word>(fall(6));
        sink.fetch_add(sum, std::memory_order_relaxed);
        rounds.fetch_add(1, std::memory_order_relaxed);
    }
    close(file);
}

} // namespace wl

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: wl SECONDS [THREADS]\n");
        return 2;
    }
    double seconds = std::atof(argv[1]);
    unsigned count = argc > 2 ? static_cast<unsigned>(std::atoi(argv[2])) : std::max(2u, std::thread::hardware_concurrency());
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < count; i++) threads.emplace_back(wl::work, i + 1);
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    wl::stop = true;
    for (auto& thread : threads) thread.join();
    std::printf("%lu rounds\n", wl::rounds.load());
    return 0;
}
