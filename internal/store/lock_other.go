//go:build !unix

package store

import "os"

// lockFile does not lock where the system has no advisory locks that die with the process.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
}

var _ = taken
