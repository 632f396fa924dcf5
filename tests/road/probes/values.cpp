// What perf probe cannot fetch of a C++ program. For each hit of a probe of values.txt this prints the line that the recording has to show.
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace shop {

enum class Color : unsigned char { Red = 1, Green = 2, Blue = 7 };
enum Access { Read = 1, Write = 2, Execute = 4 };

struct Named {
    virtual ~Named() = default;
    std::string name;
    int id = 0;
};

struct Priced {
    long price = 0;
    double weight = 0;
};

struct Box {
    int width, height;
};

class Item : public Named, public Priced {
public:
    Color color = Color::Red;
    unsigned level : 5;
    unsigned flags : 3;
    bool fresh = false;
    short counts[4] = {};
    std::vector<int> sizes;
    std::unique_ptr<Priced> offer;
    std::shared_ptr<Named> owner;
    Item *next = nullptr;

    int weigh(int n);
    int weigh(const std::string &unit, std::string_view note);
};

__attribute__((noinline)) int Item::weigh(int n) {
    asm volatile("" ::: "memory");
    return n * id;
}

__attribute__((noinline)) int Item::weigh(const std::string &unit, std::string_view note) {
    asm volatile("" ::: "memory");
    return static_cast<int>(unit.size() + note.size());
}

__attribute__((noinline)) int inspect(const Item &item, Access access) {
    asm volatile("" ::: "memory");
    return item.id + access;
}

__attribute__((noinline)) int area(Box box) {
    asm volatile("" ::: "memory");
    return box.width * box.height;
}

template <typename T> struct Holder {
    T value;
    __attribute__((noinline)) T twice() {
        asm volatile("" ::: "memory");
        return value + value;
    }
};

} // namespace shop

using shop::Item;

static const char *colorName(shop::Color color) {
    return color == shop::Color::Red ? "Red" : color == shop::Color::Green ? "Green" : "Blue";
}

int main() {
    static const char *names[] = {"apple", "a pear that has a name of more than fifteen characters", "", "Zwetschge \xe2\x82\xac"};
    Item first;
    first.level = 0, first.flags = 0;
    first.name = "first of all";
    long sum = 0;
    for (int i = 0; i < 4; i++) {
        Item item;
        item.name = names[i];
        item.id = 10 - 7 * i;
        item.price = 1000000000000L * (i + 1);
        item.color = i == 0 ? shop::Color::Red : i == 1 ? shop::Color::Green : shop::Color::Blue;
        item.level = 17 + i, item.flags = i + 1;
        item.fresh = i % 2 == 1;
        for (int k = 0; k < 4; k++)
            item.counts[k] = static_cast<short>(i * 10 - k);
        item.sizes.assign(i + 2, 100 * i + 1);
        item.sizes[1] = -i;
        item.offer = std::make_unique<shop::Priced>();
        item.offer->price = -5 - i;
        item.owner = std::make_shared<shop::Named>();
        item.owner->name = "owner of " + item.name.substr(0, 9);
        item.next = &first;

        printf("members: n=%d id=%d price=%ld fresh=%s level=%u flags=%u\n", i, item.id, item.price, item.fresh ? "true" : "false", item.level, item.flags);
        printf("texts: name=\"%s\" next=\"%s\" owner=\"%s\"\n", item.name.c_str(), item.next->name.c_str(), item.owner->name.c_str());
        printf("inside: color=%s count=%d size=%zu second=%d offer=%ld\n", colorName(item.color), item.counts[2], item.sizes.size(), item.sizes[1], item.offer->price);
        sum += item.weigh(i);
        std::string unit(names[(i + 1) % 4]);
        std::string_view note(names[i]);
        note = note.substr(0, 5);
        printf("overload: unit=\"%s\" note=\"%.*s\"\n", unit.c_str(), static_cast<int>(note.size()), note.data());
        int weighed = item.weigh(unit, note);
        printf("result: value=%d\n", weighed);
        printf("reference: name=\"%s\" id=%d access=%s\n", item.name.c_str(), item.id, i == 0 ? "Read" : i == 1 ? "Write" : "Execute");
        sum += inspect(item, i == 0 ? shop::Read : i == 1 ? shop::Write : shop::Execute) + weighed;
        printf("byvalue: width=%d height=%d\n", i - 2, i * 1000);
        sum += shop::area({i - 2, i * 1000});
        shop::Holder<int> holder{i * 21};
        printf("template: value=%d\n", holder.value);
        sum += holder.twice();
    }

    fprintf(stderr, "%ld\n", sum);
    return 0;
}
