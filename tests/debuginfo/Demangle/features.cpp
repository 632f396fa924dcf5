// What current compilers mangle, one of each: CompilerNamesTests has it compiled by gcc and clang and compares every name with c++filt.
#include <array>
#include <complex>
#include <concepts>
#include <coroutine>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#define USED __attribute__((used, noinline))

namespace outer { inline namespace v1 {
struct [[gnu::abi_tag("tag1", "tag2")]] Tagged { int f(); USED static Tagged make(); };
int Tagged::f() { return 1; }
Tagged Tagged::make() { return {}; }
[[gnu::abi_tag("alone")]] USED int tagged_function(Tagged) { return 2; }
[[gnu::abi_tag("var")]] int tagged_variable = 3;
USED std::string returns_string(std::string s) { return s + "x"; }
} }

namespace { struct Hidden { int x; USED int get() const volatile { return x; } }; USED int hidden(Hidden h) { return h.get(); } }
static USED int internal(int a) { return a; }

// Lambdas in all positions
auto global_lambda = [](int a) { return a + 1; };
inline auto inline_lambda = [](auto a, auto... b) { return (a + ... + b); };
struct WithLambdas {
    std::function<int(int)> member = [](int a) { return a * 3; };
    static inline auto in_class = [](double d) mutable { return d; };
    int f(int a = [] { return 4; }(), int b = [](int x) { return x; }(2)) { return a + b; }
    template <class T> auto g(T t) { return [t](auto x) { return [=](T y) { return t + x + y; }; }; }
};
template <class T> inline auto template_lambda = [](T t) { return t; };
template <class... Ts> auto pack_lambda(Ts... ts) { return [](auto... xs) { return sizeof...(xs); }(ts...); }
USED int lambdas() {
    auto generic = []<class T>(T a, std::vector<T> b) { return a + b.size(); };
    auto constrained = [](std::integral auto a) requires (sizeof(a) > 1) { return a; };
    auto with_capture = [&generic](int* p, const char (&s)[3]) noexcept { return *p + s[0] + generic(1, {}); };
    int z = 3;
    static auto local_static = [] { static int n; return ++n; };
    struct Local { int operator()(int v) { return [v] { return v; }(); } };
    return generic(1, std::vector<int>{}) + constrained(7) + with_capture(&z, "ab") + local_static() + Local{}(2) + WithLambdas{}.f() + WithLambdas{}.g(1)(2)(3) +
        global_lambda(1) + inline_lambda(1, 2, 3) + template_lambda<int>(2) + pack_lambda(1, 'c', 2.0);
}

// Constraints
template <class T> concept Small = sizeof(T) <= 8;
template <Small T> USED T constrained(T t) { return t; }
template <class T> requires (sizeof(T) > 2) && std::is_integral_v<T> USED T required(T t) { return t; }
USED auto abbreviated(std::integral auto x, Small auto y) { return x + y; }
template <template <class> class C> struct TakesTemplate { USED static int f(C<int>) { return 1; } };
template <class T> struct Box { T t; friend USED bool operator==(const Box& a, const Box& b) { return a.t == b.t; } auto operator<=>(const Box&) const = default; };

// Non-type template parameters of all kinds
struct Literal { int a; const char* b; constexpr Literal(int x) : a(x), b(nullptr) {} bool operator==(const Literal&) const = default; };
struct Pod { int i; char c[2]; float f; };
union Either { int i; float f; constexpr Either(int x) : i(x) {} };
enum class Color : unsigned char { Red, Green = 200 };
enum Plain { A = -1, B };
template <auto V> USED int value() { return 0; }
template <int N, bool F, char C, unsigned long U, long long L, Color K, Plain P> USED int many() { return N; }
template <int* P, int& R, void (*Fn)(int), int WithLambdas::*M, int (outer::Tagged::*MF)()> USED int pointers() { return 0; }
int object; struct Members { int a; int g() const; }; int Members::g() const { return a; }
void callee(int) {}
template <Literal L> USED int of_class() { return L.a; }
template <Pod P> USED int of_pod() { return P.i; }
template <double D, float F> USED int of_float() { return D > F; }
template <std::nullptr_t N> USED int of_null() { return 0; }
template <class T, T... Vs> USED int sequence(std::integer_sequence<T, Vs...>) { return sizeof...(Vs); }

// Expressions in signatures
template <class T, class U> USED auto add(T t, U u) -> decltype(t + u) { return t + u; }
template <class T> USED auto call(T t) -> decltype(t(1), t.f(), void()) {}
template <class T> USED auto sized(T t) -> std::array<int, sizeof(T) + alignof(T)> { return {}; }
template <class T> USED auto member(T* t) -> decltype(t->x) { return t->x; }
template <class T> USED auto index_(T t) -> decltype(t[0]) { return t[0]; }
template <class T> USED auto create() -> decltype(new T(nullptr)) { return nullptr; }
template <class T> USED auto convert(T t) -> decltype(static_cast<int>(t) ? T{} : T(), (int)t) { return 0; }
template <class T> USED auto neg(T t) -> std::enable_if_t<(-T{1} < 0) && !std::is_same_v<T, char>, T> { return t; }
#ifdef __clang__ // gcc: "sorry, unimplemented: mangling noexcept_expr"
template <class T> USED auto noex(T t) -> std::integral_constant<bool, noexcept(t())> { return {}; }
#else
template <class T> int noex(T t) { return 0; }
#endif
template <class... Ts> USED auto folded(Ts... ts) -> decltype((ts + ... + 0)) { return 0; }
template <class... Ts> USED auto unary_fold(Ts... ts) -> decltype((... && ts)) { return true; }
template <class... Ts> USED auto tupled(Ts&&... ts) -> std::tuple<std::decay_t<Ts>...> { return {}; }
template <class... Ts> USED void packs(std::tuple<Ts...>, std::pair<Ts, int>... ) {}
template <class T, int N> USED int array_ref(T (&)[N]) { return N; }
template <class T> USED int unresolved(decltype(T::value)*, typename T::type) { return 0; }
struct Maker { using type = int; static constexpr int value = 1; template <class T> static int make() { return 1; } int operator()(int) { return 1; } void f() {} int x; int operator[](int) { return 1; } };

// Types
USED void pointers_(int* const*, const volatile char*, int&&, int (*)(int, ...), int (&)[4], int (*)[3], void (*)(void (*)()), int Maker::*, int (Maker::*)(int) const &) {}
USED void builtins(signed char, unsigned char, wchar_t, char8_t, char16_t, char32_t, __int128, unsigned __int128, long double, bool, std::nullptr_t, _Float64x*, float _Complex, ...) {}
typedef int vec __attribute__((vector_size(16)));
USED vec vectors(vec v, vec* p) { return v + *p; }
USED void noexcept_pointer(void (*)() noexcept, int (Maker::*)(int) noexcept) {}
template <class F> struct Sig; template <class R, class... A> struct Sig<R(A...) const& noexcept> { USED static int f(R, A...) { return 0; } };
template <class T> USED void dependent_noexcept(void (*)(T) noexcept(sizeof(T) > 1)) {}

// Operators
struct Ops {
    Ops operator+(int) const; Ops operator-() ; Ops& operator++(); Ops operator++(int); int operator()(int, int); int operator[](const char*); Ops* operator->(); bool operator!() const;
    explicit operator bool() const; operator const char*(); template <class T> operator std::vector<T>() const { return {}; } void* operator new(std::size_t); void operator delete(void*); void operator,(int);
    int operator co_await() const; bool operator<(const Ops&) const; std::strong_ordering operator<=>(const Ops&) const; Ops& operator=(Ops&&) noexcept; Ops operator->*(int); Ops& operator<<=(int);
};
Ops Ops::operator+(int) const { return {}; } Ops Ops::operator-() { return {}; } Ops& Ops::operator++() { return *this; } Ops Ops::operator++(int) { return {}; } int Ops::operator()(int, int) { return 0; }
int Ops::operator[](const char*) { return 0; } Ops* Ops::operator->() { return this; } bool Ops::operator!() const { return false; } Ops::operator bool() const { return true; } Ops::operator const char*() { return ""; }
void* Ops::operator new(std::size_t n) { return ::operator new(n); } void Ops::operator delete(void* p) { ::operator delete(p); } void Ops::operator,(int) {} int Ops::operator co_await() const { return 1; }
bool Ops::operator<(const Ops&) const { return false; } std::strong_ordering Ops::operator<=>(const Ops&) const { return std::strong_ordering::equal; } Ops& Ops::operator=(Ops&&) noexcept { return *this; }
Ops Ops::operator->*(int) { return {}; } Ops& Ops::operator<<=(int) { return *this; }
USED unsigned long long operator""_big(unsigned long long v) { return v; }
USED int operator""_text(const char*, std::size_t) { return 0; }
template <char... C> USED int operator""_chars() { return sizeof...(C); }
USED int uses_chars() { return 12_chars; }

// Special names
struct Base { virtual ~Base(); virtual Base* clone() const; int b; }; struct Second { virtual void second(); virtual ~Second() = default; int s; };
struct Derived : virtual Base, Second { Derived* clone() const override; void second() override; Derived(int) {} ~Derived() override; template <class T> Derived(T, T); };
Base::~Base() {} Base* Base::clone() const { return nullptr; } void Second::second() {} Derived* Derived::clone() const { return nullptr; } void Derived::second() {} Derived::~Derived() {}
template <class T> Derived::Derived(T, T) {} template Derived::Derived(double, double);
struct Inheriting : Base { using Base::Base; Inheriting(int, int) {} }; struct Deeper : Inheriting { using Inheriting::Inheriting; };
thread_local std::string per_thread = "x"; extern thread_local int elsewhere;
USED std::string& guarded() { static std::string once = "y"; return once; }
const std::string& extended = std::string("temporary");
auto [bound_a, bound_b] = std::pair{1, 2.5}; static auto& [ref_a] = *new std::array<int, 1>{};
template <class T> T variable_template = T(3); template <class T> T variable_template<T*> = nullptr;

// Unnamed and local
struct { int f() { return 1; } } unnamed_object; static union { int anon_a; float anon_b; };
template <class T> USED int uses(T t) { return sizeof t; }
USED int locals() {
    struct First { struct Nested { USED static int f(int a) { return a; } }; }; struct { int x; USED int g() { return x; } } unnamed{1};
    enum { Value = 3 } e = Value; class Second2 { public: USED Second2() {} int operator+(int) { return 1; } };
    { struct First { USED int h() { return 2; } }; return First{}.h() + uses(First{}) + ::uses(e); }
    return First::Nested::f(1) + unnamed.g() + uses(unnamed) + uses(e) + (Second2{} + 1);
}
struct Nest { template <class T> struct Inner { template <class U> struct Most { USED static int f(T, U*) { struct Here { USED int g(U) { return 1; } }; return Here{}.g(U{}); } }; }; };

// Coroutines
struct Task { struct promise_type { Task get_return_object() { return {}; } std::suspend_never initial_suspend() { return {}; } std::suspend_never final_suspend() noexcept { return {}; } void return_void() {} void unhandled_exception() {} }; };
USED Task coroutine(int n) { for (int i = 0; i < n; i++) co_await std::suspend_always{}; co_return; }

// Clones: cold parts, constant propagation, unused parameters
[[gnu::cold, gnu::noinline]] void fail(const char*) { throw 1; }
USED int with_cold(std::vector<int>& v) { if (v.empty()) { fail("x"); throw std::string("never"); } int t = 0; for (int i : v) t += i; return t; }
static __attribute__((noinline)) int isra(Pod* p, int unused, int n) { int t = 0; for (int i = 0; i < n; i++) t += p->i * i; return t; }
__attribute__((noinline)) static int constprop(int a, int b, std::vector<int>* v) { int t = a; for (int x : *v) t = t * b + x; return t; }
USED int clones(Pod* p, std::vector<int>* v) { return isra(p, 1, 10) + isra(p, 2, 10) + constprop(1, 7, v) + constprop(2, 7, v); }
__attribute__((target_clones("default", "avx2"))) int targets(int* p, int n) { int t = 0; for (int i = 0; i < n; i++) t += p[i]; return t; }

template struct Box<int>; template struct Box<std::string>; template struct TakesTemplate<Box>; template struct Sig<int(char, long) const& noexcept>; template struct Nest::Inner<int>::Most<char>;
template int value<42>(); template int value<nullptr>(); template int value<'c'>(); template int value<&object>(); template int value<Color::Green>(); template int value<Literal(3)>(); template int value<Pod{1, {'a'}, 2.5f}>(); template int value<Either(4)>();
template int value<&Members::a>(); template int value<&Members::g>(); template int value<B>(); 
#ifndef __clang__
template int value<1.5>();
#endif
template int value<true>(); template int value<-7LL>(); 
template int many<-1, true, 'x', 5UL, -9LL, Color::Red, A>(); template int pointers<&object, object, &callee, nullptr, &outer::Tagged::f>();
template int of_class<Literal(9)>(); template int of_pod<Pod{1, {'a', 'b'}, -0.5f}>(); 
#ifndef __clang__
template int of_float<1.25, -3.0f>();
#endif
template int of_null<nullptr>(); template int sequence<int, 1, -2, 3>(std::integer_sequence<int, 1, -2, 3>);
template int constrained<int>(int); template int required<int>(int); 
template int variable_template<int>; 
USED void instantiate() {
    add(1, 2.0); add(std::string("a"), "b"); call(Maker{}); sized(3); member(new Maker); index_(Maker{}); create<Maker*>; convert(2); neg(-3); noex([]() noexcept {}); folded(1, 2L, 3.0); unary_fold(true, 1);
    tupled(1, std::string(), 2.5f); packs(std::tuple<int, char>{}, std::pair<int, int>{}, std::pair<char, int>{}); int a[5]; array_ref(a); unresolved<Maker>(nullptr, 3);
    abbreviated(1, 2); dependent_noexcept<int>(nullptr); static_cast<std::vector<int>>(Ops{}); uses(unnamed_object); uses(bound_a); Derived d(3); Deeper deeper(1, 2); per_thread += "z"; elsewhere = 1;
    std::map<std::string, std::variant<int, std::unique_ptr<Maker>>> m; m["x"] = 3; std::visit([](auto& v) { return sizeof v; }, m["x"]); (void)extended; (void)ref_a; ref_a = 2;
    std::function<void(std::complex<double>)> f = [](std::complex<double> c) {}; f({1, 2}); f = std::bind([](int, std::complex<double>) {}, 1, std::placeholders::_1); hidden({1}); internal(2); locals(); lambdas();
}
int main() { instantiate(); }
