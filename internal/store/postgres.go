package store

import (
	"cmp"
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

const defaultConns = 16

// openPostgres makes one pool for everything: the inbox uses it directly, gorm and goose
// through database/sql.
func (s *Store) openPostgres(ctx context.Context, c Config) error {
	config, err := pgxpool.ParseConfig(c.DSN)
	if err != nil {
		return err
	}
	config.MaxConns = int32(cmp.Or(c.MaxConns, defaultConns)) // #nosec G115 -- a small number
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "omniconnector"
	}
	if s.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return err
	}
	s.writes = stdlib.OpenDBFromPool(s.pool)
	if s.db, err = gorm.Open(postgres.New(postgres.Config{Conn: s.writes}), gormConfig(false)); err != nil {
		return err
	}
	s.ro = s.db
	return s.pool.Ping(ctx)
}
