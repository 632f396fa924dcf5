// The languages table's Rust program: recursion, trait objects, generics, closures, hashing, threads. Runs until it is killed.
use std::collections::HashMap;
use std::thread;

trait Shape {
    fn area(&self, depth: u32) -> f64;
}
struct Square(f64);
struct Tree(Vec<Box<dyn Shape + Send>>);

impl Shape for Square {
    #[inline(never)]
    fn area(&self, _: u32) -> f64 {
        (0..40).fold(self.0, |a, i| a + (i as f64).sqrt())
    }
}
impl Shape for Tree {
    #[inline(never)]
    fn area(&self, depth: u32) -> f64 {
        self.0.iter().map(|s| s.area(depth + 1)).sum()
    }
}

#[inline(never)]
fn grow(levels: u32) -> Box<dyn Shape + Send> {
    if levels == 0 {
        return Box::new(Square(1.5));
    }
    Box::new(Tree((0..3).map(|_| grow(levels - 1)).collect()))
}

#[inline(never)]
fn count<K: std::hash::Hash + Eq + Clone>(keys: &[K]) -> usize {
    let mut seen: HashMap<K, u32> = HashMap::new();
    for k in keys {
        *seen.entry(k.clone()).or_insert(0) += 1;
    }
    seen.len()
}

fn main() {
    let threads: Vec<_> = (0..2)
        .map(|n| {
            thread::spawn(move || {
                let words: Vec<String> = (0..500).map(|i| format!("word{}", i % 97)).collect();
                let mut total = 0.0;
                loop {
                    total += grow(5).area(n);
                    total += count(&words) as f64;
                    let mut v: Vec<u32> = (0..2000u32).map(|i| i.wrapping_mul(2654435761)).collect();
                    v.sort_by(|a, b| b.cmp(a));
                    total += v[7] as f64;
                    if total < 0.0 {
                        println!("{total}");
                    }
                }
            })
        })
        .collect();
    for t in threads {
        t.join().unwrap();
    }
}
