package emulator

import "sync"

// listeners are the open pages that want to know that something changed.
type listeners struct {
	mu   sync.Mutex
	list map[chan struct{}]bool
}

func (l *listeners) add() chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.list == nil {
		l.list = map[chan struct{}]bool{}
	}
	c := make(chan struct{}, 1)
	l.list[c] = true
	return c
}

func (l *listeners) drop(c chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.list, c)
}

// notify never waits: a page that has not looked yet will see this change with the last one.
func (l *listeners) notify() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.list {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
