package inside

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"

	"github.com/gin-gonic/gin"
)

// pagePolicy lets the pages of installation load their own script and post their own form.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'"

// fail answers what cannot be shown.
func (p *Page) fail(c *gin.Context, o Opening, err error) {
	l := o.Lang
	if says[l].Lang == "" {
		l = language(c.Request)
	}
	switch {
	case errors.Is(err, ErrReader):
		p.Log.LogAttrs(c.Request.Context(), slog.LevelInfo, "portal_page.refused", slog.Any("error", err))
		p.show(c, http.StatusForbidden, "", view{Words: says[l], Trouble: says[l].NoAdmin})
	case errors.Is(err, ErrUnproven):
		p.Log.LogAttrs(c.Request.Context(), slog.LevelInfo, "portal_page.refused", slog.Any("error", err))
		p.show(c, http.StatusForbidden, "", view{Words: says[l], Trouble: says[l].Unproven})
	default:
		p.Log.LogAttrs(c.Request.Context(), slog.LevelWarn, "portal_page.failed", slog.Any("error", err))
		p.show(c, http.StatusServiceUnavailable, "", view{Words: says[l], Trouble: says[l].Away})
	}
}

// show renders a page of installation or trouble.
func (p *Page) show(c *gin.Context, status int, ancestor string, v view) {
	var b bytes.Buffer
	if err := page.Execute(&b, v); err != nil {
		p.Log.LogAttrs(c.Request.Context(), slog.LevelError, "portal_page.failed", slog.Any("error", err))
		c.String(http.StatusInternalServerError, "%s\n", v.Words.Away)
		return
	}
	p.answer(c, status, pagePolicy, ancestor, b.Bytes())
}

// answer sends a page. Only the portal that it is about may frame it; a refusal that is about none may be seen in any frame, for it says
// nothing.
func (p *Page) answer(c *gin.Context, status int, policy, ancestor string, body []byte) {
	if ancestor == "" {
		ancestor = "*"
	}
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", policy+"; frame-ancestors "+ancestor)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	c.Data(status, "text/html; charset=utf-8", body)
}
