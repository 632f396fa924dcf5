// The same order in Go: string, slice.
package main

type Item struct {
	name  string
	count int
}

type Order struct {
	customer string
	items    []Item
}

//go:noinline
func (o *Order) add(name string, count int) int {
	o.items = append(o.items, Item{name, count})
	return len(o.items)
}

func main() {
	order := &Order{customer: "Cyd"}
	for _, name := range []string{"tea", "a rather long name of an article", "milk"} {
		order.add(name, 4)
	}
}
