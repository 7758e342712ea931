package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"omniconnector/integration"
)

// streamEvents is the operation of the live journal.
const streamEvents = "stream-events"

type streamEventsIn struct {
	Portal integration.PortalID `query:"portal" maxLength:"200" doc:"Only events of this portal"`
	After  int64                `query:"after" default:"-1" minimum:"-1" doc:"Go on after this number; -1 begins with what changes from now on"`
	Last   int64                `header:"Last-Event-ID" default:"-1" minimum:"-1" doc:"The id of the last message that was received; goes before the parameter"`
}

// EventChangeView is one change of the journal, with its event as the list shows it.
type EventChangeView struct {
	EventView
	Number  int64           `json:"number" doc:"Grows by one with each change of the tenant; the message's id"`
	Change  ChangeKind      `json:"change" enum:"received,replayed,decided,acted" doc:"received: the event is new. replayed: it is new, and has its call decided once more. decided: it has an outcome. acted: actions of its plan came to another state. The event is shown as it is now, which may be ahead of the change"`
	Actions []ChangedAction `json:"actions" nullable:"false" doc:"Actions that were planned, or came to another state"`
}

// PositionView says where a stream stands.
type PositionView struct {
	Number int64 `json:"number" doc:"All changes up to this one were told, or belong to other portals"`
}

const (
	messagePosition = "position" // the reader has everything through its number
	messageReset    = "reset"    // the reader must read the journal anew
	// streamPage is how many changes are written before they are flushed.
	streamPage = 100
	// comeAgain is how soon a reader connects again.
	comeAgain = 2 * time.Second
)

// stream is the live journal: changes as server-sent events, from a number on without a gap (S-2).
func (a *API) stream(ctx context.Context, in *streamEventsIn) (*huma.StreamResponse, error) {
	who := caller(ctx)
	s := &stream{api: a, tenant: who.Tenant.ID, portal: in.Portal, lang: speaks(ctx), through: in.After}
	if in.Last >= 0 {
		s.through = in.Last
	}
	switch {
	case who.Tenant.State == integration.TenantSuspended:
		return nil, refuse("suspended")
	case who.Portal != "" && s.portal != "" && s.portal != who.Portal:
		return nil, refuse("not_found")
	case who.Portal != "":
		s.portal = who.Portal
	}
	if s.through < 0 {
		var err error
		if s.through, err = a.cfg.Store.LastChange(ctx, s.tenant); err != nil {
			return nil, err
		}
	}
	var ok bool
	if s.feed, ok = a.feeds.join(ctx, s.tenant); !ok {
		return nil, refuse("too_many_streams")
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer a.feeds.leave(s.feed)
		s.token, _ = bearer(hc.Header("Authorization"))
		err := s.run(ctx, hc)
		a.log.LogAttrs(ctx, slog.LevelDebug, "stream.ended", slog.String("tenant_id", string(s.tenant)), slog.Any("error", err))
	}}, nil
}

// Close ends all streams, so that a server that shuts down need not wait for them.
func (a *API) Close() { a.closeOnce.Do(func() { close(a.closing) }) }

// stream is one reader of the live journal.
type stream struct {
	api    *API
	feed   *feed
	token  integration.Secret
	tenant integration.TenantID
	portal integration.PortalID // empty: all
	lang   integration.Lang
	writer http.ResponseWriter
	// through is the number up to which everything was told or is not the reader's; said is the last that the reader knows.
	through, said int64
	// proved tells that storage knows the number.
	proved bool
}

// atOnce is ready whenever it is waited for.
var atOnce = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// run writes until somebody has enough.
func (s *stream) run(ctx context.Context, hc huma.Context) error {
	cfg := s.api.feeds.cfg
	if err := s.begin(hc); err != nil {
		return err
	}
	beat, check := time.NewTicker(cfg.Beat), time.NewTicker(cfg.Check)
	defer beat.Stop()
	defer check.Stop()
	for {
		next := s.feed.awaited() // before the look, so that nothing slips between
		moved, err := s.tell(ctx)
		if err != nil {
			return err
		}
		if moved {
			next = atOnce
		}
		select {
		case <-next:
		case <-beat.C:
			err = s.beat()
		case <-check.C:
			err = s.allowed(ctx)
		case <-s.feed.broken:
			return errors.New("the numbers do not go on")
		case <-s.api.closing:
			return http.ErrServerClosed
		case <-ctx.Done():
			return ctx.Err()
		}
		if err != nil {
			return err
		}
	}
}

// begin answers the request and says where the stream begins: who is cut before the first change goes on from there.
func (s *stream) begin(hc huma.Context) error {
	hc.SetHeader("Content-Type", "text/event-stream")
	hc.SetHeader("X-Accel-Buffering", "no") // proxies must not gather it
	hc.SetStatus(http.StatusOK)
	s.writer = humagin.Unwrap(hc).Writer
	// The server's time to read a request would end the connection: it is waited on for the reader's end.
	if err := http.NewResponseController(s.writer).SetReadDeadline(time.Time{}); err != nil {
		return fmt.Errorf("read deadline: %w", err)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "retry: %d\n", comeAgain.Milliseconds())
	if err := s.position(&b, messagePosition); err != nil {
		return err
	}
	return s.write(&b)
}

// tell writes a page of what is new, and tells whether there was any.
func (s *stream) tell(ctx context.Context) (moved bool, err error) {
	page, ok := s.feed.page(s.through, streamPage)
	if !ok || !s.proved {
		ask, cancel := context.WithTimeout(ctx, askTime)
		defer cancel()
		if page, err = s.api.cfg.Store.Changes(ask, s.tenant, s.through, streamPage); err != nil {
			return false, ctx.Err() // it is asked again soon
		}
		s.proved = true
	}
	var b bytes.Buffer
	moved = page.Reset || page.Through != s.through
	s.through = page.Through
	if page.Reset {
		if err := s.position(&b, messageReset); err != nil {
			return false, err
		}
	}
	for i := range page.List {
		if c := &page.List[i]; s.portal == "" || s.portal == c.Row.Portal {
			v := EventChangeView{EventView: eventView(c.Row, s.lang), Number: c.Number, Change: c.Kind, Actions: listed(c.Actions)}
			if err := s.message(&b, c.Number, string(c.Kind), v); err != nil {
				return false, err
			}
		}
	}
	if b.Len() == 0 {
		return moved, nil
	}
	return moved, s.write(&b)
}

// beat shows that the stream is alive, and how far it is: otherwise a reader of a quiet portal would come back with a number of long ago.
func (s *stream) beat() error {
	b := bytes.NewBufferString(": beat\n\n")
	if s.through != s.said {
		if err := s.position(b, messagePosition); err != nil {
			return err
		}
	}
	return s.write(b)
}

func (s *stream) position(b *bytes.Buffer, event string) error {
	return s.message(b, s.through, event, PositionView{s.through})
}

func (s *stream) message(b *bytes.Buffer, id int64, event string, data any) error {
	text, err := json.Marshal(data) // on one line
	if err != nil {
		return fmt.Errorf("change %d: %w", id, err)
	}
	fmt.Fprintf(b, "id: %d\nevent: %s\ndata: %s\n\n", id, event, text)
	s.said = id
	return nil
}

// write gives the reader so long, and not the server's time for a whole answer.
func (s *stream) write(b *bytes.Buffer) error {
	out := http.NewResponseController(s.writer)
	until := time.Now().Add(s.api.feeds.cfg.Patience) //nolint:forbidigo // a socket's deadline is by the machine's clock
	if err := out.SetWriteDeadline(until); err != nil {
		return fmt.Errorf("write deadline: %w", err)
	}
	if _, err := b.WriteTo(s.writer); err != nil {
		return err
	}
	return out.Flush()
}

var errMayNot = errors.New("the reader may not read any more")

// allowed looks whether the token still speaks for the tenant. Storage that is away tells nothing, and is asked again.
func (s *stream) allowed(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	who, err := s.api.standing(ctx, s.token)
	switch {
	case errors.Is(err, ErrNotFound):
		return errMayNot
	case err != nil:
		return nil // see above
	case who.Tenant.ID != s.tenant, who.Tenant.State == integration.TenantSuspended:
		return errMayNot
	}
	return nil
}

// describeStream says what the generator cannot see: what the messages are.
func describeStream(doc *huma.OpenAPI) {
	schemas := doc.Components.Schemas
	change, position := schemas.Schema(typeOf[EventChangeView](), true, "EventChangeView"), schemas.Schema(typeOf[PositionView](), true, "PositionView")
	kinds := []any{
		string(ChangeReceived), string(ChangeReplayed), string(ChangeDecided), string(ChangeActed), messagePosition, messageReset,
	}
	schemas.Map()["JournalMessage"] = &huma.Schema{
		Type: huma.TypeObject, Required: []string{"id", "event", "data"}, Properties: map[string]*huma.Schema{
			"id":    {Type: huma.TypeInteger, Format: "int64", Description: "Send the last one as Last-Event-ID to go on after it"},
			"event": {Type: huma.TypeString, Enum: kinds, Description: "position: nothing is missing up to its number. reset: the number is not known any more, read the journal anew and go on from here. Others: the change's kind"},
			"data":  {OneOf: []*huma.Schema{change, position}, Description: "A position for position and reset"},
		},
	}
	op := doc.Paths["/api/v1/events/stream"].Get
	op.Description += " Server-sent events (text/event-stream): an event, id and data of JSON on one line each; a comment every 15 seconds. " +
		"A stream ends within a minute after its token did."
	op.Responses["200"] = &huma.Response{
		Description: "Messages, for as long as the reader stays",
		Content: map[string]*huma.MediaType{"text/event-stream": {Schema: &huma.Schema{
			Type: huma.TypeArray, Items: &huma.Schema{Ref: "#/components/schemas/JournalMessage"},
		}}},
	}
}
