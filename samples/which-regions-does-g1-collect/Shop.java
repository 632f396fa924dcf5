import java.util.ArrayDeque;

/** Orders come and go: each allocates a few objects, and the last 400 orders are kept. */
public class Shop {
    record Item(int number, long price) {}

    record Order(int number, String customer, Item[] items) {}

    public static void main(String[] arguments) {
        var open = new ArrayDeque<Order>();
        int orders = Integer.parseInt(arguments[0]);
        for (int i = 0; i < orders; i++) {
            var items = new Item[] {new Item(i, i * 3L), new Item(i + 1, i * 5L)};
            open.add(new Order(i, "customer " + i % 97, items));
            if (open.size() > 400)
                open.remove();
        }
        System.out.println(open.size() + " orders are open, the oldest has number " + open.peek().number());
    }
}
