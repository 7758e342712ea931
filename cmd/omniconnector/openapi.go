package main

import (
	"io"

	"github.com/gin-gonic/gin"

	"omniconnector/web"
)

// openapi prints the description that the typed client of the UI is generated from.
type openapi struct{}

// Run prints the document.
func (openapi) Run(out io.Writer) error {
	gin.SetMode(gin.ReleaseMode)
	document, err := web.Document()
	if err != nil {
		return err
	}
	_, err = out.Write(document)
	return err
}
