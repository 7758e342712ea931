package outbound

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// ErrRefused means that an address is not one we may send requests to.
var ErrRefused = errors.New("address is not allowed")

// Policy says where requests may go. The zero Policy allows public https addresses only.
type Policy struct {
	// AllowPrivate permits plain http and private or loopback addresses: for installations inside a company's network,
	// the demo and the tests.
	AllowPrivate bool
}

// Allowed checks an address before a request is made of it. Names are checked again after resolution, by the transport.
func (p Policy) Allowed(u *url.URL) error {
	switch {
	case u.Host == "" || u.User != nil:
		return fmt.Errorf("%w: no plain host", ErrRefused)
	case p.AllowPrivate && (u.Scheme == "http" || u.Scheme == "https"):
		return nil
	case u.Scheme != "https":
		return fmt.Errorf("%w: https is required", ErrRefused)
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !public(ip) {
		return fmt.Errorf("%w: not a public address", ErrRefused)
	}
	return nil
}

// Transport makes a transport that enforces the policy on the address that is really dialled, so that neither a redirect
// nor a name that resolves to a private address gets around it (spec 50, Security).
func (p Policy) Transport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	if !p.AllowPrivate {
		dialer.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
			return refusePrivate(address)
		}
	}
	return &http.Transport{
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          1000,
		MaxIdleConnsPerHost:   4,
		MaxConnsPerHost:       16, // a hanging portal holds no more than these
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 70 * time.Second, // a portal cuts its own requests at 60 s
	}
}

func refusePrivate(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: unreadable", ErrRefused)
	}
	if !public(at.Addr()) {
		return fmt.Errorf("%w: it leads to a private network", ErrRefused)
	}
	return nil
}

// notPublic are ranges that netip has no word for: shared, benchmark, documentation, reserved, and IPv4 inside IPv6.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("100::/64"),
}

func public(ip netip.Addr) bool {
	ip = ip.Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}
