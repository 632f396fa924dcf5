// Calls functions whose arguments a probe is to read, and prints what it read itself: "CASE VALUE" a line, as the analyzer shows values.
// Built with -O2 -g; every probed function is kept out of line.
#include <array>
#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#define KEEP __attribute__((noinline, noclone))
static volatile long sink;

namespace shop {

enum class State : unsigned char { Idle, Busy, Broken };
enum Flags { None = 0, Gift = 1, Express = 2, Insured = 4 };

struct Identified {
    int id;
    virtual ~Identified() = default;
    explicit Identified(int i) : id(i) {}
};

struct Stamped {
    long created_ns = 0;
    std::string tag;
};

struct Item {
    int weight;
    std::string label;
};

struct Money {
    long cents;
    KEEP Money operator+(const Money &other) const { sink = sink + other.cents; return Money{cents + other.cents}; }
};

class Order : public Identified, public Stamped {
public:
    explicit Order(int id) : Identified(id) {}
    KEEP int submit(int count) { sink = sink + count; return count + id; }
    KEEP int submit(const char *text) { sink = sink + text[0]; return id; }
    KEEP int submit(const std::string &name) { sink = sink + (long)name.size(); return id; }
    KEEP const std::string &customer() const { sink = sink + id; return customer_; }
    KEEP Order *next() { sink = sink + id; return next_; }

    std::string customer_;
    State state_ = State::Idle;
    std::vector<int> items_;
    std::unique_ptr<Item> item_;
    std::shared_ptr<Item> shared_;
    Order *next_ = nullptr;
    std::array<int, 4> grid_{};
    std::atomic<int> hits_{0};
    std::optional<int> discount_;
    bool paid_ = false;
    union {
        int first_;
        float second_;
    };
};

class Rush : public Order {
public:
    explicit Rush(int id) : Order(id) {}
    KEEP void hurry() { sink = sink + hours_; }
    int hours_ = 3;
};

template <typename T> struct Box {
    T value_{};
    KEEP void put(const T &value) { value_ = value; sink = sink + 1; }
};

KEEP void total(Order const &order) { sink = sink + order.id; }
KEEP void greet(std::string_view text) { sink = sink + (long)text.size(); }
KEEP void consume(std::string text) { sink = sink + (long)text.size(); }
KEEP void sum(const std::vector<int> &numbers) { sink = sink + (long)numbers.size(); }
KEEP void words(const std::vector<std::string> &list) { sink = sink + (long)list.size(); }
KEEP void state(State s) { sink = sink + (long)s; }
KEEP void ship(Flags flags) { sink = sink + flags; }
KEEP void opaque(void *thing) { sink = sink + (long)thing; }
KEEP void connect(uint32_t address, uint16_t port) { sink = sink + address + port; }
KEEP int fail(int code) { sink = sink + code; return -code; }
KEEP void wait(long ns) { sink = sink + ns; }
KEEP void paid(bool yes) { sink = sink + yes; }
KEEP void hold(std::shared_ptr<Item> item) { sink = sink + item->weight; }
KEEP void look(const Item *const &item) { sink = sink + item->weight; }

} // namespace shop

static const char *flag_names(int f) { return f == 3 ? "Gift|Express" : f == 4 ? "Insured" : "None"; }

int main() {
    using namespace shop;
    static const char *names[] = {"Ada", "Grace Hopper", "Barbara Liskov of Los Angeles", "", "Zo\xc3\xab"};
    static const char *states[] = {"Idle", "Busy", "Broken"};
    for (int i = 0; i < 5; i++) {
        Order order(100 + i), second(200 + i);
        order.created_ns = 1000000000L * i + 7;
        order.tag = std::string("tag-") + names[i];
        order.customer_ = names[i];
        second.customer_ = std::string("next of ") + names[i];
        order.state_ = (State)(i % 3);
        for (int k = 0; k < 3 + i; k++)
            order.items_.push_back(10 * i + k);
        order.item_ = std::make_unique<Item>(Item{40 + i, "unique"});
        order.shared_ = std::make_shared<Item>(Item{50 + i, std::string("shared ") + names[i]});
        order.next_ = &second;
        order.grid_[3] = 60 + i;
        order.hits_ = 70 + i;
        if (i % 2)
            order.discount_ = 5 * i;
        order.paid_ = i % 2;
        order.first_ = 80 + i;

        order.submit(i);
        printf("c01 \"%s\"\nc02 \"%s\"\nc03 %d\nc04 %ld\nc05 \"%s\"\nc06 %s\nc07 %zu\nc08 %d\nc09 %d\nc10 \"%s\"\n", names[i], names[i], order.id, order.created_ns, order.tag.c_str(),
               states[i % 3], order.items_.size(), order.items_[2], order.item_->weight, order.shared_->label.c_str());
        printf("c11 \"%s\"\nc12 %d\nc13 %d\nc14 %s\nc15 %d\n", second.customer_.c_str(), order.grid_[3], order.hits_.load(), order.paid_ ? "true" : "false", order.first_);
        printf("c16 %s\n", order.discount_.has_value() ? "true" : "false");
        order.submit("by text");
        printf("c17 \"by text\"\n");
        order.submit(std::string(names[i]) + "!");
        printf("c18 \"%s!\"\n", names[i]);
        order.customer();
        printf("c19 \"%s\"\n", names[i]);
        order.next();
        printf("c20 \"%s\"\n", second.customer_.c_str());
        total(order);
        printf("c21 %d\nc22 \"%s\"\n", order.id, order.tag.c_str());
        greet(std::string_view(names[i]));
        printf("c23 \"%s\"\n", names[i]);
        consume(std::string("by value ") + names[i]);
        printf("c24 \"by value %s\"\n", names[i]);
        sum(order.items_);
        printf("c25 %zu\nc26 %d\n", order.items_.size(), order.items_[1]);
        words({names[i], "other"});
        printf("c27 \"%s\"\n", names[i]);
        state((State)(i % 3));
        printf("c28 %s\n", states[i % 3]);
        ship(i == 0 ? None : i < 3 ? (Flags)(Gift | Express) : Insured);
        printf("c29 %s\n", flag_names(i == 0 ? 0 : i < 3 ? 3 : 4));
        opaque(&order);
        printf("c30 \"%s\"\n", names[i]);
        connect(inet_addr("172.31.28.139") + ((uint32_t)i << 24), htons((uint16_t)(8080 + i)));
        printf("c31 172.31.28.%d\nc32 %d\n", 139 + i, 8080 + i);
        fail(i == 0 ? ENOENT : EACCES);
        printf("c33 %s\n", i == 0 ? "-ENOENT" : "-EACCES");
        paid(i % 2);
        printf("c34 %s\n", i % 2 ? "true" : "false");
        hold(order.shared_);
        printf("c35 %d\n", order.shared_->weight);
        const Item *item = order.item_.get();
        look(item);
        printf("c36 \"unique\"\n");
        Box<int> numbers;
        numbers.put(900 + i);
        printf("c37 %d\n", 900 + i);
        Box<std::string> texts;
        texts.put(std::string("boxed ") + names[i]);
        printf("c38 \"boxed %s\"\n", names[i]);
        Money a{100 * i}, b{7};
        sink = sink + (a + b).cents;
        printf("c39 %ld\n", 100L * i);
        Rush rush(300 + i);
        rush.customer_ = names[i];
        rush.hurry();
        printf("c40 %d\nc41 \"%s\"\n", 300 + i, names[i]);
    }

    return 0;
}
