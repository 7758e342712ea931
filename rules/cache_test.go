package rules_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"omniconnector/rules"
)

func TestASettingsVersionIsCompiledOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cache := rules.NewCache[int](4)
		var built atomic.Int32
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				got, err := cache.Get("p1", 7, func() (int, error) {
					built.Add(1)
					time.Sleep(time.Second) // all the others arrive meanwhile
					return 42, nil
				})
				if got != 42 || err != nil {
					t.Errorf("got %d, %v", got, err)
				}
			})
		}
		wg.Wait()
		if built.Load() != 1 {
			t.Errorf("built %d times", built.Load())
		}
	})
}

func TestAnErrorIsNotKept(t *testing.T) {
	t.Parallel()
	cache, broken := rules.NewCache[int](4), errors.New("broken")
	if _, err := cache.Get("p1", 1, func() (int, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if got, err := cache.Get("p1", 1, func() (int, error) { return 1, nil }); got != 1 || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
}

func TestAPanicInTheCompilerDoesNotBlockTheNext(t *testing.T) {
	t.Parallel()
	cache := rules.NewCache[int](4)
	func() {
		defer func() { _ = recover() }()
		_, _ = cache.Get("p1", 1, func() (int, error) { panic("boom") })
	}()
	if got, err := cache.Get("p1", 1, func() (int, error) { return 1, nil }); got != 1 || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
}

func TestTheLeastRecentlyUsedVersionGoesFirst(t *testing.T) {
	t.Parallel()
	cache := rules.NewCache[string](2)
	built := ""
	get := func(portal string, version int64) {
		_, _ = cache.Get(portal, version, func() (string, error) { built += portal; return portal, nil })
	}
	get("a", 1)
	get("b", 1)
	get("a", 1) // now b is the older
	get("c", 1)
	get("a", 1)
	get("b", 1)
	get("b", 2) // another version of the same portal is another entry
	if want := "abcbb"; built != want || cache.Len() != 2 {
		t.Errorf("built %s with %d kept, want %s with 2", built, cache.Len(), want)
	}
}
