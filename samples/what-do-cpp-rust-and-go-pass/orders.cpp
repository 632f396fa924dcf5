// An order in C++: what a probe can read of `this`, of a std::string and of a vector.
#include <string>
#include <vector>

namespace shop {
struct Item {
    std::string name;
    int count;
};

class Order {
public:
    explicit Order(std::string customer) : customer_(std::move(customer)) {}
    void add(const std::string &name, int count);

private:
    std::string customer_;
    std::vector<Item> items_;
};

__attribute__((noinline)) void Order::add(const std::string &name, int count) { items_.push_back({name, count}); }
} // namespace shop

int main()
{
    shop::Order order("Ann with a long name");
    for (const char *name : {"tea", "a rather long name of an article", "milk"})
        order.add(name, 2);
    return 0;
}
