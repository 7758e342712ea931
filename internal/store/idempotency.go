package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"omniconnector/integration"
)

type idempotencyRow struct {
	TenantID       integration.TenantID
	IdempotencyKey string
	Request        []byte
	ClaimedAt      int64
	Status         int
	ContentType    string
	Answer         []byte
}

// TableName names the table for gorm.
func (idempotencyRow) TableName() string { return "idempotency_keys" }

const (
	// answersKept is how long the answer to a request is given again (S-2).
	answersKept = 24 * time.Hour
	// claimHeld is when a request is thought to have died with its process; no request may take as long.
	claimHeld = 5 * time.Minute
)

// Claim is a request's hold on an idempotency key.
type Claim struct {
	Tenant integration.TenantID // empty: the operator of the installation
	Key    string
	At     time.Time
}

// Answer is what a request was answered.
type Answer struct {
	Status      int
	ContentType string
	Body        []byte // sealed at rest
}

// ClaimKey takes an idempotency key for a request of a tenant, or of the operator when it is empty. When the same request was
// answered within a day, its answer comes instead. ErrDuplicate means that the key was used for another request,
// ErrConflict that the same one is under way, ErrNotFound that there is no such tenant. Answers that are a day old go.
func (s *Store) ClaimKey(ctx context.Context, t integration.TenantID, key string, request [sha256.Size]byte) (Claim, *Answer, error) {
	t, key = clean(t), bounded(key)
	now := s.now()
	old := s.write(ctx).Where("claimed_at <= ?", micros(now.Add(-answersKept))).Delete(&idempotencyRow{})
	if old.Error != nil {
		return Claim{}, nil, wrap("claim key", old.Error)
	}
	c := Claim{Tenant: t, Key: key, At: instant(micros(now))}
	var had *Answer
	err := s.tx(ctx, func(tx *gorm.DB) error {
		if t != "" {
			if err := knownTenant(tx, t); err != nil {
				return err
			}
		}
		row := idempotencyRow{TenantID: t, IdempotencyKey: key, Request: request[:], ClaimedAt: micros(now), Answer: []byte{}}
		made := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if made.Error != nil || made.RowsAffected == 1 {
			return made.Error
		}
		var err error
		had, err = s.claimed(tx, c, request)
		return err
	})
	if err != nil || had != nil {
		return Claim{}, had, wrap("claim key", err)
	}
	return c, nil, nil
}

// claimed looks at a key that is taken. Without an answer and an error the claim has passed on from a dead process.
func (s *Store) claimed(tx *gorm.DB, c Claim, request [sha256.Size]byte) (*Answer, error) {
	var row idempotencyRow
	err := tx.Where("tenant_id = ? AND idempotency_key = ?", c.Tenant, c.Key).Take(&row).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound): // given back just now
		return nil, ErrConflict
	case err != nil:
		return nil, err
	case !bytes.Equal(row.Request, request[:]):
		return nil, ErrDuplicate
	case row.Status != 0:
		body, err := s.keys.Open(row.purpose(), row.Answer)
		if err != nil {
			return nil, fmt.Errorf("unseal the answer: %w", err)
		}
		return &Answer{Status: row.Status, ContentType: row.ContentType, Body: body}, nil
	case c.At.Sub(instant(row.ClaimedAt)) < claimHeld:
		return nil, ErrConflict
	}
	taken := tx.Model(&idempotencyRow{}).Select("claimed_at").
		Where("tenant_id = ? AND idempotency_key = ? AND claimed_at = ? AND status = 0", c.Tenant, c.Key, row.ClaimedAt).
		Updates(idempotencyRow{ClaimedAt: micros(c.At)})
	if taken.Error == nil && taken.RowsAffected == 0 {
		return nil, ErrConflict
	}
	return nil, taken.Error
}

// KeepAnswer stores what a claimed request was answered, sealed. ErrNotFound means that the claim is held no more.
func (s *Store) KeepAnswer(ctx context.Context, c Claim, a Answer) error {
	row := idempotencyRow{TenantID: clean(c.Tenant), IdempotencyKey: bounded(c.Key), Status: a.Status, ContentType: clean(a.ContentType)}
	sealed, err := s.keys.Seal(row.purpose(), a.Body)
	if err != nil {
		return fmt.Errorf("keep answer: seal: %w", err)
	}
	row.Answer = sealed
	return changed("keep answer", s.claim(ctx, c).Select("status", "content_type", "answer").Updates(row))
}

// ReleaseKey gives a claimed key back: the request changed nothing, and may be sent again, another one too.
// Repeating it changes nothing.
func (s *Store) ReleaseKey(ctx context.Context, c Claim) error {
	return wrap("release key", s.claim(ctx, c).Delete(&idempotencyRow{}).Error)
}

// claim limits a statement to a claim that is still held.
func (s *Store) claim(ctx context.Context, c Claim) *gorm.DB {
	return s.write(ctx).Model(&idempotencyRow{}).Where("tenant_id = ? AND idempotency_key = ? AND claimed_at = ? AND status = 0",
		clean(c.Tenant), bounded(c.Key), micros(c.At))
}

// purpose ties a sealed answer to its place.
func (r *idempotencyRow) purpose() string {
	return string(r.TenantID) + "//idempotency/" + r.IdempotencyKey
}
