package app

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"omniconnector/integration/lane"
	"omniconnector/webhooks"
)

// metrics count by kind and outcome, never by tenant.
type metrics struct {
	registry   *prometheus.Registry
	deliveries *prometheus.CounterVec
	refusals   *prometheus.CounterVec
	committed  prometheus.Histogram
	spooled    *prometheus.GaugeVec
	requests   *prometheus.CounterVec
	commands   prometheus.Histogram
	took       prometheus.Histogram
	card       prometheus.Histogram
}

func newMetrics() *metrics {
	const ns = "omniconnector"
	m := &metrics{
		registry: prometheus.NewRegistry(),
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: ns, Name: "deliveries_total", Help: "Requests to webhooks, by source and outcome.",
		}, []string{"source", "outcome"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: ns, Name: "delivery_refusals_total", Help: "Unauthentic requests, by source and reason.",
		}, []string{"source", "reason"}),
		committed: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: ns, Name: "commit_deliveries", Help: "Deliveries that shared one commit.", Buckets: prometheus.ExponentialBuckets(1, 2, 9),
		}),
		spooled: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: ns, Name: "spool", Help: "What waits in the local spool, by unit.",
		}, []string{"unit"}),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: ns, Name: "portal_requests_total", Help: "Requests to portals, by how they failed; empty when they went through.",
		}, []string{"failed"}),
		commands: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: ns, Name: "portal_request_commands", Help: "Commands in one request to a portal.", Buckets: []float64{1, 2, 5, 10, 20, 30, 40, 50},
		}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: ns, Name: "portal_request_seconds", Help: "How long requests to portals took.", Buckets: prometheus.ExponentialBuckets(0.01, 2, 13),
		}),
		card: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: ns, Name: "card_first_byte_seconds", Help: "From an event's acceptance to the request for its call card.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 15),
		}),
	}
	m.registry.MustRegister(m.deliveries, m.refusals, m.committed, m.spooled, m.requests, m.commands, m.took, m.card,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Delivery counts a request to a webhook.
func (m *metrics) Delivery(source string, o webhooks.Outcome) {
	m.deliveries.WithLabelValues(source, string(o)).Inc()
}

// Refusal counts an unauthentic request.
func (m *metrics) Refusal(source string, why webhooks.Reason) {
	m.refusals.WithLabelValues(source, string(why)).Inc()
}

// Committed notes how many deliveries shared one commit.
func (m *metrics) Committed(deliveries int) { m.committed.Observe(float64(deliveries)) }

// Spooled notes what waits in the spool.
func (m *metrics) Spooled(deliveries int, bytes int64) {
	m.spooled.WithLabelValues("deliveries").Set(float64(deliveries))
	m.spooled.WithLabelValues("bytes").Set(float64(bytes))
}

// observe counts a request to a portal.
func (m *metrics) observe(r lane.Request) {
	m.requests.WithLabelValues(string(r.Failed)).Inc()
	m.commands.Observe(float64(r.Calls))
	m.took.Observe(r.Took.Seconds())
	if r.CardWait > 0 {
		m.card.Observe(r.CardWait.Seconds())
	}
}
