package inside

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"omniconnector/integration"
)

const (
	maxForm    = 64 << 10
	maxToken   = 4096
	maxMember  = 64
	maxDomain  = 300
	maxOptions = 16 << 10
	// longestProof bounds what a form says of its token's life; the vendor's live an hour (contract bitrix24 §2.2).
	longestProof = time.Hour
)

// Opening is what a portal posts when somebody opens a page of ours (contract bitrix24 §2.3). Nothing of it is believed before the
// portal, or the vendor's OAuth server, has confirmed it.
type Opening struct {
	Member      string             `json:"member"`
	Domain      string             `json:"domain"`
	Secure      bool               `json:"secure"` // the portal is reached by https
	Access      integration.Secret `json:"-"`
	Refresh     integration.Secret `json:"-"`
	Application integration.Secret `json:"-"`
	Server      string             `json:"server"` // the OAuth server's REST address
	// Proof is when the person's token ends, by the portal's word.
	Proof     time.Time        `json:"proof"`
	Lang      integration.Lang `json:"lang"`
	Placement string           `json:"placement"`
	Options   json.RawMessage  `json:"options,omitempty"` // of the placement; an object, or nothing
	// Install tells the page of an installation, which must be finished in the browser (contract bitrix24 §2.4).
	Install bool `json:"install"`
}

// Endpoint is the REST address that the opening names; empty when it names none.
func (o Opening) Endpoint() string {
	origin := o.Origin()
	if origin == "" {
		return ""
	}
	return o.scheme() + "://" + strings.Trim(o.Domain, "/") + "/rest/"
}

// Origin is where the portal's own pages are, by the opening's word; empty when that is no address.
func (o Opening) Origin() string { return originOf(o.scheme() + "://" + strings.Trim(o.Domain, "/")) }

func (o Opening) scheme() string {
	if o.Secure {
		return "https"
	}
	return "http"
}

// readOpening reads a form. False means that it names no portal or no person.
func readOpening(r *http.Request, now time.Time) (Opening, bool) {
	f, q := r.PostForm, r.Form
	o := Opening{
		Member: f.Get("member_id"), Domain: q.Get("DOMAIN"), Secure: q.Get("PROTOCOL") != "0", Server: f.Get("SERVER_ENDPOINT"),
		Access: integration.Secret(f.Get("AUTH_ID")), Refresh: integration.Secret(f.Get("REFRESH_ID")),
		Application: integration.Secret(f.Get("APPLICATION_TOKEN")), Lang: language(r), Placement: f.Get("PLACEMENT"),
	}
	life := longestProof
	if s, err := strconv.Atoi(f.Get("AUTH_EXPIRES")); err == nil && s >= 0 {
		life = min(life, time.Duration(s)*time.Second)
	}
	o.Proof = now.Add(life).Truncate(time.Second)
	if text := f.Get("PLACEMENT_OPTIONS"); len(text) <= maxOptions && strings.HasPrefix(strings.TrimSpace(text), "{") && json.Valid([]byte(text)) {
		o.Options = json.RawMessage(text)
	}
	return o, o.Member != "" && len(o.Member) <= maxMember && o.Access != "" && len(o.Access) <= maxToken && len(o.Refresh) <= maxToken &&
		len(o.Application) <= maxToken && len(o.Domain) <= maxDomain && len(o.Server) <= maxDomain && len(o.Placement) <= maxMember
}

// originOf is an address's scheme and host; it goes into a header, so that nothing else may be in it.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsAny(u.Host, " ;,*'\"") {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// sealed is an opening as it is kept in the page between the portal's post and the person's answer.
type sealed struct {
	Opening
	Access      string    `json:"access"`
	Refresh     string    `json:"refresh"`
	Application string    `json:"application"`
	At          time.Time `json:"at"`
}

func (o Opening) seal(at time.Time) ([]byte, error) {
	return json.Marshal(sealed{o, string(o.Access), string(o.Refresh), string(o.Application), at})
}

func unseal(text []byte) (Opening, time.Time, error) {
	var s sealed
	if err := json.Unmarshal(text, &s); err != nil {
		return Opening{}, time.Time{}, err
	}
	o := s.Opening
	o.Access, o.Refresh, o.Application = integration.Secret(s.Access), integration.Secret(s.Refresh), integration.Secret(s.Application)
	return o, s.At, nil
}
