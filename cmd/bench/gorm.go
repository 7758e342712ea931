package main

import (
	"context"
	"encoding/json"

	gormpg "gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"omniconnector/integration"
	"omniconnector/internal/store"
	"omniconnector/webhooks"
)

// gormRow is a row of the inbox as one writes it with gorm; the names are those of the migrations.
type gormRow struct {
	TenantID, PortalID, EventID, Source, EventKey, Kind, SessionID, CustomerKey string

	OccurredAt, ReceivedAt int64
	Method, ContentType    string
	Query                  string
	Body                   []byte
	Remote, Event          string
	State, Outcome         string
}

// TableName names the table for gorm.
func (gormRow) TableName() string { return "events" }

// gormInbox stores each delivery by a Create of its own, as gorm does it by default: in a transaction.
type gormInbox struct{ db *gorm.DB }

// Accept stores one delivery.
func (g gormInbox) Accept(ctx context.Context, d integration.Delivery) error {
	e := &d.Event
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	for _, p := range d.Portals {
		row := gormRow{
			TenantID: string(d.Tenant), PortalID: string(p), EventID: string(e.ID), Source: e.Source, EventKey: e.Key, Kind: string(e.Kind),
			SessionID: string(e.Session), CustomerKey: string(e.Customer), OccurredAt: e.At.UnixMicro(), ReceivedAt: d.Received.UnixMicro(),
			Method: d.Method, ContentType: d.ContentType, Query: d.Query, Body: d.Body, Remote: d.Remote, Event: string(text), State: "pending",
		}
		if err := g.db.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return err
		}
	}
	return nil
}

// serveGorm is the same receiver in front of gorm; its pool is as large as ours.
func serveGorm(ctx context.Context, s spec, say func(ready)) error {
	return serveReceiver(ctx, s, say, func(*store.Store) (webhooks.Acceptor, func(context.Context) error, error) {
		db, err := gorm.Open(gormpg.Open(s.Database), &gorm.Config{Logger: logger.Discard})
		if err != nil {
			return nil, nil, err
		}
		pool, err := db.DB()
		if err != nil {
			return nil, nil, err
		}
		pool.SetMaxOpenConns(aPoolful)
		pool.SetMaxIdleConns(aPoolful)
		return gormInbox{db}, func(ctx context.Context) error {
			<-ctx.Done()
			return pool.Close()
		}, nil
	})
}
