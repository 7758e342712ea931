package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"omniconnector/integration"
)

type chatAccessRow struct {
	TenantID   integration.TenantID
	URL        string `gorm:"column:url"`
	Login      []byte
	Password   []byte
	AdapterID  int64
	AccountID  int64
	AuthScheme AuthScheme
	AuthHash   []byte
	SavedAt    int64
}

// TableName names the table for gorm.
func (chatAccessRow) TableName() string { return "chat_access" }

// ChatAccess is how a tenant's own adapter of the Chat API is reached (contract uis §5.2), and how the platform's webhooks to it are
// known.
type ChatAccess struct {
	URL string
	// Login and Password are sealed at rest.
	Login     integration.Secret
	Password  integration.Secret
	AdapterID int64 // 0 for not told, as is AccountID
	AccountID int64
	// Webhooks is what the platform was told to prove itself with, beside the secret in the address; zero for nothing.
	Webhooks WebhookAuth
	Saved    time.Time // set when stored
}

// AuthScheme says how webhooks are authenticated, in the word of the Authorization header (contract uis §5.1).
type AuthScheme string

// The schemes.
const (
	AuthBasic  AuthScheme = "Basic"
	AuthBearer AuthScheme = "Bearer"
)

// WebhookAuth recognises what webhooks are authenticated with, without holding it: Sum is made as webhooks.BasicLogin and BearerLogin
// make theirs.
type WebhookAuth struct {
	Scheme AuthScheme
	Sum    [sha256.Size]byte
}

// BasicAuth is recognised by a login and a password.
func BasicAuth(login string, password integration.Secret) WebhookAuth {
	return WebhookAuth{AuthBasic, sha256.Sum256([]byte("basic " + login + ":" + string(password)))}
}

// BearerAuth is recognised by a token.
func BearerAuth(token integration.Secret) WebhookAuth {
	return WebhookAuth{AuthBearer, sha256.Sum256([]byte("bearer " + token))}
}

// IsZero reports whether nothing is asked of webhooks.
func (a WebhookAuth) IsZero() bool { return a.Scheme == "" }

// SaveChatAccess stores how the tenant's own adapter is reached, instead of what was known. ErrNotFound means no such tenant, ErrInvalid
// that the address is missing or the scheme of webhooks unknown.
func (s *Store) SaveChatAccess(ctx context.Context, t integration.TenantID, a ChatAccess) error {
	if a.URL == "" {
		return fmt.Errorf("save chat access: %w: no address", ErrInvalid)
	}
	row := chatAccessRow{
		TenantID: clean(t), URL: clean(a.URL), AdapterID: a.AdapterID, AccountID: a.AccountID, AuthHash: []byte{}, SavedAt: micros(s.now()),
	}
	switch a.Webhooks.Scheme {
	case "":
	case AuthBasic, AuthBearer:
		row.AuthScheme, row.AuthHash = a.Webhooks.Scheme, a.Webhooks.Sum[:]
	default:
		return fmt.Errorf("save chat access: %w: scheme %q", ErrInvalid, a.Webhooks.Scheme)
	}
	if err := s.sealChatAccess(&row, a); err != nil {
		return wrap("save chat access", err)
	}
	defer s.hooks.drop(t)
	return wrap("save chat access", s.tx(ctx, func(tx *gorm.DB) error {
		if err := knownTenant(tx, t); err != nil {
			return err
		}
		return tx.Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "tenant_id"}},
			DoUpdates: clause.AssignmentColumns([]string{
				"url", "login", "password", "adapter_id", "account_id", "auth_scheme", "auth_hash", "saved_at",
			}),
		}).Create(&row).Error
	}))
}

// ChatAccess tells how the tenant's own adapter is reached, or ErrNotFound. What an old key sealed is sealed anew, so that the key can
// be retired.
func (s *Store) ChatAccess(ctx context.Context, t integration.TenantID) (ChatAccess, error) {
	var row chatAccessRow
	if err := s.read(ctx).Where("tenant_id = ?", clean(t)).Take(&row).Error; err != nil {
		return ChatAccess{}, wrap("chat access", err)
	}
	a := ChatAccess{
		URL: row.URL, AdapterID: row.AdapterID, AccountID: row.AccountID, Webhooks: row.webhooks(), Saved: instant(row.SavedAt),
	}
	stale := false
	for _, one := range row.secrets(&a) {
		value, err := s.keys.Open(row.purpose(one.column), *one.sealed)
		if err != nil {
			return ChatAccess{}, fmt.Errorf("chat access: unseal %s: %w", one.column, err)
		}
		*one.value = integration.Secret(value)
		stale = stale || s.keys.Stale(*one.sealed)
	}
	if !stale {
		return a, nil
	}
	if err := s.sealChatAccess(&row, a); err != nil {
		return ChatAccess{}, wrap("chat access", err)
	}
	err := s.write(ctx).Model(&chatAccessRow{}).Where("tenant_id = ? AND saved_at = ?", row.TenantID, row.SavedAt).
		Select("login", "password").Updates(row).Error
	return a, wrap("chat access", err)
}

// DeleteChatAccess forgets the tenant's own adapter and its accounts and channels, or answers ErrNotFound. What came by the
// installation's shared adapter stays.
func (s *Store) DeleteChatAccess(ctx context.Context, t integration.TenantID) error {
	t = clean(t)
	defer s.hooks.drop(t)
	return wrap("delete chat access", s.tx(ctx, func(tx *gorm.DB) error {
		done := tx.Where("tenant_id = ?", t).Delete(&chatAccessRow{})
		if done.Error != nil || done.RowsAffected == 0 {
			return changed("chat access", done)
		}
		err := tx.Where("tenant_id = ? AND NOT EXISTS (SELECT 1 FROM chat_accounts a WHERE a.tenant_id = chat_channels.tenant_id"+
			" AND a.account_id = chat_channels.account_id AND a.shared)", t).Delete(&chatChannelRow{}).Error
		if err != nil {
			return err
		}
		return tx.Where("tenant_id = ? AND NOT shared", t).Delete(&chatAccountRow{}).Error
	}))
}

func (r *chatAccessRow) webhooks() WebhookAuth {
	a := WebhookAuth{Scheme: r.AuthScheme}
	copy(a.Sum[:], r.AuthHash)
	return a
}

func (r *chatAccessRow) secrets(a *ChatAccess) []platformSecret {
	return []platformSecret{{"login", &a.Login, &r.Login}, {"password", &a.Password, &r.Password}}
}

// purpose ties a sealed value to its place, another one than a platform's.
func (r *chatAccessRow) purpose(column string) string {
	return string(r.TenantID) + "//chats/" + column
}

func (s *Store) sealChatAccess(r *chatAccessRow, a ChatAccess) error {
	for _, one := range r.secrets(&a) {
		sealed, err := s.keys.Seal(r.purpose(one.column), []byte(string(*one.value)))
		if err != nil {
			return fmt.Errorf("seal %s: %w", one.column, err)
		}
		*one.sealed = sealed
	}
	return nil
}
