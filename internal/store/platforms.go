package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"omniconnector/integration"
)

type platformRow struct {
	TenantID integration.TenantID
	Source   string
	DataURL  string `gorm:"column:data_url"`
	CallURL  string `gorm:"column:call_url"`
	Token    []byte
	Login    []byte
	Password []byte
	UserID   int64
	AppID    int64
	SavedAt  int64
}

// TableName names the table for gorm.
func (platformRow) TableName() string { return "platforms" }

// PlatformAccess is how a tenant's telephony platform is reached (contract uis §3, §4).
type PlatformAccess struct {
	Source  string // "uis"
	DataURL string
	CallURL string
	// Token, or Login with Password, are sealed at rest.
	Token    integration.Secret
	Login    integration.Secret
	Password integration.Secret
	UserID   int64 // an agency's client; 0 for none
	AppID    int64
	Saved    time.Time // set when stored
}

// SavePlatform stores how the tenant's platform is reached, instead of what was known. ErrNotFound means no such tenant.
func (s *Store) SavePlatform(ctx context.Context, t integration.TenantID, a PlatformAccess) error {
	if a.Source == "" {
		return fmt.Errorf("save platform: %w: no source", ErrInvalid)
	}
	row := platformRow{
		TenantID: clean(t), Source: clean(a.Source), DataURL: clean(a.DataURL), CallURL: clean(a.CallURL),
		UserID: a.UserID, AppID: a.AppID, SavedAt: micros(s.now()),
	}
	if err := s.sealPlatform(&row, a); err != nil {
		return wrap("save platform", err)
	}
	return wrap("save platform", s.tx(ctx, func(tx *gorm.DB) error {
		if err := knownTenant(tx, t); err != nil {
			return err
		}
		return tx.Clauses(clause.OnConflict{
			Columns: []clause.Column{{Name: "tenant_id"}},
			DoUpdates: clause.AssignmentColumns([]string{
				"source", "data_url", "call_url", "token", "login", "password", "user_id", "app_id", "saved_at",
			}),
		}).Create(&row).Error
	}))
}

// Platform tells how the tenant's platform is reached, or ErrNotFound. What an old key sealed is sealed anew, so that
// the key can be retired.
func (s *Store) Platform(ctx context.Context, t integration.TenantID) (PlatformAccess, error) {
	var row platformRow
	if err := s.read(ctx).Where("tenant_id = ?", clean(t)).Take(&row).Error; err != nil {
		return PlatformAccess{}, wrap("platform", err)
	}
	a := PlatformAccess{
		Source: row.Source, DataURL: row.DataURL, CallURL: row.CallURL, UserID: row.UserID, AppID: row.AppID, Saved: instant(row.SavedAt),
	}
	stale := false
	for _, one := range row.secrets(&a) {
		value, err := s.keys.Open(row.purpose(one.column), *one.sealed)
		if err != nil {
			return PlatformAccess{}, fmt.Errorf("platform: unseal %s: %w", one.column, err)
		}
		*one.value = integration.Secret(value)
		stale = stale || s.keys.Stale(*one.sealed)
	}
	if !stale {
		return a, nil
	}
	if err := s.sealPlatform(&row, a); err != nil {
		return PlatformAccess{}, wrap("platform", err)
	}
	err := s.write(ctx).Model(&platformRow{}).Where("tenant_id = ? AND saved_at = ?", row.TenantID, row.SavedAt).
		Select("token", "login", "password").Updates(row).Error
	return a, wrap("platform", err)
}

// DeletePlatform forgets the tenant's platform and what was read of it, or answers ErrNotFound.
func (s *Store) DeletePlatform(ctx context.Context, t integration.TenantID) error {
	return wrap("delete platform", s.tx(ctx, func(tx *gorm.DB) error {
		done := tx.Where("tenant_id = ?", clean(t)).Delete(&platformRow{})
		if done.Error != nil || done.RowsAffected == 0 {
			return changed("platform", done)
		}
		return tx.Where("tenant_id = ?", clean(t)).Delete(&centreRow{}).Error
	}))
}

// platformSecret is one secret of a platform and its column.
type platformSecret struct {
	column string
	value  *integration.Secret
	sealed *[]byte
}

func (r *platformRow) secrets(a *PlatformAccess) []platformSecret {
	return []platformSecret{
		{"token", &a.Token, &r.Token}, {"login", &a.Login, &r.Login}, {"password", &a.Password, &r.Password},
	}
}

// purpose ties a sealed value to its place. Portals' have three parts with a portal's id, which is never empty.
func (r *platformRow) purpose(column string) string {
	return string(r.TenantID) + "//platform/" + column
}

func (s *Store) sealPlatform(r *platformRow, a PlatformAccess) error {
	for _, one := range r.secrets(&a) {
		sealed, err := s.keys.Seal(r.purpose(one.column), []byte(string(*one.value)))
		if err != nil {
			return fmt.Errorf("seal %s: %w", one.column, err)
		}
		*one.sealed = sealed
	}
	return nil
}
