// What perf probe cannot fetch of a Rust program. For each hit of a probe of values.txt this prints the line that the recording has to show.
use std::hint::black_box;

pub struct Node {
    pub id: u32,
    pub label: String,
    pub next: Option<Box<Node>>,
}

#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub enum Kind {
    Empty = 3,
    Whole = 5,
    Broken = 9,
}

#[inline(never)]
fn greet(name: &str, count: u64, items: &[u32]) -> u64 {
    // What is not used is not passed: then debug information says that it is nowhere, and the definition is refused.
    black_box(name);
    black_box(items);
    black_box(name.len() as u64 + count + items.len() as u64)
}

#[inline(never)]
fn visit(node: &Node, kind: Kind) -> u32 {
    black_box(node);
    black_box(node.id + kind as u32)
}

#[inline(never)]
fn maybe(node: Option<&Node>) -> u32 {
    black_box(node);
    black_box(node.map_or(0, |n| n.id))
}

impl Node {
    #[inline(never)]
    fn rename(&mut self, to: &str) -> usize {
        self.label = black_box(to).to_string();
        self.label.len()
    }
}

fn main() {
    let names = ["alpha", "", "ein längerer Name, der nicht in ein Register paßt", "x"];
    let mut sum = 0u64;
    for i in 0..4usize {
        let items: Vec<u32> = (0..i as u32 + 1).map(|k| k * 100 + i as u32).collect();
        println!("str: name=\"{}\" count={} length={}", names[i], i * 3, items.len());
        sum += greet(names[i], i as u64 * 3, &items);
        let mut node = Node { id: 40 + i as u32, label: format!("label {}", names[i]), next: None };
        node.next = Some(Box::new(Node { id: 70 + i as u32, label: String::from("next"), next: None }));
        let kind = [Kind::Empty, Kind::Whole, Kind::Broken, Kind::Empty][i];
        println!("fields: id={} label=\"{}\" kind={:?}", node.id, node.label, kind);
        sum += visit(&node, kind) as u64;
        println!("method: before=\"{}\" to=\"{}\"", node.label, names[(i + 1) % 4]);
        sum += node.rename(names[(i + 1) % 4]) as u64;
        println!("option: id={}", node.id);
        sum += maybe(Some(&node)) as u64;
    }
    eprintln!("{}", sum);
}
