// What perf probe cannot fetch of a Go program. For each hit of a probe of values.txt this prints the line that the recording has to show.
package main

import (
	"fmt"
	"os"
)

type Point struct{ X, Y int32 }

type Node struct {
	ID    int
	Label string
	At    Point
	Next  *Node
	Tags  []string
}

//go:noinline
func (n *Node) Walk(name string, items []int, depth uint8) int {
	if n.Next != nil {
		return len(name) + len(items)
	}
	return n.ID + int(depth)
}

//go:noinline
func measure(p Point, scale int64) int64 {
	return int64(p.X+p.Y) * scale
}

//go:noinline
func accept(v interface{}) bool {
	_, ok := v.(int)
	return ok
}

func main() {
	names := []string{"alpha", "", "a longer name that no register holds", "€uro"}
	sum := 0
	for i := 0; i < 4; i++ {
		n := &Node{ID: 7 * i, Label: "label of " + names[i], At: Point{int32(-i), int32(i * i)}, Tags: names[:i]}
		if i%2 == 1 {
			n.Next = &Node{ID: 99, Label: "next"}
		} else {
			n.Next = nil
		}
		items := make([]int, i+1, 10)
		items[0] = 1000 + i
		fmt.Printf("string: name=\"%s\" depth=%d first=%d\n", names[i], i+200, items[0])
		fmt.Printf("receiver: id=%d label=\"%s\" y=%d tags=%d\n", n.ID, n.Label, n.At.Y, len(n.Tags))
		walked := n.Walk(names[i], items, uint8(i+200))
		fmt.Printf("result: value=%d\n", walked)
		sum += walked
		fmt.Printf("struct: x=%d scale=%d\n", -i*5, int64(i)<<40)
		sum += int(measure(Point{int32(-i * 5), 3}, int64(i)<<40))
		if accept(i) {
			sum++
		}
	}
	fmt.Fprintln(os.Stderr, sum)
}
