package web

import (
	"log/slog"
	"time"

	"github.com/gin-gonic/gin"
)

// Document is the OpenAPI 3.1 description of the API without a running connector: clients are generated from it (S-2).
func Document() ([]byte, error) {
	never := func() time.Time { return time.Time{} } // nobody is answered
	a := &API{
		cfg: Config{Now: never, Version: "dev"}, log: slog.New(slog.DiscardHandler), callers: newLimits(never, 1, 1), strangers: newLimits(never, 1, 1),
	}
	if err := a.Mount(gin.New()); err != nil {
		return nil, err
	}
	return a.document, nil
}
