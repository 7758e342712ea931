package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"omniconnector/integration"
)

// Purpose says what a secret opens.
type Purpose string

// The purposes of secrets that are stored hashed.
const (
	HookPath Purpose = "hook_path" // in the address that a source reports to
	HookBody Purpose = "hook_body" // in the body of a source's template
	API      Purpose = "api"       // in the Authorization header of the JSON API
)

// Scope is what an API token allows.
type Scope string

// The scopes.
const (
	Read  Scope = "read"
	Write Scope = "write" // and read
)

// SecretInfo is what is known of a secret after it was shown once.
type SecretInfo struct {
	ID      string
	Purpose Purpose
	Name    string
	Scope   Scope
	Created time.Time
	Expires time.Time // zero means never
	Revoked time.Time // zero means not
}

// NewSecret is what a secret is to be.
type NewSecret struct {
	Purpose Purpose
	Name    string
	Scope   Scope     // of an API token; Read when empty
	Expires time.Time // zero means never
	// Author goes into the audit, which keeps no row without one.
	Author string
}

// CreateSecret draws a secret and answers it, this once, in the form in which it is used: an
// API token is "oc_<tenant>_<random>", the segment of a hook's address "<tenant>.<random>",
// a body's secret only random. Only its hash is kept.
func (s *Store) CreateSecret(ctx context.Context, t integration.TenantID, n NewSecret) (integration.Secret, SecretInfo, error) {
	var shown integration.Secret
	var row secretRow
	err := s.tx(ctx, func(tx *gorm.DB) error {
		var err error
		if shown, row, err = s.addSecret(tx, t, n); err != nil {
			return err
		}
		return s.auditSecret(tx, &row, n.Author, "created")
	})
	s.hooks.drop(t)
	return shown, row.info(), wrap("create secret", err)
}

func (s *Store) addSecret(tx *gorm.DB, t integration.TenantID, n NewSecret) (integration.Secret, secretRow, error) {
	if err := knownTenant(tx, t); err != nil {
		return "", secretRow{}, err
	}
	if n.Scope == "" {
		n.Scope = Read
	}
	if n.Scope != Read && n.Scope != Write {
		return "", secretRow{}, fmt.Errorf("%w: scope %q", ErrInvalid, n.Scope)
	}
	random := rand.Text() // 130 bits: a fast hash is enough
	shown, hashed := random, random
	switch n.Purpose {
	case HookPath:
		shown = string(t) + "." + random
	case HookBody:
	case API:
		shown = "oc_" + string(t) + "_" + random
	default:
		return "", secretRow{}, fmt.Errorf("%w: purpose %q", ErrInvalid, n.Purpose)
	}
	sum := sha256.Sum256([]byte(hashed))
	row := secretRow{
		TenantID: t, SecretID: newID(), Purpose: n.Purpose, Name: clean(n.Name), Scope: n.Scope, Hash: sum[:],
		CreatedAt: micros(s.now()), ExpiresAt: micros(n.Expires),
	}
	return integration.Secret(shown), row, tx.Create(&row).Error
}

// knownTenant answers ErrNotFound for a tenant that is not there or is being deleted.
func knownTenant(tx *gorm.DB, t integration.TenantID) error {
	var row tenantRow
	return tx.Select("tenant_id").Where("tenant_id = ? AND state <> ?", clean(t), deleting).Take(&row).Error
}

// RotateSecret draws a successor with the same name and scope. Both are valid until the old
// one ends after overlap, so that an address can be changed at the source without loss.
func (s *Store) RotateSecret(ctx context.Context, t integration.TenantID, id string, overlap time.Duration) (integration.Secret, SecretInfo, error) {
	var shown integration.Secret
	var row secretRow
	err := s.tx(ctx, func(tx *gorm.DB) error {
		var old secretRow
		now := s.now()
		err := tx.Where("tenant_id = ? AND secret_id = ? AND revoked_at = 0", clean(t), clean(id)).Take(&old).Error
		if err != nil {
			return err
		}
		end := micros(now.Add(overlap))
		if old.ExpiresAt != 0 {
			end = min(end, old.ExpiresAt)
		}
		err = tx.Model(&secretRow{}).Where("tenant_id = ? AND secret_id = ?", t, old.SecretID).
			Select("expires_at").Updates(secretRow{ExpiresAt: end}).Error
		if err != nil {
			return err
		}
		shown, row, err = s.addSecret(tx, t, NewSecret{Purpose: old.Purpose, Name: old.Name, Scope: old.Scope})
		return err
	})
	s.hooks.drop(t)
	return shown, row.info(), wrap("rotate secret", err)
}

// RevokeSecret ends a secret at once. Repeating it changes nothing. Its author goes into the audit, which keeps no row without one.
func (s *Store) RevokeSecret(ctx context.Context, t integration.TenantID, id, author string) error {
	err := s.tx(ctx, func(tx *gorm.DB) error {
		var row secretRow
		if err := tx.Where("tenant_id = ? AND secret_id = ?", clean(t), clean(id)).Take(&row).Error; err != nil {
			return err
		}
		ended := tx.Model(&secretRow{}).Where("tenant_id = ? AND secret_id = ? AND revoked_at = 0", row.TenantID, row.SecretID).
			Select("revoked_at").Updates(secretRow{RevokedAt: micros(s.now())})
		if ended.Error != nil || ended.RowsAffected == 0 {
			return ended.Error
		}
		return s.auditSecret(tx, &row, author, "revoked")
	})
	s.hooks.drop(t)
	return wrap("revoke secret", err)
}

// auditSecret records who drew or ended a secret; what it is, never the secret or its hash.
func (s *Store) auditSecret(tx *gorm.DB, row *secretRow, author, did string) error {
	if author == "" {
		return nil
	}
	noun := "token"
	detail := map[string]any{"id": row.SecretID, "name": row.Name}
	if row.Purpose == API {
		detail["scope"] = row.Scope
	} else {
		noun, detail["purpose"] = "hook", row.Purpose
	}
	told, err := compact(detail)
	if err != nil {
		return err
	}
	return s.audit(tx, AuditEntry{Tenant: row.TenantID, Author: author, Verb: noun + "." + did, Detail: []byte(told)})
}

// Secrets lists a tenant's secrets of a purpose, oldest first, without the secrets themselves.
func (s *Store) Secrets(ctx context.Context, t integration.TenantID, p Purpose) ([]SecretInfo, error) {
	var rows []secretRow
	err := s.read(ctx).Where("tenant_id = ? AND purpose = ?", clean(t), p).Order("created_at, secret_id").Find(&rows).Error
	if err != nil {
		return nil, wrap("secrets", err)
	}
	return each(rows, secretRow.info), nil
}

// APIToken is whom an API token speaks for.
type APIToken struct {
	Tenant integration.Tenant
	Secret SecretInfo
}

// APIToken recognises an API token, or answers ErrNotFound: for a stranger's, an expired and
// a revoked one alike. A suspended tenant's token is recognised; its state is in the answer.
func (s *Store) APIToken(ctx context.Context, token integration.Secret) (APIToken, error) {
	name, random, ok := strings.Cut(strings.TrimPrefix(string(token), "oc_"), "_")
	if !ok || !tenantName.MatchString(name) {
		return APIToken{}, fmt.Errorf("api token: %w", ErrNotFound)
	}
	var rows []secretRow
	now := micros(s.now())
	tenant, err := s.tenant(ctx, integration.TenantID(name))
	if err == nil {
		err = s.read(ctx).Where("tenant_id = ? AND purpose = ? AND revoked_at = 0 AND (expires_at = 0 OR expires_at > ?)",
			tenant.TenantID, API, now).Find(&rows).Error
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return APIToken{}, wrap("api token", err)
	}
	sum := sha256.Sum256([]byte(random))
	found := APIToken{}
	for _, row := range rows { // all of them, whichever fits
		if subtle.ConstantTimeCompare(sum[:], row.Hash) == 1 {
			found = APIToken{Tenant: tenant.tenant(), Secret: row.info()}
		}
	}
	if found.Secret.ID == "" {
		return APIToken{}, fmt.Errorf("api token: %w", ErrNotFound)
	}
	return found, nil
}

func (r secretRow) info() SecretInfo {
	return SecretInfo{
		ID: r.SecretID, Purpose: r.Purpose, Name: r.Name, Scope: r.Scope,
		Created: instant(r.CreatedAt), Expires: instant(r.ExpiresAt), Revoked: instant(r.RevokedAt),
	}
}
