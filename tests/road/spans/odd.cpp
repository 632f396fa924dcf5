// Calls that end in other ways than by returning, and starts and ends that are in different threads: recursion, exceptions, longjmp, threads that end inside, fork and exec inside,
// signals that come inside, tail calls. Prints how many calls of each function returned, by its own count: FUNCTION RETURNED NEVER
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <pthread.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#define KEEP extern "C" __attribute__((noinline, noclone, optimize("no-optimize-sibling-calls")))

volatile long sink;

KEEP long leaf(long n) { sink = sink + n; return n; }

template <class T> struct Tree {
    __attribute__((noinline)) static long walk(T depth) { return depth == 0 ? leaf(1) : walk(depth - 1) + walk(depth - 1); }
};

KEEP long odd(long n);
KEEP long even(long n) { return n == 0 ? 1 : odd(n - 1); }
KEEP long odd(long n) { return n == 0 ? 0 : even(n - 1); }

KEEP long throws(long n) {
    if (n == 0)
        throw 7;
    long below = throws(n - 1);
    sink = sink + below;
    return below + 1;
}

KEEP long catches(long n) {
    try {
        return throws(n);
    } catch (int value) {
        return value + leaf(n);
    }
}

static thread_local jmp_buf back;
KEEP long jumps(long n) {
    if (n == 0)
        longjmp(back, 1);
    return jumps(n - 1) + 1;
}
KEEP long lands(long n) {
    if (setjmp(back))
        return leaf(n);
    return jumps(n);
}

KEEP long ends_thread(long n) {
    leaf(n);
    if (n % 2)
        pthread_exit(nullptr);
    return n;
}

KEEP long forks(long n) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        leaf(n);
        return -1;
    }
    waitpid(child, nullptr, 0);
    return n;
}

KEEP long execs(long n) {
    leaf(n);
    execl("/bin/true", "true", nullptr);
    return n;
}

KEEP void in_signal(int) { leaf(100); }
KEEP long signalled(long n) {
    raise(SIGUSR1);
    return leaf(n);
}

KEEP __attribute__((optimize("optimize-sibling-calls"))) long target(long n) { sink = sink + n; return n + 1; }
__attribute__((noinline, noclone, optimize("optimize-sibling-calls"))) long tail_call(long n) { sink = sink + 1; return target(n); }

KEEP long rests(long n) {
    usleep(n * 3000);
    return leaf(n);
}

KEEP void begin_job(long id) { sink = sink + id; }
KEEP void end_job(long id) { sink = sink - id; }

// usage: odd          each kind of call a few times
//        odd forever  the same calls of one thread until it is killed
int main(int count, char **) {
    signal(SIGUSR1, in_signal);
    for (long i = 0; count > 1; i = (i + 1) % 7) {
        Tree<long>::walk(i);
        sink = sink + even(i * 3) + catches(i) + lands(i) + signalled(i) + tail_call(i);
        rests(i);
    }

    std::vector<std::thread> threads;
    for (int t = 0; t < 3; t++) {
        threads.emplace_back([t] {
            for (long i = 0; i < 6; i++) {
                Tree<long>::walk(i);
                sink = sink + even(i * 3 + t);
                catches(i);
                lands(i);
                signalled(i);
                tail_call(i);
                for (long j = 0; j < 20; j++)
                    begin_job(t * 1000 + i * 20 + j);
            }
        });
    }
    for (auto &thread : threads)
        thread.join();
    // Jobs are finished by others than who began them, in another order; some never.
    for (int t = 0; t < 3; t++) {
        threads[t] = std::thread([t] {
            for (long id = 119; id >= 0; id--) {
                if (id % 10)
                    end_job((t + 1) % 3 * 1000 + id);
            }
        });
    }
    for (auto &thread : threads)
        thread.join();
    for (long i = 0; i < 20; i++) {
        pthread_t thread;
        pthread_create(&thread, nullptr, [](void *n) -> void * { ends_thread((long)n); return nullptr; }, (void *)i);
        pthread_join(thread, nullptr);
    }
    rests(1);
    for (long i = 0; i < 5; i++) {
        if (forks(i) < 0)
            _exit(0);
    }
    for (long i = 0; i < 3; i++) {
        pid_t child = fork();
        if (child == 0)
            execs(i);
        waitpid(child, nullptr, 0);
    }
    return 0;
}
