package store

import (
	"context"
	"time"

	"gorm.io/gorm/logger"
)

// Rows lists every row structure, for the exam that compares them with the schema.
var Rows = []any{
	tenantRow{},
	secretRow{},
	portalRow{},
	laneRow{},
	settingsRow{},
	directoryRow{},
	auditRow{},
	eventRow{},
	sessionRow{},
	planRow{},
	actionRow{},
	customerRow{},
	phoneRow{},
	centreRow{},
	platformRow{},
	portalCodeRow{},
	idempotencyRow{},
	journalRow{},
	changeRow{},
	identityRow{},
	chatAccessRow{},
	chatAccountRow{},
	chatChannelRow{},
}

// ClaimQuery is the statement whose plan is examined.
var ClaimQuery = claim

// Trace shows every statement of gorm to see, with its values.
func Trace(s *Store, see func(sql string)) {
	s.db.Logger, s.ro.Logger = tracer{Interface: logger.Discard, see: see}, tracer{Interface: logger.Discard, see: see}
}

type tracer struct {
	logger.Interface
	see func(string)
}

func (t tracer) LogMode(logger.LogLevel) logger.Interface { return t }

func (t tracer) Trace(_ context.Context, _ time.Time, f func() (string, int64), _ error) {
	sql, _ := f()
	t.see(sql)
}
