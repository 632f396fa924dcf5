// The languages table's Go program: goroutines, interfaces, maps, sorting, garbage. Runs until it is killed.
package main

import (
	"fmt"
	"os"
	"sort"
	"strings"
)

type shape interface{ area(depth int) float64 }
type square struct{ a float64 }
type tree struct{ parts []shape }

//go:noinline
func (s square) area(depth int) float64 {
	t := s.a
	for i := 0; i < 40; i++ {
		t += t / float64(i+1)
	}
	return t
}

//go:noinline
func (t *tree) area(depth int) float64 {
	sum := 0.0
	for _, p := range t.parts {
		sum += p.area(depth + 1)
	}
	return sum
}

func grow(levels int) shape {
	if levels == 0 {
		return square{1.5}
	}
	t := &tree{}
	for i := 0; i < 3; i++ {
		t.parts = append(t.parts, grow(levels-1))
	}
	return t
}

func words(n int) int {
	seen := map[string]int{}
	for i := 0; i < n; i++ {
		seen[strings.Repeat("x", i%37)] += i
	}
	keys := make([]string, 0, len(seen))
	for k := range seen {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	return len(keys)
}

func worker(done chan<- float64) {
	total := 0.0
	for total >= 0 {
		total += grow(5).area(0) + float64(words(300))
	}
	done <- total
}

func main() {
	done := make(chan float64)
	go worker(done)
	go worker(done)
	fmt.Fprintln(os.Stderr, <-done)
}
