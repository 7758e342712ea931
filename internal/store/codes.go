package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"omniconnector/integration"
)

// NewPortalCode is what a code of connection is to be (S-5).
type NewPortalCode struct {
	// ClientID and ClientSecret are the keys of an application that one portal has made for itself; both empty: the
	// installation's own application.
	ClientID     string
	ClientSecret integration.Secret
	Expires      time.Time
	Author       string // for the audit
}

// PortalCode is whom a code connects a portal to, and by which application.
type PortalCode struct {
	Tenant       integration.Tenant
	ClientID     string
	ClientSecret integration.Secret
	Expires      time.Time
}

type portalCodeRow struct {
	TenantID     integration.TenantID
	CodeHash     []byte
	ClientID     string
	ClientSecret []byte
	CreatedAt    int64
	ExpiresAt    int64
}

// TableName names the table.
func (portalCodeRow) TableName() string { return "portal_codes" }

// codeLength is 80 random bits: a code is typed by people, lives an hour and can be guessed over the network only.
const codeLength = 16

// CreatePortalCode draws a code that connects one portal to the tenant, once, until it expires. It is answered this once, in groups
// that people can type; only its hash is kept. Expired ones of the tenant are removed.
func (s *Store) CreatePortalCode(ctx context.Context, t integration.TenantID, n NewPortalCode) (integration.Secret, error) {
	code := rand.Text()[:codeLength]
	row := portalCodeRow{
		TenantID: clean(t), CodeHash: codeHash(integration.Secret(code)), ClientID: clean(n.ClientID), ClientSecret: []byte{},
		CreatedAt: micros(s.now()), ExpiresAt: micros(n.Expires),
	}
	err := s.tx(ctx, func(tx *gorm.DB) error {
		if err := knownTenant(tx, t); err != nil {
			return err
		}
		if n.ClientSecret != "" {
			sealed, err := s.keys.Seal(row.purpose(), []byte(string(n.ClientSecret)))
			if err != nil {
				return fmt.Errorf("seal client secret: %w", err)
			}
			row.ClientSecret = sealed
		}
		if err := tx.Where("tenant_id = ? AND expires_at <= ?", row.TenantID, micros(s.now())).Delete(&portalCodeRow{}).Error; err != nil {
			return err
		}
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return s.audit(tx, AuditEntry{Tenant: row.TenantID, Author: n.Author, Verb: "portal.code_drawn", Detail: []byte("{}")})
	})
	return integration.Secret(grouped(code)), wrap("create portal code", err)
}

// PortalCode tells what a code is good for, and changes nothing. ErrNotFound means that there is none, or none any more: it was
// used, it expired, its tenant is suspended. The question names no tenant: the code does.
func (s *Store) PortalCode(ctx context.Context, code integration.Secret) (PortalCode, error) {
	row, tenant, err := s.portalCode(s.read(ctx), code)
	if err != nil {
		return PortalCode{}, wrap("portal code", err)
	}
	c := PortalCode{Tenant: tenant.tenant(), ClientID: row.ClientID, Expires: instant(row.ExpiresAt)}
	if len(row.ClientSecret) > 0 {
		secret, err := s.keys.Open(row.purpose(), row.ClientSecret)
		if err != nil {
			return PortalCode{}, wrap("portal code", err)
		}
		c.ClientSecret = integration.Secret(secret)
	}
	return c, nil
}

func (s *Store) portalCode(db *gorm.DB, code integration.Secret) (portalCodeRow, tenantRow, error) {
	var row portalCodeRow
	var tenant tenantRow
	err := db.Where("code_hash = ? AND expires_at > ?", codeHash(code), micros(s.now())).Take(&row).Error
	if err == nil {
		err = db.Where("tenant_id = ? AND state = ?", row.TenantID, integration.TenantActive).Take(&tenant).Error
	}
	return row, tenant, err
}

// ConnectByCode stores an account for the code's tenant like Connect, and spends the code: of two who use it at once, one finds
// none. ErrDuplicate means that another tenant has connected the account by the same application.
func (s *Store) ConnectByCode(ctx context.Context, code integration.Secret, c Connection, author string) (integration.Portal, error) {
	if c.MemberID == "" {
		return integration.Portal{}, fmt.Errorf("connect by code: %w: no member id", ErrInvalid)
	}
	c.MemberID = bounded(c.MemberID)
	var connected portalRow
	var t integration.TenantID
	err := s.tx(ctx, func(tx *gorm.DB) error {
		row, _, err := s.portalCode(tx, code)
		if err != nil {
			return err
		}
		t = row.TenantID
		spent := tx.Where("tenant_id = ? AND code_hash = ?", t, row.CodeHash).Delete(&portalCodeRow{})
		if spent.Error != nil || spent.RowsAffected == 0 {
			return changed("spend", spent)
		}
		var others int64
		err = tx.Model(&portalRow{}).Where("member_id = ? AND client_id = ? AND tenant_id <> ? AND state NOT IN ?",
			c.MemberID, clean(c.ClientID), t, []integration.PortalState{integration.PortalGone, erasing}).Count(&others).Error
		if err != nil {
			return err
		}
		if others > 0 {
			return ErrDuplicate
		}
		if connected, err = s.connect(tx, t, c); err != nil {
			return err
		}
		return s.audit(tx, AuditEntry{
			Tenant: t, Portal: connected.PortalID, Author: author, Verb: "portal.connected", Detail: []byte(`{"by":"code"}`),
		})
	})
	s.hooks.drop(t)
	return connected.portal(), wrap("connect by code", err)
}

func (r portalCodeRow) purpose() string {
	return string(r.TenantID) + "/portal_codes/" + hex.EncodeToString(r.CodeHash) + "/client_secret"
}

// codeHash is the same however a code is typed: small letters, spaces and dashes do not count.
func codeHash(code integration.Secret) []byte {
	plain := strings.Map(func(c rune) rune {
		if c == '-' || c == ' ' || c == '\t' || c == '\u00a0' {
			return -1
		}
		return c
	}, strings.ToUpper(string(code)))
	sum := sha256.Sum256([]byte(plain))
	return sum[:]
}

// grouped writes a code as XXXX-XXXX-XXXX-XXXX.
func grouped(code string) string {
	return code[:4] + "-" + code[4:8] + "-" + code[8:12] + "-" + code[12:]
}
