package inside

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"omniconnector/crm"
	"omniconnector/integration"
)

// Block is what the application's page is made with: who is at it, and how it goes on when the token ends.
type Block struct {
	Door string `json:"door"` // "portal", for the UI: there are other ways in
	// Token opens the API until Expires: Authorization: Bearer.
	Token   string    `json:"token"`
	Expires time.Time `json:"expires"`
	// Renew is where a fresh token is asked for, from the root of the connector; see Renewal.
	Renew  string           `json:"renew"`
	Lang   integration.Lang `json:"lang"`
	Portal BlockPortal      `json:"portal"`
	User   BlockUser        `json:"user"`
	// Placement is where the page was opened, in the vendor's words: DEFAULT, LEFT_MENU, CALL_CARD. Options are the placement's, {} when
	// it has none.
	Placement string          `json:"placement"`
	Options   json.RawMessage `json:"options"`
}

// BlockPortal is the portal around the page. Origin is whom its messages may go to and come from.
type BlockPortal struct {
	ID     integration.PortalID    `json:"id"`
	Name   string                  `json:"name"`
	Origin string                  `json:"origin"`
	State  integration.PortalState `json:"state"`
	Why    string                  `json:"why"`
}

// BlockUser is the person. Only administrators of the portal may write (S-1).
type BlockUser struct {
	ID    crm.UserID `json:"id"`
	Admin bool       `json:"admin"`
}

func (p *Page) block(o Opening, portal integration.Portal, s Session) ([]byte, error) {
	token, expires, err := p.Sessions.Sign(s)
	if err != nil {
		return nil, err
	}
	b := Block{
		Door: "portal", Token: string(token), Expires: expires, Renew: strings.TrimPrefix(renewRoute, "/"), Lang: o.Lang, Placement: o.Placement, Options: o.Options,
		Portal: BlockPortal{portal.ID, portal.Name, originOf(portal.Endpoint), portal.State, portal.Why}, User: BlockUser{s.User, s.Admin},
	}
	if b.Placement == "" {
		b.Placement = "DEFAULT"
	}
	if b.Options == nil {
		b.Options = json.RawMessage("{}")
	}
	return json.Marshal(b)
}

// Renewal is the body of a request for a fresh token; the old one is in its Authorization header, and may have ended up to
// RenewWithin ago. AuthID is a fresh token of the person's, which the portal gives its frame on refreshAuth: the portal is asked about it
// once more. Without it the old token must be valid, and the new one ends with the proof of the old.
type Renewal struct {
	AuthID    integration.Secret `json:"auth_id"`
	ExpiresIn int                `json:"expires_in"` // seconds that the portal gives it
}

// Renewed is the answer.
type Renewed struct {
	Token   string    `json:"token"`
	Expires time.Time `json:"expires"`
	User    BlockUser `json:"user"`
}

func (p *Page) renew(c *gin.Context) {
	c.Header("Cache-Control", "no-store")
	s, err := p.renewed(c)
	switch {
	case errors.Is(err, ErrSession), errors.Is(err, ErrUnproven):
		c.JSON(http.StatusUnauthorized, gin.H{"error": says[language(c.Request)].Ended})
		return
	case err != nil:
		p.Log.LogAttrs(c.Request.Context(), slog.LevelWarn, "portal_page.not_renewed", slog.Any("error", err))
		c.JSON(http.StatusServiceUnavailable, gin.H{"error": says[language(c.Request)].Away})
		return
	}
	token, expires, err := p.Sessions.Sign(s)
	if err != nil {
		p.Log.LogAttrs(c.Request.Context(), slog.LevelError, "portal_page.not_renewed", slog.Any("error", err))
		c.JSON(http.StatusInternalServerError, gin.H{"error": says[language(c.Request)].Away})
		return
	}
	c.JSON(http.StatusOK, Renewed{string(token), expires, BlockUser{s.User, s.Admin}})
}

// renewed tells whose the next session is: the same person's, for as long as the portal vouches.
func (p *Page) renewed(c *gin.Context) (Session, error) {
	ctx := c.Request.Context()
	scheme, old, _ := strings.Cut(c.GetHeader("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") || len(old) > maxToken {
		return Session{}, ErrSession
	}
	var asked Renewal
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxForm)
	if err := json.NewDecoder(c.Request.Body).Decode(&asked); err != nil || len(asked.AuthID) > maxToken {
		asked = Renewal{}
	}
	if asked.AuthID == "" {
		return p.Sessions.Recognise(integration.Secret(old))
	}
	s, err := p.Sessions.Remember(integration.Secret(old))
	if err != nil {
		return Session{}, err
	}
	portal, err := p.Portals.Portal(ctx, s.Tenant, s.Portal)
	if err != nil || portal.State == integration.PortalGone {
		return Session{}, errors.Join(ErrSession, err)
	}
	who, err := p.Portals.Person(ctx, s.Tenant, s.Portal, asked.AuthID)
	if err != nil {
		return Session{}, err
	}
	if who.User != s.User {
		return Session{}, unproven("it is another person")
	}
	life := longestProof
	if asked.ExpiresIn > 0 {
		life = min(life, time.Duration(asked.ExpiresIn)*time.Second)
	}
	s.Admin, s.Proof = who.Admin, p.Now().Add(life).Truncate(time.Second)
	return s, nil
}
