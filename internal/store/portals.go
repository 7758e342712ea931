package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// Connection is what a CRM account gave us when a tenant connected it.
type Connection struct {
	Name     string
	MemberID string // required: the account is recognised by it
	Endpoint string
	OAuthURL string

	ClientID     string
	ClientSecret integration.Secret
	Access       integration.Secret
	Refresh      integration.Secret
	// Application proves that an event comes from the account.
	Application integration.Secret
	Expires     time.Time // of Access
}

// Connect stores a connected account. One that the tenant had before, by its MemberID, keeps
// its id, settings, journal and waiting work, gets the new tokens and is ok again; an empty
// name, application token, client id or client secret leaves what was known.
func (s *Store) Connect(ctx context.Context, t integration.TenantID, c Connection) (integration.Portal, error) {
	if c.MemberID == "" {
		return integration.Portal{}, fmt.Errorf("connect: %w: no member id", ErrInvalid)
	}
	c.MemberID = bounded(c.MemberID)
	var row portalRow
	err := s.tx(ctx, func(tx *gorm.DB) (err error) {
		row, err = s.connect(tx, t, c)
		return err
	})
	s.hooks.drop(t)
	return row.portal(), wrap("connect", err)
}

// connect stores an account in a transaction of the caller's. One whose data is being erased is ErrConflict: it may be connected as a
// new one when that has ended.
func (s *Store) connect(tx *gorm.DB, t integration.TenantID, c Connection) (portalRow, error) {
	// The tenant's row is locked, so that two who connect one account at once get one id.
	if err := knownTenant(tx.Clauses(clause.Locking{Strength: "UPDATE"}), t); err != nil {
		return portalRow{}, err
	}
	var had []portalRow
	err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).
		Where("tenant_id = ? AND member_id = ?", t, c.MemberID).Find(&had).Error
	if err != nil {
		return portalRow{}, err
	}
	var row portalRow
	switch {
	case len(had) == 0:
		row, err = s.newPortal(tx, t, c)
	case had[0].State == erasing:
		err = ErrConflict
	default:
		row = had[0]
	}
	if err != nil {
		return portalRow{}, err
	}
	return row, s.reconnect(tx, &row, c)
}

func (s *Store) newPortal(tx *gorm.DB, t integration.TenantID, c Connection) (portalRow, error) {
	now := micros(s.now())
	row := portalRow{
		TenantID: t, PortalID: integration.PortalID(newID()), Name: clean(c.Name), MemberID: c.MemberID, CreatedAt: now,
		ClientSecret: []byte{}, AccessToken: []byte{}, RefreshToken: []byte{}, ApplicationToken: []byte{},
	}
	if err := tx.Create(&row).Error; err != nil {
		return row, err
	}
	return row, tx.Create(&laneRow{TenantID: t, PortalID: row.PortalID, LeaseUntil: now, NextSeq: 1}).Error
}

// reconnect gives a portal its new tokens; whoever is exchanging the old ones is too late.
func (s *Store) reconnect(tx *gorm.DB, row *portalRow, c Connection) error {
	columns := []string{
		"endpoint", "oauth_url", "state", "why", "since", "access_token", "refresh_token", "token_version",
		"token_expires_at", "refresh_owner", "refresh_until",
	}
	row.Endpoint, row.OAuthURL = clean(c.Endpoint), clean(c.OAuthURL)
	row.State, row.Why, row.Since = integration.PortalOK, "", micros(s.now())
	row.TokenVersion, row.TokenExpiresAt = row.TokenVersion+1, micros(c.Expires)
	row.RefreshOwner, row.RefreshUntil = "", 0
	if c.Name != "" {
		row.Name, columns = clean(c.Name), append(columns, "name")
	}
	if c.ClientID != "" {
		row.ClientID, columns = clean(c.ClientID), append(columns, "client_id")
	}
	secrets := []sealing{{"access_token", c.Access, &row.AccessToken}, {"refresh_token", c.Refresh, &row.RefreshToken}}
	if c.ClientSecret != "" {
		columns = append(columns, "client_secret")
		secrets = append(secrets, sealing{"client_secret", c.ClientSecret, &row.ClientSecret})
	}
	if c.Application != "" {
		columns = append(columns, "application_token")
		secrets = append(secrets, sealing{"application_token", c.Application, &row.ApplicationToken})
	}
	if err := s.seal(row, secrets...); err != nil {
		return err
	}
	return tx.Model(&portalRow{}).Scopes(of(row.TenantID, row.PortalID)).Select(columns).Updates(*row).Error
}

// RenewApplication stores the token that proves the portal's events, which a new version of the application changes
// (contract bitrix24 §2.4). ErrNotFound means no such portal.
func (s *Store) RenewApplication(ctx context.Context, t integration.TenantID, p integration.PortalID, token integration.Secret) error {
	return wrap("renew application token", s.tx(ctx, func(tx *gorm.DB) error {
		row, err := portal(tx, t, p)
		if err != nil {
			return err
		}
		if err := s.seal(&row, sealing{"application_token", token, &row.ApplicationToken}); err != nil {
			return err
		}
		return tx.Model(&portalRow{}).Scopes(of(row.TenantID, row.PortalID)).Select("application_token").Updates(row).Error
	}))
}

// Portals lists a tenant's portals by id, after the given one, without secrets.
func (s *Store) Portals(ctx context.Context, t integration.TenantID, after integration.PortalID, limit int) ([]integration.Portal, error) {
	var rows []portalRow
	err := s.read(ctx).Where("tenant_id = ? AND portal_id > ? AND state <> ?", clean(t), clean(after), erasing).
		Order("portal_id").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, wrap("portals", err)
	}
	return each(rows, portalRow.portal), nil
}

// Portal gives a portal, or ErrNotFound.
func (s *Store) Portal(ctx context.Context, t integration.TenantID, p integration.PortalID) (integration.Portal, error) {
	row, err := portal(s.read(ctx), t, p)
	return row.portal(), wrap("portal", err)
}

func portal(db *gorm.DB, t integration.TenantID, p integration.PortalID) (portalRow, error) {
	var row portalRow
	err := db.Scopes(of(clean(t), clean(p))).Where("state <> ?", erasing).Take(&row).Error
	return row, err
}

// PortalAccess is one portal that an account's own request may be about.
type PortalAccess struct {
	Tenant      integration.TenantID
	TenantState integration.TenantState
	Portal      integration.PortalID
	PortalState integration.PortalState
	Endpoint    string
	// Application proves that a request comes from the account; it is only compared. Empty: not known.
	Application integration.Secret
}

// PortalsOf lists the portals of all tenants that are the account with this member id. It is the only question without a
// tenant beside the operator's list: the account's own requests name nothing else. The caller proves them with the
// portal's application token.
func (s *Store) PortalsOf(ctx context.Context, member string) ([]PortalAccess, error) {
	var rows []struct {
		Row         portalRow `gorm:"embedded"`
		TenantState integration.TenantState
	}
	err := s.read(ctx).Raw(`SELECT o.tenant_id, o.portal_id, o.state, o.endpoint, o.application_token, c.state AS tenant_state
		FROM portals AS o CROSS JOIN tenants AS c WHERE o.member_id = ? AND o.state <> 'erasing' AND c.tenant_id = o.tenant_id
			AND c.state <> 'deleting'
		ORDER BY o.tenant_id, o.portal_id LIMIT 100`, bounded(member)).Scan(&rows).Error
	if err != nil {
		return nil, wrap("portals of", err)
	}
	all := make([]PortalAccess, 0, len(rows))
	for i := range rows {
		r := &rows[i].Row
		token, err := s.unseal(r, "application_token", r.ApplicationToken)
		if err != nil {
			return nil, wrap("portals of", err)
		}
		all = append(all, PortalAccess{
			Tenant: r.TenantID, TenantState: rows[i].TenantState, Portal: r.PortalID, PortalState: r.State, Endpoint: r.Endpoint, Application: token,
		})
	}
	return all, nil
}

// SetPortalState marks a portal, with a reason for its tenant. A portal that is not ok takes no
// work; what waits goes on where it stopped once it is ok again. One that is disconnected loses its index of customers.
func (s *Store) SetPortalState(
	ctx context.Context, t integration.TenantID, p integration.PortalID, state integration.PortalState, why string,
) error {
	switch state {
	case integration.PortalOK, integration.PortalReauthorise, integration.PortalBlocked, integration.PortalGone:
	default:
		return fmt.Errorf("set portal state: %w: %q", ErrInvalid, state)
	}
	defer s.hooks.drop(t)
	t, p = clean(t), clean(p)
	row := portalRow{State: state, Why: clean(why), Since: micros(s.now())}
	err := s.tx(ctx, func(tx *gorm.DB) error {
		// Whoever writes the index holds the lane's row.
		var lock laneRow
		if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Select("fence").Scopes(of(t, p)).Take(&lock).Error; err != nil {
			return err
		}
		if state == integration.PortalGone {
			if err := endIndex(tx, t, p); err != nil {
				return err
			}
		}
		return tx.Model(&portalRow{}).Scopes(of(t, p)).Select("state", "why", "since").Updates(row).Error
	})
	if err == nil && state == integration.PortalGone {
		err = s.dropIndex(ctx, t, p)
	}
	return wrap("set portal state", err)
}

// Budget gives the portal's own limits; zero values mean that the installation's count.
func (s *Store) Budget(ctx context.Context, t integration.TenantID, p integration.PortalID) (lane.Budget, error) {
	row, err := portal(s.read(ctx), t, p)
	return lane.Budget{PerSecond: row.RatePerSecond, Burst: row.Burst}, wrap("budget", err)
}

// SetBudget sets the portal's own limits; zero values mean the installation's.
func (s *Store) SetBudget(ctx context.Context, t integration.TenantID, p integration.PortalID, b lane.Budget) error {
	if b.PerSecond < 0 || b.Burst < 0 {
		return fmt.Errorf("set budget: %w: %v", ErrInvalid, b)
	}
	done := s.write(ctx).Model(&portalRow{}).Scopes(of(clean(t), clean(p))).Select("rate_per_second", "burst").
		Updates(portalRow{RatePerSecond: b.PerSecond, Burst: b.Burst})
	return changed("set budget", done)
}

func (r portalRow) portal() integration.Portal {
	return integration.Portal{
		Tenant: r.TenantID, ID: r.PortalID, Name: r.Name, MemberID: r.MemberID, Endpoint: r.Endpoint,
		State: r.State, Why: r.Why, Since: instant(r.Since), Created: instant(r.CreatedAt),
	}
}

// sealing is one secret on its way into its column.
type sealing struct {
	column string
	value  integration.Secret
	to     *[]byte
}

func (r *portalRow) purpose(column string) string {
	return string(r.TenantID) + "/" + string(r.PortalID) + "/" + column
}

func (s *Store) seal(r *portalRow, all ...sealing) error {
	for _, one := range all {
		sealed, err := s.keys.Seal(r.purpose(one.column), []byte(string(one.value)))
		if err != nil {
			return fmt.Errorf("seal %s: %w", one.column, err)
		}
		*one.to = sealed
	}
	return nil
}

// unseal opens a column; an empty one is an empty secret.
func (s *Store) unseal(r *portalRow, column string, sealed []byte) (integration.Secret, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	value, err := s.keys.Open(r.purpose(column), sealed)
	if err != nil {
		return "", fmt.Errorf("unseal %s: %w", column, err)
	}
	return integration.Secret(value), nil
}
