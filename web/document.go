package web

import (
	"log/slog"
	"time"

	"github.com/gin-gonic/gin"
)

// Document is the OpenAPI 3.1 description of the API without a running connector: clients are generated from it (S-2).
func Document() ([]byte, error) {
	a := &API{
		cfg: Config{Now: time.Now, Version: "dev"}, log: slog.New(slog.DiscardHandler),
		callers: newLimits(time.Now, 1, 1), strangers: newLimits(time.Now, 1, 1),
	}
	if err := a.Mount(gin.New()); err != nil {
		return nil, err
	}
	return a.document, nil
}
