package webhooks

import (
	"context"
	"sync"

	"omniconnector/integration"
)

// journal carries deliveries to the inbox behind the back of those who were answered already.
type journal struct {
	inbox   Acceptor
	queue   chan integration.Delivery
	writers int
	lost    func(context.Context, *integration.Delivery, error)

	mu     sync.Mutex
	closed bool
}

// offer never waits; false means that the delivery was not taken.
func (j *journal) offer(d integration.Delivery) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return false
	}
	select {
	case j.queue <- d:
		return true
	default:
		return false
	}
}

// run works until ctx ends, and then until the queue is empty.
func (j *journal) run(ctx context.Context) {
	var writing sync.WaitGroup
	work := context.WithoutCancel(ctx)
	for range j.writers {
		writing.Go(func() {
			for d := range j.queue {
				if err := j.inbox.Accept(work, d); err != nil {
					j.lost(work, &d, err)
				}
			}
		})
	}
	<-ctx.Done()
	j.mu.Lock()
	j.closed = true
	close(j.queue) // nobody sends: offer looks at closed under the same lock
	j.mu.Unlock()
	writing.Wait()
}
