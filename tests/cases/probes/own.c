#include <stdio.h>
#include <string.h>
enum color { RED, GREEN = 5, BLUE };
struct in { int a; unsigned b:3; signed c:5; unsigned char d; };
union u { long l; char c[8]; };
struct node { struct node *next; const char *name; char tag[16]; struct in in; union u u; struct { int anon1; long anon2; }; enum color color; int arr[4]; struct in ins[2]; struct in *pins; double dbl; _Bool ok; void *vp; int m[2][3]; int (*fn)(int); unsigned long long big; short sh; unsigned char uc; };
int counter = 7; static struct node gnode; char gtext[16] = "global";
static const char *gname="gn";
__attribute__((noinline)) int work(struct node *n, int x, unsigned long y, char c, enum color col, const char *s)
{
  int local = x * 2;
  for (int i = 0; i < 3; i++) { local += n->arr[i] + i; counter++; }
  printf("%d %s %lu %c %d\n", local, s, y, c, col);
  return local;
}
static inline __attribute__((always_inline)) int inl(struct node *n, int q) { counter += q; return n->arr[1] + q; }
struct pair { long a; int b, c; };
__attribute__((noinline)) int byval(struct pair p, double d, struct node big) { counter++; return p.a + p.b + (int)d + big.in.a; }
__attribute__((noinline)) struct node *ret(int i) { gnode.in.a = i; counter+=i; return &gnode; }
static __attribute__((noinline)) int dup(int a) { counter += a; return a*3; }
int calldup(int a);
int main(int argc, char **argv) {
  struct node n = { .name = "nm", .tag = "tag", .arr = {1,2,3,4} };
  int r = work(&n, argc, 77, 'c', GREEN, argv[0]);
  r += inl(&n, argc); r += inl(&n, r);
  struct pair p = {1,2,3};
  r += byval(p, 1.5, n); ret(r); r+=dup(r)+calldup(r);
  return r & 1;
}
