package ui

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$`)

// Policy lets the application load what this installation serves, and nothing else (S-4); who may frame it is said beside it. Styles
// are set on elements by the kit's overlays, which the policy has to allow.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; " +
	"connect-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'"

// PolicyFor is the Content-Security-Policy of a page that these origins may frame beside our own. The error names an origin that is
// none.
func PolicyFor(ancestors []string) (string, error) {
	frames := []string{"'self'"}
	for _, a := range ancestors {
		origin, err := originOf(a)
		if err != nil {
			return "", err
		}
		frames = append(frames, origin)
	}
	return Policy + "; frame-ancestors " + strings.Join(frames, " "), nil
}

// originOf reads an origin as people write it. Whole addresses and wildcards are no origins; without https only this machine's
// own are taken.
func originOf(text string) (string, error) {
	u, err := url.Parse(strings.ToLower(strings.TrimSpace(text)))
	if err != nil {
		return "", fmt.Errorf("frame ancestors: %q is no address", text)
	}
	plain := u.User == nil && (u.Path == "" || u.Path == "/") && u.RawQuery == "" && !u.ForceQuery && u.Fragment == "" && u.Opaque == ""
	address, _ := netip.ParseAddr(u.Hostname())
	safe := u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || address.IsLoopback())
	if !plain || !safe || !hostName.MatchString(u.Host) {
		return "", fmt.Errorf("frame ancestors: %q is no origin such as https://cabinet.example", text)
	}
	return u.Scheme + "://" + u.Host, nil
}
