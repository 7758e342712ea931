package lane

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// Portals opens the CRM of a lane.
type Portals interface {
	// Open gives a portal's client and its bucket. An error leaves the lane for later.
	Open(ctx context.Context, t integration.TenantID, p integration.PortalID) (crm.Portal, Budget, error)
}

// Platform is a tenant's contact centre, asked and told from its lanes (contract uis §3, §4). Its methods are safe
// for concurrent use; errors carry the same kinds as the CRM's.
type Platform interface {
	// Dial starts a call and answers the platform's session of it. Refused for good is Invalid, with words for the employee.
	Dial(ctx context.Context, d centre.Dial) (integration.SessionID, *crm.Error)
	// Dialled looks for a call by its external id among those that go on and those that ended since; NotFound means
	// that there is none.
	Dialled(ctx context.Context, externalID string, since time.Time) (integration.SessionID, *crm.Error)
	// Directory reads the whole directory. A page that fails fails it all, so that the old one stays.
	Directory(ctx context.Context) (centre.Directory, *crm.Error)
	// Calls reads ended calls whole, with their legs, as events of kind CallReport, by ascending start. Total is how many
	// there are in all pages.
	Calls(ctx context.Context, q centre.Query) (reports []integration.Event, total int, err *crm.Error)
	// Chats reads what is known of chats that began then, as events of kind ChatReport without messages, by ascending start; those that go
	// on are among them.
	Chats(ctx context.Context, q centre.Query) (reports []integration.Event, total int, err *crm.Error)
	// ChatMessages reads all messages of chats, by the chats' ids.
	ChatMessages(ctx context.Context, chats []string) (map[string][]integration.Message, *crm.Error)
	// Requests reads the offline requests that were left then, as events of kind OfflineRequest, by ascending start.
	Requests(ctx context.Context, q centre.Query) (requests []integration.Event, total int, err *crm.Error)
	// SetStatus gives an employee another working status.
	SetStatus(ctx context.Context, e *centre.Employee, status int64) *crm.Error
}

// ErrNoPlatform means that the tenant has not connected its telephony platform.
var ErrNoPlatform = errors.New("the telephony platform is not connected")

// Platforms opens the contact centre of a tenant.
type Platforms interface {
	// Platform answers ErrNoPlatform for a tenant that has none.
	Platform(ctx context.Context, t integration.TenantID) (Platform, error)
}

// Recordings fetches records of talks from where the platform keeps them.
type Recordings interface {
	// Fetch opens a record; size is -1 when unknown. ErrNotReady means that it may appear later.
	Fetch(ctx context.Context, url string) (record io.ReadCloser, size int64, err error)
}

// Settings reads a portal's settings document, compiled; implementations cache by version.
type Settings interface {
	// Compile makes a document ready to decide with.
	Compile(t integration.TenantID, p integration.PortalID, d integration.Document) (*integration.Settings, error)
}

// Config is what an engine of lanes is made of. Zero durations and numbers take defaults.
type Config struct {
	Store      Store
	Portals    Portals
	Platforms  Platforms // nil when no tenant has one
	Recordings Recordings
	Settings   Settings
	// FileLink gives the address at which people in the portal can open a conversation's file until a moment; nil gives none.
	FileLink func(t integration.TenantID, f integration.File, until time.Time) string
	Now      func() time.Time
	Log      *slog.Logger
	Owner    string // unique per process

	// LeaseFor is how long a lease lasts without a heartbeat: after kill -9 another process takes over then.
	LeaseFor time.Duration
	// Poll is how often storage is asked for work that no wake-up told of.
	Poll time.Duration
	// IdleFor is how long an idle lane is kept.
	IdleFor time.Duration
	// SendWithin is how long after the stored intent a request may still leave.
	SendWithin time.Duration
	// ExecutionLimit is how long the portal may still be carrying out a request that left (its 60 s plus a
	// margin): only after it "absent" is believed.
	ExecutionLimit time.Duration
	// RetryAfter is the first step of the back-off; it doubles up to RetryAtMost.
	RetryAfter  time.Duration
	RetryAtMost time.Duration
	// GiveUpAfter is when an action becomes a dead letter.
	GiveUpAfter time.Duration
	// RereadAfter is how long after its end a call is read from the platform, which knows the truth by then (contract uis §8).
	RereadAfter time.Duration
	// RereadEvery is the least time between two such readings, each of which takes all calls that wait: they cost points.
	RereadEvery time.Duration
	// ChatsEvery is the same for chats, whose filters wait for what is read.
	ChatsEvery time.Duration
	// DialSeen is how long after the request left a call may still be unknown to the platform's own reports (contract uis §8):
	// only then it is believed that it was never started.
	DialSeen time.Duration
	// TranscriptPace is the least time between two steps of a growing transcript, while the portal is at ease (C-7).
	TranscriptPace time.Duration
	// SweepEvery, StatusesEvery and SyncEvery are the periods of what is done again and again; SweepOverlap is how far
	// a sweep looks back beyond the one before.
	SweepEvery, SweepOverlap, StatusesEvery, SyncEvery time.Duration
	// RequestsEvery is the period in which offline requests are read: for most tenants nothing else tells of them (contract uis §4.7).
	RequestsEvery time.Duration
	// Prepare says where portals report their events; an empty handler leaves what the errand itself says.
	Prepare crm.Prepare
	// Lanes is how many lanes a process works in at once.
	Lanes int
	// Step, when set, is told before and after each boundary of the work; crash tests die there.
	Step func(name string)
	// Observe, when set, is told of every request to a portal.
	Observe func(Request)
}

// Request is what was sent to a portal in one HTTP request.
type Request struct {
	Tenant   integration.TenantID
	Portal   integration.PortalID
	Calls    int
	Urgent   bool
	Took     time.Duration
	Failed   crm.ErrorKind // empty when the request as a whole went through
	CardWait time.Duration // longest time from an event's acceptance to the send, of calls for the card
}

// DefaultSyncEvery is the period of the daily synchronisation of both sides' directories.
const DefaultSyncEvery = 24 * time.Hour

func (c Config) withDefaults() Config {
	c.LeaseFor = cmp.Or(c.LeaseFor, 10*time.Second)
	c.Poll = cmp.Or(c.Poll, time.Second)
	c.IdleFor = cmp.Or(c.IdleFor, 30*time.Second)
	c.SendWithin = cmp.Or(c.SendWithin, 5*time.Second)
	c.ExecutionLimit = cmp.Or(c.ExecutionLimit, 65*time.Second)
	c.RetryAfter = cmp.Or(c.RetryAfter, 2*time.Second)
	c.RetryAtMost = cmp.Or(c.RetryAtMost, 10*time.Minute)
	c.GiveUpAfter = cmp.Or(c.GiveUpAfter, 72*time.Hour)
	c.RereadAfter = cmp.Or(c.RereadAfter, time.Minute)
	c.RereadEvery = cmp.Or(c.RereadEvery, min(2*time.Minute, 2*c.RereadAfter))
	c.ChatsEvery = cmp.Or(c.ChatsEvery, min(5*time.Second, c.RereadEvery))
	c.RequestsEvery = cmp.Or(c.RequestsEvery, time.Minute)
	c.DialSeen = cmp.Or(c.DialSeen, 150*time.Second)
	c.TranscriptPace = cmp.Or(c.TranscriptPace, 5*time.Second)
	c.SweepEvery = cmp.Or(c.SweepEvery, 10*time.Minute)
	c.SweepOverlap = cmp.Or(c.SweepOverlap, 3*time.Hour) // a call is looked for by its start, and may be long
	c.StatusesEvery = cmp.Or(c.StatusesEvery, 20*time.Minute)
	c.SyncEvery = cmp.Or(c.SyncEvery, DefaultSyncEvery)
	c.Lanes = cmp.Or(c.Lanes, 1000)
	if c.Step == nil {
		c.Step = func(string) {}
	}
	if c.Observe == nil {
		c.Observe = func(Request) {}
	}
	return c
}
