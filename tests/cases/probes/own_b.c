extern int counter;
static __attribute__((noinline)) int dup(int a) { counter -= a; return a*5; }
int calldup(int a) { return dup(a) + 1; }
