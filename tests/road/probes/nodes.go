// As shop.cpp, in Go.
package main

import (
	"errors"
	"fmt"
)

type Shape interface{ Area() int }
type Circle struct{ r int }
type Square struct{ side int }

func (c *Circle) Area() int { return c.r }
func (s Square) Area() int  { return s.side }

type Point struct{ X, Y int }

type Node struct {
	label string
	id    int64
	kids  []*Node
	tags  []string
	next  *Node
	at    Point
	open  bool
}

var sink int

//go:noinline
func Greet(name string) { sink += len(name) }

//go:noinline
func (n *Node) Walk(depth int) int { sink += depth; return depth + int(n.id) }

//go:noinline
func Sum(numbers []int) int {
	t := 0
	for _, n := range numbers {
		t += n
	}
	return t
}

//go:noinline
func Draw(s Shape) { sink += s.Area() }

//go:noinline
func Move(p Point, by int) Point { return Point{p.X + by, p.Y} }

//go:noinline
func Name(i int) string {
	if i%2 == 0 {
		return fmt.Sprintf("even %d", i)
	}
	return "odd"
}

//go:noinline
func Add(a, b int) int { return a + b }

//go:noinline
func Check(i int) error {
	if i%2 == 0 {
		return nil
	}
	return errors.New("odd")
}

func main() {
	texts := []string{"gopher", "", "a longer text that has forty-three letters", "Zoë", "end"}
	for i, t := range texts {
		kid := &Node{label: "kid of " + t, id: int64(70 + i)}
		n := &Node{label: t, id: int64(500 + i), kids: []*Node{kid, nil}, tags: []string{"tag " + t, "x"}, next: kid, at: Point{i, -i}, open: i%2 == 1}
		Greet(t)
		fmt.Printf("g01 %q\n", t)
		sink += n.Walk(i)
		fmt.Printf("g02 %q\ng03 %d\ng04 %q\ng05 %d\ng06 %q\ng07 %d\ng08 %v\n", n.label, n.id, n.next.label, len(n.kids), n.tags[0], n.at.Y, n.open)
		fmt.Printf("g09 %d\n", n.kids[0].id)
		numbers := make([]int, i+2)
		numbers[1] = 33 + i
		sink += Sum(numbers)
		fmt.Printf("g10 %d\ng11 %d\ng12 %d\n", len(numbers), numbers[1], 33+i)
		var s Shape = &Circle{i}
		kind := "*main.Circle"
		if i%2 == 1 {
			s, kind = Square{i}, "main.Square"
		}
		Draw(s)
		fmt.Printf("g13 %s\n", kind)
		p := Move(Point{i, 20 + i}, 5)
		fmt.Printf("g14 %d\ng15 %d\n", 20+i, p.X)
		fmt.Printf("g16 %q\n", Name(i))
		fmt.Printf("g17 %d\n", Add(i, 40))
		sink += Add(1, 1) - 2
		fmt.Printf("g17 2\n")
		if Check(i) != nil {
			sink++
		}
	}
}
