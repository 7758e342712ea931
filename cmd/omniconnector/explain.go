package main

import (
	"fmt"
	"io"
	"os"

	"omniconnector/integration"
	"omniconnector/integration/story"
)

// explain decides the call of a story file and says why, by the code that decides in production. It touches nothing.
type explain struct {
	File string           `arg:"" help:"Story file: settings.yaml, crm.yaml, step 1, step 2… (see integration/testdata/decide)."`
	Lang integration.Lang `default:"ru" enum:"ru,en" help:"Language of the reasons."`
}

// Run prints what is decided at each step, and why.
func (e *explain) Run(out io.Writer) error {
	text, err := os.ReadFile(e.File)
	if err != nil {
		return fmt.Errorf("explain: %w", err)
	}
	s, err := story.Read(text, e.Lang)
	if err != nil {
		return fmt.Errorf("explain %s: %w", e.File, err)
	}
	told, _ := s.Tell()
	_, err = fmt.Fprintf(out, "%s\n\n%s", s.Why, told)
	return err
}
