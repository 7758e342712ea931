package emulator

import (
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"
)

// Mode says whether a portal works with leads (contract §5.1).
type Mode int

// The two modes, as crm.settings.mode.get answers them.
const (
	Classic Mode = 1
	Simple  Mode = 2
)

// Tariff is a portal's request bucket: Burst requests, draining PerSecond (contract §1.4).
type Tariff struct {
	Name      string  `json:"name,omitempty"`
	Burst     float64 `json:"burst,omitempty"`
	PerSecond float64 `json:"per_second,omitempty"`
}

// The tariffs of the docs.
var (
	Standard   = Tariff{Name: "standard", Burst: 50, PerSecond: 2}
	Enterprise = Tariff{Name: "enterprise", Burst: 250, PerSecond: 5}
)

// User is an employee of a portal.
type User struct {
	ID         int64  `json:"id"`
	Name       string `json:"name,omitempty"`
	LastName   string `json:"last_name,omitempty"`
	Email      string `json:"email,omitempty"`
	Inner      string `json:"inner,omitempty"` // UF_PHONE_INNER
	WorkPhone  string `json:"work_phone,omitempty"`
	Mobile     string `json:"mobile,omitempty"` // PERSONAL_MOBILE
	Position   string `json:"position,omitempty"`
	Inactive   bool   `json:"inactive,omitempty"`
	Admin      bool   `json:"admin,omitempty"`
	Department int64  `json:"department,omitempty"`
	Timeman    string `json:"timeman,omitempty"` // TIMEMAN_STATUS; OPENED when empty
	// Away, Status and LastSeen are the employee's presence; see Presence.
	Away     bool      `json:"away,omitempty"`
	Status   string    `json:"status,omitempty"`
	LastSeen time.Time `json:"last_seen,omitzero"`
	Since    time.Time `json:"since,omitzero"` // when the workday took its present state
}

func (u *User) fullName() string { return strings.TrimSpace(u.Name + " " + u.LastName) }

// Department is a unit of a portal's company structure.
type Department struct {
	ID     int64  `json:"id"`
	Name   string `json:"name,omitempty"`
	Parent int64  `json:"parent,omitempty"`
	Head   int64  `json:"head,omitempty"`
}

// Funnel is a deal category with its own stages; 0 is the general one.
type Funnel struct {
	ID     int64   `json:"id"`
	Name   string  `json:"name,omitempty"`
	Sort   int64   `json:"sort,omitempty"`
	Stages []Stage `json:"stages,omitempty"`
}

// Stage is a stage of leads or deals; Semantics is "" in progress, "S" won or "F" lost.
type Stage struct {
	ID        string `json:"id"`
	Name      string `json:"name,omitempty"`
	Semantics string `json:"semantics,omitempty"`
}

// PortalSpec describes a portal to be made; zero fields get the vendor's defaults.
type PortalSpec struct {
	Name        string            `json:"name,omitempty"` // path segment and title; "portal" when empty
	MemberID    string            `json:"member_id,omitempty"`
	Mode        Mode              `json:"mode,omitempty"`
	Tariff      Tariff            `json:"tariff"`
	Users       []User            `json:"users,omitempty"`
	Departments []Department      `json:"departments,omitempty"`
	Funnels     []Funnel          `json:"funnels,omitempty"`     // besides the general one
	LeadStages  []Stage           `json:"lead_stages,omitempty"` // instead of the default ones
	Sources     map[string]string `json:"sources,omitempty"`     // STATUS_ID → name, besides the default ones
	NoTimeman   bool              `json:"no_timeman,omitempty"`  // the tariff has no working time: timeman.* does not exist
}

// Portal is one customer's Bitrix24. Its methods are safe for concurrent use.
type Portal struct {
	cloud    *Cloud
	memberID string
	name     string   // guarded by cloud.mu
	oldNames []string // guarded by cloud.mu

	mu     sync.Mutex
	state  portalState
	index  index
	stats  Stats
	log    history
	bucket map[string]*bucket
	oper   map[string]*operating
	faults faultBox
	queue  dispatcher
	live   listeners
}

// portalState is all that Save writes.
type portalState struct {
	Title       string
	Mode        Mode
	Tariff      Tariff
	Users       []*User
	Departments []Department
	Statuses    []*status
	Funnels     []*Funnel
	Installs    []*install
	Apps        []AppSpec // that were installed once and can be again
	Hooks       []*hook
	Access      map[string]*accessToken
	Refresh     map[string]*refreshToken
	Entities    map[Kind]map[int64]*entity
	UserFields  map[Kind][]*userField
	Activities  map[int64]*activity
	Comments    map[int64]*comment
	Calls       []*phoneCall
	Lines       []*line
	Notices     map[int64]*notice
	Chat        []*chatMessage
	Uploads     map[string]*upload
	Next        map[string]int64
	Overloaded  bool
	Deleted     bool
	NoTimeman   bool
	// Lenient lets writes through that leave mandatory custom fields empty.
	Lenient bool
}

// NewPortal makes a portal. A name already taken gets a number.
func (c *Cloud) NewPortal(spec PortalSpec) *Portal {
	p := &Portal{cloud: c, memberID: spec.MemberID}
	if p.memberID == "" {
		p.memberID = c.hex32()
	}
	p.state.Title = spec.Name
	name := slug(spec.Name)
	if name == "" {
		name = "portal"
	}
	p.state.Mode, p.state.Tariff, p.state.NoTimeman = spec.Mode, spec.Tariff, spec.NoTimeman
	if p.state.Mode == 0 {
		p.state.Mode = Classic
	}
	if p.state.Tariff.Burst == 0 {
		p.state.Tariff = Standard
	}
	p.initMaps()
	for _, u := range spec.Users {
		p.addUser(u)
	}
	if len(p.state.Users) == 0 {
		p.addUser(User{ID: 1, Name: "Анна", LastName: "Админова", Email: "admin@example.test", Admin: true})
	}
	p.state.Departments = spec.Departments
	if len(p.state.Departments) == 0 {
		p.state.Departments = []Department{{ID: 1, Name: "Компания"}}
	}
	p.seedDictionaries(spec)
	c.adopt(p, name)
	return p
}

// adopt gives the portal a free name and lists it.
func (c *Cloud) adopt(p *Portal, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	free := name
	for i := 2; c.bySlug[free] != nil; i++ {
		free = fmt.Sprintf("%s-%d", name, i)
	}
	p.name = free
	c.bySlug[free] = p
	c.portals = append(c.portals, p)
}

func slug(name string) string {
	return strings.Trim(strings.Map(slugRune, strings.ToLower(name)), "-")
}

// Maps of a fresh portal; Load fills the same ones.
func (p *Portal) initMaps() {
	p.state.Access, p.state.Refresh = map[string]*accessToken{}, map[string]*refreshToken{}
	p.state.Entities = map[Kind]map[int64]*entity{}
	for _, k := range kinds {
		p.state.Entities[k] = map[int64]*entity{}
	}
	p.state.UserFields = map[Kind][]*userField{}
	p.state.Activities, p.state.Comments = map[int64]*activity{}, map[int64]*comment{}
	p.state.Notices, p.state.Uploads = map[int64]*notice{}, map[string]*upload{}
	p.state.Next = map[string]int64{}
	p.initVolatile()
}

// initVolatile makes what Save does not write.
func (p *Portal) initVolatile() {
	p.index = newIndex()
	p.bucket, p.oper = map[string]*bucket{}, map[string]*operating{}
	p.stats = newStats()
	p.queue.portal = p
}

// Name is the portal's path segment, which stands in for its host name.
func (p *Portal) Name() string {
	p.cloud.mu.RLock()
	defer p.cloud.mu.RUnlock()
	return p.name
}

// MemberID is the portal's identity, which no rename changes.
func (p *Portal) MemberID() string { return p.memberID }

// Address is the portal's root, without a slash at the end; its page lives there.
func (p *Portal) Address() string { return p.cloud.BaseURL() + "/p/" + p.Name() }

// Endpoint is the portal's client_endpoint.
func (p *Portal) Endpoint() string { return p.Address() + "/rest/" }

// Domain is what the portal calls itself in events and page openings: host and path, since portals share a host here.
func (p *Portal) Domain() string {
	_, domain, _ := strings.Cut(p.Address(), "://")
	return domain
}

// Rename gives the portal another address; the old one answers 302 from now on (contract §2.7).
func (p *Portal) Rename(name string) string {
	c := p.cloud
	name = slug(name)
	c.mu.Lock()
	free := name
	for i := 2; free == "" || c.bySlug[free] != nil && c.bySlug[free] != p; i++ {
		free = fmt.Sprintf("%s-%d", p.name, i)
	}
	if free != p.name {
		p.oldNames = append(p.oldNames, p.name)
		p.name = free
		c.bySlug[free] = p
	}
	c.mu.Unlock()
	p.changed()
	return free
}

// AddUser adds an employee; the id is chosen when zero.
func (p *Portal) AddUser(u User) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	return p.addUser(u)
}

// Users stay in the order of their ids, because user.get pages through them.
func (p *Portal) addUser(u User) int64 {
	if u.ID == 0 {
		for _, other := range p.state.Users {
			u.ID = max(u.ID, other.ID)
		}
		u.ID++
	}
	if u.Department == 0 {
		u.Department = 1
	}
	p.state.Users = append(p.state.Users, &u)
	sort.Slice(p.state.Users, func(i, j int) bool { return p.state.Users[i].ID < p.state.Users[j].ID })
	return u.ID
}

// SetUser changes an employee, for example to dismiss them.
func (p *Portal) SetUser(id int64, change func(*User)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if u := p.user(id); u != nil {
		change(u)
		p.changed()
	}
}

// SetTariff changes the request bucket.
func (p *Portal) SetTariff(t Tariff) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.Tariff = t
}

// SetMode changes whether the portal works with leads.
func (p *Portal) SetMode(m Mode) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.Mode = m
}

// Delete closes the portal for good: every request gets PORTAL_DELETED (contract §1.3).
func (p *Portal) Delete() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.Deleted = true
}

func (p *Portal) user(id int64) *User {
	for _, u := range p.state.Users {
		if u.ID == id {
			return u
		}
	}
	return nil
}

func (p *Portal) userByInner(inner string) *User {
	for _, u := range p.state.Users {
		if inner != "" && u.Inner == inner {
			return u
		}
	}
	return nil
}

// id counts up one sequence of the portal.
func (p *Portal) id(sequence string) int64 {
	p.state.Next[sequence]++
	return p.state.Next[sequence]
}

// Whole seconds in the portal's zone: no date of the vendor's has fractions (contract §1.2).
func (p *Portal) now() time.Time {
	return p.cloud.opt.clock().In(p.cloud.opt.zone).Truncate(time.Second)
}

// stamp is how the vendor writes a moment (contract §1.2).
func stamp(t time.Time) string { return t.Format("2006-01-02T15:04:05-07:00") }

// changed tells the page and the state file that something is new. It takes no lock of the portal.
func (p *Portal) changed() {
	p.live.notify()
	if p.cloud.saver != nil {
		p.cloud.saver.touch()
	}
}
