// Goroutines whose stacks grow and move all the time: a return probe that replaces return addresses (uretprobe) crashes this within moments.
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
	"time"
)

//go:noinline
func deepen(n int) int {
	var pad [64]byte
	pad[n&63] = byte(n)
	if n == 0 {
		return int(pad[0])
	}
	return deepen(n-1) + int(pad[n&63])
}

//go:noinline
func answer(n int) (int, error) {
	switch {
	case n%5 == 0:
		return n * 7, nil
	case n%3 == 0:
		return deepen(n%200) & 1, nil
	}
	return n*7 + deepen(n%50)*0, nil
}

func main() {
	seconds, _ := strconv.Atoi(os.Args[1])
	var calls, wrong int64
	stop := time.Now().Add(time.Duration(seconds) * time.Second)
	done := make(chan bool)
	const workers = 4
	for w := 0; w < workers; w++ {
		go func(w int) {
			for i := w; time.Now().Before(stop); i += workers {
				got := make(chan int)
				// A new goroutine begins with a small stack: it is moved while answer is on it.
				go func() { v, _ := answer(i); got <- v }()
				v := <-got
				if i%5 != 0 && i%3 != 0 && v != i*7 {
					atomic.AddInt64(&wrong, 1)
				}
				atomic.AddInt64(&calls, 1)
				time.Sleep(200 * time.Microsecond)
			}
			done <- true
		}(w)
	}
	for w := 0; w < workers; w++ {
		<-done
	}
	fmt.Println(calls, wrong)
}
