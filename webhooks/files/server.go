package files

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"omniconnector/integration"
)

// Options are what a Server works with. Links, Opener and Now are required.
type Options struct {
	Links  Signer
	Opener Opener
	Now    func() time.Time
	Log    *slog.Logger
}

// Server serves files by their links.
type Server struct{ o Options }

// NewServer returns a Server; it panics when a required option is missing.
func NewServer(o Options) *Server {
	if o.Links.Keys == nil || o.Opener == nil || o.Now == nil {
		panic("files: a server needs keys, an opener and a clock")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Log = o.Log.With("component", "files")
	return &Server{o: o}
}

// Mount adds GET and HEAD /files/<token>.
func (s *Server) Mount(to gin.IRoutes) {
	to.GET("/files/:token", s.serve)
	to.HEAD("/files/:token", s.serve)
}

func (s *Server) serve(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Referrer-Policy", "no-referrer") // the address is the key to the file
	link, err := s.o.Links.read(c.Param("token"))
	switch {
	case err != nil:
		show(c, http.StatusNotFound, noLink)
		return
	case !s.o.Now().Before(link.until):
		show(c, http.StatusGone, expired)
		return
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), longest)
	defer cancel()
	p, err := s.o.Opener.Open(ctx, link.tenant, link.file)
	if err != nil {
		s.fail(c, &link, err)
		return
	}
	defer p.Body.Close()
	if p.Size > MaxSize {
		s.fail(c, &link, ErrTooLarge)
		return
	}
	s.send(c, &link, p)
}

// send streams a file.
func (s *Server) send(c *gin.Context, link *content, p Payload) {
	kind, inline := mediaType(p.Type, &link.file)
	h := c.Writer.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", disposition(link.file.Name, inline))
	h.Set("Cache-Control", "private, max-age=3600")
	if kind != "application/pdf" { // a browser's own viewer of these does not work under it
		h.Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'")
	}
	if p.Size >= 0 {
		h.Set("Content-Length", strconv.FormatInt(p.Size, 10))
	}
	c.Status(http.StatusOK)
	c.Writer.WriteHeaderNow()
	if c.Request.Method == http.MethodHead {
		return
	}
	out := http.NewResponseController(c.Writer)
	body := &capped{ReadCloser: p.Body, left: MaxSize}
	_, err := io.Copy(&steady{to: c.Writer, out: out}, body)
	if err != nil {
		s.log(c, link, err)
		breakOff(out)
	}
}

// breakOff makes sure that what was cut short does not look whole: nothing more, not even a proper end, can be written.
func breakOff(out *http.ResponseController) {
	if err := out.SetWriteDeadline(time.Unix(1, 0)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		panic(http.ErrAbortHandler)
	}
}

// longest is how long one reader may hold the platform's line.
const longest = 30 * time.Minute

// step is how long a reader may take for one piece of a file: a slow line is served for as long as it moves.
const step = time.Minute

// steady gives every piece a time of its own, in place of the server's one for the whole answer.
type steady struct {
	to  io.Writer
	out *http.ResponseController
}

// Write writes one piece.
func (s *steady) Write(p []byte) (int, error) {
	until := time.Now().Add(step) //nolint:forbidigo // a socket's deadline is by the machine's clock
	if err := s.out.SetWriteDeadline(until); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return s.to.Write(p)
}

// fail tells people why there is no file.
func (s *Server) fail(c *gin.Context, link *content, err error) {
	s.log(c, link, err)
	switch {
	case errors.Is(err, ErrGone):
		show(c, http.StatusGone, gone)
	case errors.Is(err, ErrTooLarge):
		show(c, http.StatusBadGateway, tooLarge)
	default:
		c.Header("Retry-After", "60")
		show(c, http.StatusBadGateway, away)
	}
}

func (s *Server) log(c *gin.Context, link *content, err error) {
	s.o.Log.LogAttrs(c, slog.LevelWarn, "file.not_served", slog.String("tenant_id", string(link.tenant)),
		slog.String("file", named(&link.file)), slog.String("error", err.Error()))
}

// named identifies a file in a log without what opens it.
func named(f *integration.File) string {
	if f.ID == "" {
		return "by address"
	}
	return f.Account + "/" + f.Channel + "/" + f.ID
}
