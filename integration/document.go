package integration

import "time"

// Document is a portal's settings at one version, as JSON without secrets. Versions
// grow by one with every save and are never changed.
type Document struct {
	Version int64
	Body    []byte
	Author  string
	Created time.Time
}
