// The same order in Rust: &str, String, Vec.
pub struct Order {
    customer: String,
    items: Vec<(String, u32)>,
}

impl Order {
    #[inline(never)]
    pub fn add(&mut self, name: &str, count: u32) {
        self.items.push((name.to_string(), count));
    }
}

fn main() {
    let mut order = Order { customer: "Bob".to_string(), items: Vec::new() };
    for name in ["tea", "a rather long name of an article", "milk"] {
        order.add(name, 3);
    }
    std::process::exit(if order.items.len() == 3 && order.customer.len() == 3 { 0 } else { 1 });
}
