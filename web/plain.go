package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// mountPlain adds what is not part of the API: its description and the health of the process.
func (a *API) mountPlain(r *gin.Engine) {
	r.HEAD("/", func(c *gin.Context) { c.Status(http.StatusOK) }) // whoever watches the address asks no more
	r.GET("/api/openapi.json", func(c *gin.Context) { c.Data(http.StatusOK, "application/vnd.oai.openapi+json", a.document) })
	r.GET("/api/", func(c *gin.Context) {
		c.Header("Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		c.Header("X-Content-Type-Options", "nosniff")
		c.Data(http.StatusOK, "text/html; charset=utf-8", a.reference)
	})
	r.GET("/api/reference.css", func(c *gin.Context) { c.Data(http.StatusOK, "text/css; charset=utf-8", referenceCSS) })
	r.GET("/livez", func(c *gin.Context) { c.String(http.StatusOK, "ok\n") })
	r.GET("/readyz", a.ready)
	if a.cfg.Gatherer != nil {
		r.GET("/metrics", gin.WrapH(promhttp.HandlerFor(a.cfg.Gatherer, promhttp.HandlerOpts{})))
	}
}

// ready answers 503 while the process cannot work. The reason goes to the log only: the route is open to all.
func (a *API) ready(c *gin.Context) {
	const patience = 2 * time.Second
	if a.cfg.Ready != nil {
		ctx, cancel := context.WithTimeout(c.Request.Context(), patience)
		defer cancel()
		if err := a.cfg.Ready(ctx); err != nil {
			a.log.LogAttrs(ctx, slog.LevelWarn, "process.unready", slog.Any("error", err))
			c.String(http.StatusServiceUnavailable, "not ready\n")
			return
		}
	}
	c.String(http.StatusOK, "ok\n")
}
