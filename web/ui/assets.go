package ui

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
)

// assets serves the built files. Their names change with their content, so that browsers keep them for good; texts are pressed
// once, when first asked for.
type assets struct {
	files   fs.FS
	pressed sync.Map // name to []byte
}

var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".woff": "font/woff", ".png": "image/png",
}

func (a *assets) serve(c *gin.Context) {
	name := path.Base(c.Param("file"))
	kind := kinds[path.Ext(name)]
	content, err := fs.ReadFile(a.files, "assets/"+name)
	if err != nil || kind == "" {
		c.String(http.StatusNotFound, "not found\n")
		return
	}
	c.Header("X-Content-Type-Options", "nosniff")
	c.Header("Cache-Control", "public, max-age=31536000, immutable")
	const worthwhile = 1024 // less grows by pressing, or gains nothing
	if text := strings.HasPrefix(kind, "text/") || kind == kinds[".svg"]; text && len(content) > worthwhile {
		c.Header("Vary", "Accept-Encoding")
		if strings.Contains(c.GetHeader("Accept-Encoding"), "gzip") {
			c.Header("Content-Encoding", "gzip")
			content = a.press(name, content)
		}
	}
	c.Data(http.StatusOK, kind, content)
}

func (a *assets) press(name string, content []byte) []byte {
	if had, ok := a.pressed.Load(name); ok {
		return had.([]byte) //nolint:forcetypeassert // nothing else is put in
	}
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = w.Write(content) // a buffer takes everything
	_ = w.Close()
	a.pressed.Store(name, b.Bytes())
	return b.Bytes()
}
