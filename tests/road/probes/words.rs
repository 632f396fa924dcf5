// As shop.cpp, in Rust. Unsigned numbers of a program are shown in hexadecimal, as perf does; an Option of a Box is shown as its pointer. Built with -O -g. Arguments that a probe reads pass through black_box: else the compiler hands over their parts, and says nothing of the whole.
use std::hint::black_box;
use std::rc::Rc;

#[allow(dead_code)]
pub enum Shape { Circle(u32), Square { side: u32 }, Empty }

#[derive(Clone, Copy)]
pub enum Level { Low, Middle, High }

pub struct Inner { pub label: String, pub depth: i32 }

pub struct Node { pub value: i64, pub inner: Inner, pub names: Vec<String>, pub next: Option<Box<Node>>, pub pair: (u16, u32) }

#[inline(never)] pub fn greet(name: &str) { black_box(name); black_box(name.len()); }
#[inline(never)] pub fn own(text: String) { black_box(text.len()); }
#[inline(never)] pub fn borrow(text: &String) { black_box(text); black_box(text.len()); }
#[inline(never)] pub fn count(list: &Vec<i32>) { black_box(list); black_box(list.len()); }
#[inline(never)] pub fn slice(bytes: &[u16]) { black_box(bytes); black_box(bytes.len()); }
#[inline(never)] pub fn maybe(node: Option<&Node>) { black_box(node); black_box(node.is_some()); }
#[inline(never)] pub fn draw(shape: &Shape) { black_box(shape); black_box(match shape { Shape::Circle(r) => *r, Shape::Square { side } => *side, Shape::Empty => 0 }); }
#[inline(never)] pub fn level(level: Level) { black_box(level as u8); }
#[inline(never)] pub fn boxed(node: &Box<Node>) { black_box(node); black_box(node.value); }
#[inline(never)] pub fn shared(node: &Rc<Node>) { black_box(node); black_box(node.value + 1); }

impl Node {
    #[inline(never)] pub fn visit(&self, depth: u32) -> i64 { black_box(self); black_box(self.value + depth as i64) }
}

fn node(i: i64) -> Node {
    Node {
        value: 1000 + i,
        inner: Inner { label: format!("inner {}", i), depth: -(i as i32) },
        names: vec![format!("first {}", i), "second".to_string()],
        next: if i % 2 == 1 { Some(Box::new(Node { value: 2000 + i, inner: Inner { label: String::new(), depth: 0 }, names: vec![], next: None, pair: (0, 0) })) } else { None },
        pair: (7 + i as u16, 9 + i as u32),
    }
}

fn main() {
    let texts = ["Ferris", "", "a longer text that has forty-three letters", "Zoë", "end"];
    for i in 0..5usize {
        let n = node(i as i64);
        greet(black_box(texts[i]));
        println!("r01 \"{}\"", texts[i]);
        own(black_box(format!("owned {}", texts[i])));
        println!("r02 \"owned {}\"", texts[i]);
        let borrowed = black_box(format!("borrowed {}", i));
        borrow(&borrowed);
        println!("r03 \"borrowed {}\"", i);
        let list: Vec<i32> = black_box((0..i as i32 + 2).map(|k| k * 11).collect());
        count(&list);
        println!("r04 {}\nr05 {}", list.len(), list[1]);
        let bytes: Vec<u16> = black_box(vec![500 + i as u16, 1, 2]);
        slice(&bytes);
        println!("r06 {}\nr07 {:#x}", bytes.len(), bytes[0]);
        maybe(black_box(Some(&n)));
        println!("r08 {}", n.value);
        let shape = black_box(match i % 3 { 0 => Shape::Circle(3), 1 => Shape::Square { side: 4 }, _ => Shape::Empty });
        draw(&shape);
        println!("r09 {}", ["Circle", "Square", "Empty"][i % 3]);
        level(black_box([Level::Low, Level::Middle, Level::High][i % 3]));
        println!("r10 {}", ["Low", "Middle", "High"][i % 3]);
        black_box(n.visit(black_box(i as u32)));
        println!("r11 \"{}\"\nr12 {}\nr13 \"{}\"\nr14 {:#x}", n.inner.label, n.inner.depth, n.names[0], n.pair.1);
        println!("r15 {:#x}", n.next.as_ref().map_or(0, |b| &**b as *const Node as usize));
        let b = black_box(Box::new(node(i as i64)));
        boxed(&b);
        println!("r16 \"{}\"", b.inner.label);
        let rc = black_box(Rc::new(node(i as i64)));
        shared(&rc);
        println!("r17 {}", rc.value);
    }
}
