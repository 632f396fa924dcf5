// Goroutines that wait within a call: they go on in whatever thread comes first, and others take their place meanwhile. Prints of each call what the program knows: ARGUMENT START END, in nanoseconds since its first.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

//go:noinline
func waits(n int, turn chan int) int {
	if n%3 == 0 {
		time.Sleep(time.Duration(n%7) * 100 * time.Microsecond)
	}
	v := <-turn
	runtime.Gosched()
	return v + n
}

func main() {
	runtime.GOMAXPROCS(4)
	began := time.Now()
	var lock sync.Mutex
	var group sync.WaitGroup
	for w := 0; w < 40; w++ {
		group.Add(1)
		go func(w int) {
			defer group.Done()
			for i := 0; i < 10; i++ {
				n := w*100 + i
				turn := make(chan int)
				go func() { time.Sleep(time.Duration(n%5) * 50 * time.Microsecond); turn <- 1 }()
				start := time.Since(began).Nanoseconds()
				waits(n, turn)
				end := time.Since(began).Nanoseconds()
				lock.Lock()
				fmt.Println(n, start, end)
				lock.Unlock()
			}
		}(w)
	}
	group.Wait()
}
