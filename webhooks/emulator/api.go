package emulator

import (
	"net/http"

	"omniconnector/webhooks/emulator/rpc"
)

// Where Handler serves the interfaces, below its own address.
const (
	CallAPIPath = "/callapi/v4.0"
	DataAPIPath = "/dataapi/v2.0"
)

// interfaces adds the platform's two interfaces to what Handler serves.
func (p *Platform) interfaces(mux *http.ServeMux) {
	mux.Handle(CallAPIPath, rpc.NewServer(rpc.CallAPI, p.gate, p.ctx.Done(), p.callMethods()))
	mux.Handle(DataAPIPath, rpc.NewServer(rpc.DataAPI, p.gate, p.ctx.Done(), p.dataMethods()))
	p.chatInterfaces(mux)
}

// CallAPIURL is the Call API's address when Handler is served at base, "http://127.0.0.1:8082".
func CallAPIURL(base string) string { return base + CallAPIPath }

// DataAPIURL is the Data API's address when Handler is served at base.
func DataAPIURL(base string) string { return base + DataAPIPath }

// Access is what an account's administrator sets for the interfaces: keys, whitelist, limits. It
// panics when there is no such account.
func (p *Platform) Access(app int64) (a *rpc.Access) {
	p.with(app, func(c *configured) { a = c.access })
	return a
}

// Fail makes requests to the interfaces fail; see rpc.Fault. Faults are used up in the order in which they were
// added. The error tells of a fault that does nothing.
func (p *Platform) Fail(f rpc.Fault) error { return p.gate.Fail(f) }

// Mend takes back the faults that were not met yet.
func (p *Platform) Mend() { p.gate.Mend() }

// Requests lists the latest requests to the interfaces, refused ones too, oldest first; of some
// methods only when any are named.
func (p *Platform) Requests(methods ...string) []rpc.Entry { return p.gate.Journal(methods...) }
