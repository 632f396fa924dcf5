// Recursive calls and methods, in three threads.
use std::hint::black_box;

pub struct Sum(pub u64);

impl Sum {
    #[inline(never)]
    pub fn add(&mut self, n: u64) -> u64 {
        self.0 += black_box(n);
        self.0
    }
}

#[inline(never)]
pub fn climb(n: u64, sum: &mut Sum) -> u64 {
    if n < 2 {
        return sum.add(n);
    }
    let below = climb(n - 1, sum);
    black_box(climb(n - 2, sum) + below)
}

fn main() {
    let threads: Vec<_> = (0..3)
        .map(|t| std::thread::spawn(move || {
            let mut sum = Sum(0);
            for n in 0..9 {
                black_box(climb(n + t, &mut sum));
            }
        }))
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}
