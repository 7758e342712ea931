package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
)

// orders is what the property tests say of themselves: "14213 orders played".
var orders = regexp.MustCompile(`(\d+) orders`)

// permutations runs the property tests of package integration, which tell calls in many orders of their events and want the
// same call and the same records of each, and counts the orders.
func (b *bench) permutations(ctx context.Context) (map[string]float64, error) {
	test := exec.CommandContext(ctx, "go", "test", "-tags=nomsgpack", "-count=1", "-v", "-run=InEveryOrder", "omniconnector/integration")
	out, err := test.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("property tests: %w\n%s", err, out)
	}
	sum := 0.0
	for _, said := range orders.FindAllSubmatch(out, -1) {
		n, err := strconv.Atoi(string(said[1]))
		if err != nil {
			return nil, err
		}
		sum += float64(n)
	}
	if sum == 0 {
		return nil, errors.New("the property tests tell of no orders")
	}
	return map[string]float64{"permutations_tried": sum}, nil
}
