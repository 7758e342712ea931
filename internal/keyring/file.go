package keyring

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Load reads the ring of a key file. A file that is not there is made with one new
// key, readable by its owner only: the default beside an embedded database.
func Load(path string) (*Ring, error) {
	if err := generate(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make key file: %w", err)
	}
	text, err := os.ReadFile(path) // #nosec G304 -- the operator's own path
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	r, err := Parse(string(text))
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", path, err)
	}
	return r, nil
}

// generate makes the file whole or not at all: two processes that start at once must
// not end with two keys, and half a key must not be left behind.
func generate(path string) error {
	if _, err := os.Stat(path); err == nil {
		return fs.ErrExist
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // has mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // the name is only there after a failure or beside its link
	_, err = f.WriteString(Format(Generate(1)))
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Link(f.Name(), path) // refuses when another process was first
}
